// SPDX-License-Identifier: EUPL-1.2
import type { ScannedLine } from './line-scanner.ts';

/** Characters of a watched line that are kept: more than any boundary may have. */
const MAX_CHARACTERS = 200;

/** Collects the distinct boundary-like lines that start with a prefix. */
export class WatchedLines {
  /** Whether there were more than could be kept. */
  overflown = false;
  readonly #start: Buffer | undefined;
  readonly #maxLines: number;
  readonly #lines = new Set<string>();

  constructor(prefix: string | undefined, maxLines: number) {
    this.#start = prefix === undefined ? undefined : Buffer.from(`--${prefix}`);
    this.#maxLines = maxLines;
  }

  line({ head }: ScannedLine): void {
    const start = this.#start;
    if (start === undefined || !startsWith(head, start)) return;
    const text = head.toString('latin1', 0, MAX_CHARACTERS).replace(/[ \t]+$/, '');
    if (this.#lines.size < this.#maxLines) this.#lines.add(text);
    else if (!this.#lines.has(text)) this.overflown = true;
  }

  list(): readonly string[] {
    return [...this.#lines];
  }
}

/** Most lines differ soon: a call for each would cost more than looking. */
function startsWith(octets: Buffer, start: Buffer): boolean {
  if (octets.length < start.length) return false;
  for (let at = 0; at < start.length; at++) if (octets[at] !== start[at]) return false;
  return true;
}
