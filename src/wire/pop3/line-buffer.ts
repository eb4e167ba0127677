// SPDX-License-Identifier: EUPL-1.2

const LF = 0x0a;
const CR = 0x0d;

/** What the next line is: its octets without the line end, or that it was longer than allowed. */
export type Line = { readonly kind: 'line'; readonly octets: Buffer } | { readonly kind: 'too-long' };

/** Cuts what comes from a client into lines, without keeping more of one than is allowed. */
export class LineBuffer {
  #pending: Buffer = Buffer.alloc(0);
  #skipping = false;
  #skippedOctets = 0;

  push(octets: Buffer): void {
    this.#pending = this.#pending.length === 0 ? octets : Buffer.concat([this.#pending, octets]);
  }

  /** Octets received and not yet taken. */
  get pendingOctets(): number {
    return this.#pending.length;
  }

  /** Octets dropped of the line that is being skipped. */
  get skippedOctets(): number {
    return this.#skippedOctets;
  }

  clear(): void {
    this.#pending = Buffer.alloc(0);
    this.#skipping = false;
    this.#skippedOctets = 0;
  }

  /** The next whole line of at most so many octets, line end included; undefined when none is whole yet. */
  take(limitOctets: number): Line | undefined {
    const end = this.#pending.indexOf(LF);
    if (end < 0) {
      if (this.#skipping || this.#pending.length >= limitOctets) this.#skip(this.#pending.length);
      return undefined;
    }
    const tooLong = this.#skipping || end + 1 > limitOctets;
    const octets = this.#pending.subarray(0, this.#pending[end - 1] === CR ? end - 1 : end);
    this.#pending = this.#pending.subarray(end + 1);
    this.#skipping = false;
    this.#skippedOctets = 0;
    return tooLong ? { kind: 'too-long' } : { kind: 'line', octets };
  }

  #skip(count: number): void {
    this.#skipping = true;
    this.#skippedOctets += count;
    this.#pending = Buffer.alloc(0);
  }
}
