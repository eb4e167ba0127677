// SPDX-License-Identifier: EUPL-1.2

const EMPTY: Buffer = Buffer.alloc(0);
const FIRST_BYTES = 1024;

/** Keeps the octets of the one header that is being read, up to a limit, while chunks pass by. */
export class HeaderKeeper {
  readonly #maxBytes: number;
  #chunk: Buffer = EMPTY;
  #chunkStart = 0;
  /** What earlier chunks held of the header, copied to one place: pieces of one octet would cost hundreds each. */
  #kept: Buffer = EMPTY;
  #keptBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Octets of memory taken at the moment. */
  get heldBytes(): number {
    return this.#kept.length;
  }

  /** The chunk that is about to be scanned. */
  pass(chunk: Buffer): void {
    this.#chunkStart += this.#chunk.length;
    this.#chunk = chunk;
  }

  /** Copies what the scanned chunk holds of a header that goes on in the next one. */
  keepFrom(headerStart: number | undefined): void {
    if (headerStart !== undefined) {
      const part = this.#part(headerStart, this.#chunkStart + this.#chunk.length);
      this.#keep(part);
    }
    // The caller may reuse the chunk: only its length is needed from here on.
    this.#chunkStart += this.#chunk.length;
    this.#chunk = EMPTY;
  }

  /** The header's octets, as far as the limit allows, and whether they are all; nothing is kept after it. */
  take(start: number, end: number): { readonly block: Buffer; readonly whole: boolean } {
    const part = this.#part(start, end);
    const kept = this.#kept.subarray(0, this.#keptBytes);
    const block = kept.length === 0 ? part : Buffer.concat([kept, part]);
    this.#kept = EMPTY;
    this.#keptBytes = 0;
    return { block: block.subarray(0, end - start), whole: block.length >= end - start };
  }

  #keep(part: Buffer): void {
    const needed = this.#keptBytes + part.length;
    if (needed > this.#kept.length) {
      const grown = Buffer.allocUnsafeSlow(Math.min(Math.max(needed * 2, FIRST_BYTES), this.#maxBytes));
      this.#kept.copy(grown, 0, 0, this.#keptBytes);
      this.#kept = grown;
    }
    part.copy(this.#kept, this.#keptBytes);
    this.#keptBytes = needed;
  }

  #part(start: number, end: number): Buffer {
    const from = Math.max(start - this.#chunkStart, 0);
    const to = Math.min(end - this.#chunkStart, from + this.#maxBytes - this.#keptBytes);
    return to > from ? this.#chunk.subarray(from, to) : EMPTY;
  }
}
