// SPDX-License-Identifier: EUPL-1.2
import { readFile } from 'node:fs/promises';
import type { NewBlob, Slice, SlicedOctets } from '../../mailroom/contents/content-store.ts';
import { Fault } from '../../platform/faults.ts';
import { checkRange, cutSlices } from '../slices.ts';

/** A content over blobs in memory. */
export class MemorySlicedOctets implements SlicedOctets {
  readonly size: number;
  readonly #slices: readonly Slice[];
  readonly #octetsOf: (slice: Slice) => Buffer;

  constructor(size: number, source: { slices: readonly Slice[]; octetsOf: (slice: Slice) => Buffer }) {
    this.size = size;
    this.#slices = source.slices;
    this.#octetsOf = source.octetsOf;
  }

  slices(start: number, end: number): readonly Slice[] {
    checkRange(this.size, { start, end });
    return cutSlices(this.#slices, { start, end });
  }

  async read(start: number, end: number): Promise<Buffer> {
    return Buffer.concat(this.slices(start, end).map(this.#octetsOf));
  }

  async *stream(start = 0, end = this.size): AsyncGenerator<Buffer> {
    for (const slice of this.slices(start, end)) yield this.#octetsOf(slice);
  }
}

/** The octets that a step brings for a blob. */
export async function octetsOf({ source }: NewBlob): Promise<Buffer> {
  if (source.kind === 'memory') return Buffer.from(source.octets);
  return await readFile(source.path).catch((cause: unknown) => {
    throw new Fault('store-unavailable', `the spool file cannot be read: ${cause}`, {
      temporary: true,
      cause,
    });
  });
}
