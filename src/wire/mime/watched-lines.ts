// SPDX-License-Identifier: EUPL-1.2
import { copyOf, type ScannedLine } from './line-scanner.ts';

/** Characters of a watched line that are kept: more than any boundary may have. */
const MAX_CHARACTERS = 200;

/** Collects the distinct boundary-like lines that start with a prefix. */
export class WatchedLines {
  /** Whether there were more than could be kept. */
  overflown = false;
  readonly #start: string | undefined;
  readonly #maxLines: number;
  readonly #lines = new Set<string>();

  constructor(prefix: string | undefined, maxLines: number) {
    this.#start = prefix === undefined ? undefined : `--${prefix}`;
    this.#maxLines = maxLines;
  }

  line({ head }: ScannedLine): void {
    const start = this.#start;
    if (start === undefined || !head.startsWith(start)) return;
    const text = head.slice(0, MAX_CHARACTERS).replace(/[ \t]+$/, '');
    if (this.#lines.has(text)) return;
    if (this.#lines.size < this.#maxLines) this.#lines.add(copyOf(text));
    else this.overflown = true;
  }

  list(): readonly string[] {
    return [...this.#lines];
  }
}
