// SPDX-License-Identifier: EUPL-1.2
import koffi from 'koffi';

/** Memory outside the heap of JavaScript, which stays where it is while another thread uses it. */
export class NativeMemory implements Disposable {
  readonly octets: Buffer;
  readonly #address: bigint;
  #next = 0;

  constructor(sizeBytes: number) {
    this.#address = BigInt(koffi.alloc('uint8', sizeBytes));
    this.octets = Buffer.from(koffi.view(this.#address, sizeBytes)).fill(0);
  }

  /** Takes so many octets, zeroed; aligned for whatever C puts there. */
  take(sizeBytes: number): NativeBlock {
    const start = this.#next;
    this.#next = start + Math.ceil(sizeBytes / 8) * 8;
    const octets = this.octets.subarray(start, start + sizeBytes);
    if (octets.length < sizeBytes) throw new RangeError('the native memory is too small');
    return { octets, address: this.#address + BigInt(start) };
  }

  /** Takes as many octets as these, with these in them. */
  put(octets: Uint8Array): NativeBlock {
    const block = this.take(octets.length);
    block.octets.set(octets);
    return block;
  }

  /** Secrets may have been in it. */
  [Symbol.dispose](): void {
    this.octets.fill(0);
    koffi.free(this.#address);
  }
}

/** A piece of native memory, seen from both sides. */
export interface NativeBlock {
  readonly octets: Buffer;
  readonly address: bigint;
}
