// SPDX-License-Identifier: EUPL-1.2
import { type FileHandle, open } from 'node:fs/promises';
import type { BlobId, Slice, SlicedOctets } from '../../../mailroom/contents/content-store.ts';
import { Fault } from '../../../platform/faults.ts';
import { checkRange, cutSlices } from '../../slices.ts';
import { storeFault } from '../driver.ts';

/** Where the octets of a blob are: a row of the database, or a file. */
export type BlobPlace = { readonly octets: Buffer } | { readonly path: string };

/** Octets of a chunk: large enough to keep the disk busy, small enough to leave the event loop to others. */
const CHUNK_BYTES = 256 * 1024;

/** A content over the blobs of the store; holds at most one small blob in memory. */
export class StoredOctets implements SlicedOctets {
  readonly size: number;
  readonly #slices: readonly Slice[];
  readonly #find: (blob: BlobId) => BlobPlace | undefined;
  #last: { readonly blob: BlobId; readonly place: BlobPlace } | undefined;

  constructor(
    size: number,
    source: { slices: readonly Slice[]; find: (blob: BlobId) => BlobPlace | undefined },
  ) {
    this.size = size;
    this.#slices = source.slices;
    this.#find = source.find;
  }

  slices(start: number, end: number): readonly Slice[] {
    checkRange(this.size, { start, end });
    return cutSlices(this.#slices, { start, end });
  }

  async read(start: number, end: number): Promise<Buffer> {
    const runs: Buffer[] = [];
    for (const slice of this.slices(start, end)) {
      const place = this.#placeOf(slice.blob);
      if ('octets' in place) runs.push(place.octets.subarray(slice.offset, slice.offset + slice.length));
      else
        for await (const chunk of fileChunks(place.path, { slice, chunkBytes: slice.length }))
          runs.push(chunk);
    }
    const [only] = runs;
    return runs.length === 1 && only !== undefined ? only : Buffer.concat(runs);
  }

  async *stream(start = 0, end = this.size): AsyncGenerator<Buffer> {
    for (const slice of this.slices(start, end)) {
      const place = this.#placeOf(slice.blob);
      if ('octets' in place) yield place.octets.subarray(slice.offset, slice.offset + slice.length);
      else yield* fileChunks(place.path, { slice, chunkBytes: CHUNK_BYTES });
    }
  }

  #placeOf(blob: BlobId): BlobPlace {
    if (this.#last?.blob === blob) return this.#last.place;
    const place = this.#find(blob);
    if (place === undefined)
      throw new Fault('content-gone', `blob ${blob} is no longer kept`, { temporary: false });
    this.#last = { blob, place };
    return place;
  }
}

async function* fileChunks(path: string, what: { slice: Slice; chunkBytes: number }): AsyncGenerator<Buffer> {
  const { slice, chunkBytes } = what;
  const file = await open(path, 'r').catch((error: unknown) => {
    throw goneOrBroken(path, error);
  });
  try {
    const end = slice.offset + slice.length;
    for (let at = slice.offset; at < end; ) {
      const chunk = await readChunk(file, { at, length: Math.min(chunkBytes, end - at) });
      if (chunk.length === 0) throw goneOrBroken(path, new Error(`${path} ends before octet ${end}`));
      at += chunk.length;
      yield chunk;
    }
  } finally {
    await file.close();
  }
}

async function readChunk(file: FileHandle, range: { at: number; length: number }): Promise<Buffer> {
  // A buffer of its own: the caller may keep the chunk for as long as it likes.
  const buffer = Buffer.allocUnsafeSlow(range.length);
  const { bytesRead } = await file.read(buffer, 0, range.length, range.at);
  return buffer.subarray(0, bytesRead);
}

function goneOrBroken(path: string, error: unknown): Fault {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return storeFault(error);
  return new Fault('content-gone', `${path} is no longer kept`, { temporary: false, cause: error });
}
