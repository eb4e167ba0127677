// SPDX-License-Identifier: EUPL-1.2
import { canonicalInbox, HIERARCHY_DELIMITER } from '../grammar/mailbox-name.ts';

/** Octets' worth of wildcards in a row say no more than one. */
function collapse(pattern: string): string {
  return pattern.replace(/[%*]{2,}/g, (run) => (run.includes('*') ? '*' : '%'));
}

/**
 * Whether names fit a LIST pattern (RFC 9051 section 6.3.9): `*` stands for anything, `%` for anything
 * within one level. INBOX fits whatever its letter case.
 */
export class ListPattern {
  readonly #pattern: string;
  readonly #inboxPattern: string;

  /** The reference is put before the pattern as it is. */
  constructor(reference: string, pattern: string) {
    this.#pattern = collapse(canonicalInbox(reference + pattern));
    this.#inboxPattern = this.#pattern.toUpperCase();
  }

  matches(name: string): boolean {
    return fits(name, name === 'INBOX' ? this.#inboxPattern : this.#pattern);
  }
}

/**
 * One pass with two places to fall back to. The latest `%` may take more until the level ends; then the
 * latest `*` takes one character more. Earlier wildcards need no second thought: what follows a `*`
 * fits best as early as it can, and between two `*` the delimiters fix which level is which.
 */
function fits(name: string, pattern: string): boolean {
  let at = 0;
  let next = 0;
  let star = NOWHERE;
  let percent = NOWHERE;
  while (at < name.length) {
    const wanted = pattern[next];
    if (wanted === '*') {
      star = { at, next: ++next };
      percent = NOWHERE;
    } else if (wanted === '%') percent = { at, next: ++next };
    else if (wanted === name[at]) {
      at++;
      next++;
    } else if (percent !== NOWHERE && name[percent.at] !== HIERARCHY_DELIMITER) {
      percent = { at: percent.at + 1, next: percent.next };
      ({ at, next } = percent);
    } else if (star !== NOWHERE) {
      star = { at: star.at + 1, next: star.next };
      percent = NOWHERE;
      ({ at, next } = star);
    } else return false;
  }
  while (pattern[next] === '*' || pattern[next] === '%') next++;
  return next === pattern.length;
}

const NOWHERE = { at: -1, next: -1 };
