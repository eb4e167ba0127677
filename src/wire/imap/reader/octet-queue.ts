// SPDX-License-Identifier: EUPL-1.2

const LF = 0x0a;
/** More chunks than this are joined, so that octets sent one by one cost little more than their number. */
const CHUNK_LIMIT = 32;

/** Octets that came and were not read yet, in the chunks they came in. */
export class OctetQueue {
  #chunks: Buffer[] = [];
  #length = 0;
  /** So many octets at the front are known to hold no line end. */
  #scanned = 0;

  /** Octets waiting. */
  get length(): number {
    return this.#length;
  }

  push(octets: Buffer): void {
    if (octets.length === 0) return;
    this.#chunks.push(octets);
    this.#length += octets.length;
    if (this.#chunks.length > CHUNK_LIMIT) this.#chunks = [Buffer.concat(this.#chunks)];
  }

  /** The octets up to and with the next LF, undefined when none has come. */
  takeLine(): Buffer | undefined {
    let passed = 0;
    for (const chunk of this.#chunks) {
      const from = Math.max(0, this.#scanned - passed);
      const at = from < chunk.length ? chunk.indexOf(LF, from) : -1;
      if (at >= 0) return this.take(passed + at + 1);
      passed += chunk.length;
    }
    this.#scanned = this.#length;
    return undefined;
  }

  /** Exactly `count` octets, joined when they lie in several chunks; there must be so many. */
  take(count: number): Buffer {
    const [first] = this.#chunks;
    if (first !== undefined && first.length >= count) return this.#takeFirst(first, count);
    const parts: Buffer[] = [];
    let missing = count;
    while (missing > 0) {
      const part = this.takeSome(missing);
      if (part === undefined) throw new RangeError('not so many octets are waiting');
      parts.push(part);
      missing -= part.length;
    }
    return Buffer.concat(parts);
  }

  /** Some octets, at most `limit`, without copying; undefined when none wait. */
  takeSome(limit: number): Buffer | undefined {
    const [first] = this.#chunks;
    return first === undefined ? undefined : this.#takeFirst(first, Math.min(limit, first.length));
  }

  #takeFirst(first: Buffer, count: number): Buffer {
    if (count === first.length) this.#chunks.shift();
    else this.#chunks[0] = first.subarray(count);
    this.#length -= count;
    this.#scanned = Math.max(0, this.#scanned - count);
    return count === first.length ? first : first.subarray(0, count);
  }

  /** Up to `count` octets from the front, left where they are. */
  peek(count: number): Buffer {
    const [first] = this.#chunks;
    if (first !== undefined && first.length >= count) return first.subarray(0, count);
    return Buffer.concat(this.#chunks).subarray(0, count);
  }

  /** Drops all but the last `keep` octets; returns how many went. */
  dropAllBut(keep: number): number {
    const dropped = Math.max(0, this.#length - keep);
    if (dropped > 0) this.take(dropped);
    return dropped;
  }
}
