// SPDX-License-Identifier: EUPL-1.2

const CR = 0x0d;
const LF = 0x0a;

/** Whether what came last ended a line, in chunks of any size. */
export class LineEnd {
  #last: number | undefined;
  #isOpen = false;

  /** Octets came, and the last line of them has no CRLF. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  see(octets: Buffer): void {
    const { length } = octets;
    if (length === 0) return;
    const beforeLast = length > 1 ? octets[length - 2] : this.#last;
    this.#last = octets[length - 1];
    this.#isOpen = beforeLast !== CR || this.#last !== LF;
  }
}
