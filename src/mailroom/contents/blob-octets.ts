// SPDX-License-Identifier: EUPL-1.2
import type { Octets } from '../../wire/mime/octets.ts';
import type { BlobId, Slice, SlicedOctets } from './content-store.ts';

/** Octets that are, or are about to be, exactly one blob of the store. */
export class BlobOctets implements SlicedOctets {
  readonly blob: BlobId;
  readonly #octets: Octets;

  constructor(blob: BlobId, octets: Octets) {
    this.blob = blob;
    this.#octets = octets;
  }

  get size(): number {
    return this.#octets.size;
  }

  read(start: number, end: number): Promise<Buffer> {
    return this.#octets.read(start, end);
  }

  stream(start?: number, end?: number): AsyncIterable<Buffer> {
    return this.#octets.stream(start, end);
  }

  slices(start: number, end: number): readonly Slice[] {
    return end > start ? [{ blob: this.blob, offset: start, length: end - start }] : [];
  }
}
