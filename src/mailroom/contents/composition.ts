// SPDX-License-Identifier: EUPL-1.2
import { hash } from 'node:crypto';
import type { MimeIndex } from '../../wire/mime/mime-index.ts';
import { asBuffer, MemoryOctets, type OctetRange, type Octets, type Piece } from '../../wire/mime/octets.ts';
import { BlobOctets } from './blob-octets.ts';
import {
  type ContentNumbers,
  isSliced,
  type NewBlob,
  type NewContent,
  type Slice,
  type SlicedOctets,
} from './content-store.ts';

/** A message put together from what we wrote and from ranges of what is kept already. */
export interface Composition {
  readonly content: NewContent;
  /** The blob of the octets we wrote, the frame; absent when there are none. */
  readonly frame?: NewBlob;
  /** The whole message, readable before it is stored. */
  readonly octets: SlicedOctets;
}

/**
 * Turns pieces into a content without copying the ranges: the octets we wrote become one blob, the
 * frame, and each range becomes slices of the blobs it lies in. Ranges must be of sliced octets.
 */
export function compose(
  pieces: readonly Piece[],
  options: { readonly numbers: ContentNumbers; readonly index: MimeIndex },
): Composition {
  const written = pieces.filter((piece): piece is Uint8Array => piece instanceof Uint8Array).map(asBuffer);
  const [only, ...others] = written;
  const frameOctets = only !== undefined && others.length === 0 ? only : Buffer.concat(written);
  const frame = frameOctets.length === 0 ? undefined : newMemoryBlob(frameOctets, options.numbers);
  const slices: Slice[] = [];
  const ranges: OctetRange[] = [];
  const frameRun = frame === undefined ? undefined : new BlobOctets(frame.id, new MemoryOctets(frameOctets));
  let offset = 0;
  for (const piece of pieces) {
    if (piece instanceof Uint8Array) {
      if (piece.length === 0 || frameRun === undefined) continue;
      slices.push({ blob: frameRun.blob, offset, length: piece.length });
      ranges.push({ octets: frameRun, start: offset, end: offset + piece.length });
      offset += piece.length;
    } else if (piece.end > piece.start) {
      if (!isSliced(piece.octets)) throw new Error('a content can refer to stored or spooled octets only');
      slices.push(...piece.octets.slices(piece.start, piece.end));
      ranges.push(piece);
    }
  }
  const octets = new RangedOctets(ranges);
  const content = {
    id: options.numbers.nextContentId(),
    size: octets.size,
    slices,
    index: options.index,
  };
  return frame === undefined ? { content, octets } : { content, frame, octets };
}

/** A blob of octets in memory, hashed. */
export function newMemoryBlob(octets: Buffer, numbers: ContentNumbers): NewBlob {
  return {
    id: numbers.nextBlobId(),
    size: octets.length,
    sha256: hash('sha256', octets, 'buffer'),
    source: { kind: 'memory', octets },
  };
}

/** Ranges of other octets, one after the other, read as one run. */
export class RangedOctets implements SlicedOctets {
  readonly size: number;
  readonly #ranges: readonly OctetRange[];

  constructor(ranges: readonly OctetRange[]) {
    this.#ranges = ranges;
    this.size = ranges.reduce((sum, range) => sum + range.end - range.start, 0);
  }

  async read(start: number, end: number): Promise<Buffer> {
    const parts = this.#within(start, end);
    const only = parts.length === 1 ? parts[0] : undefined;
    if (only !== undefined) return only.octets.read(only.start, only.end);
    return Buffer.concat(await Promise.all(parts.map((part) => part.octets.read(part.start, part.end))));
  }

  async *stream(start = 0, end = this.size): AsyncGenerator<Buffer> {
    for (const part of this.#within(start, end)) yield* part.octets.stream(part.start, part.end);
  }

  slices(start: number, end: number): readonly Slice[] {
    return this.#within(start, end).flatMap((part) => sliced(part.octets).slices(part.start, part.end));
  }

  #within(start: number, end: number): OctetRange[] {
    const found: OctetRange[] = [];
    let at = 0;
    for (const { octets, start: from, end: to } of this.#ranges) {
      const length = to - from;
      const first = Math.max(start - at, 0);
      const last = Math.min(end - at, length);
      if (last > first) found.push({ octets, start: from + first, end: from + last });
      at += length;
    }
    return found;
  }
}

function sliced(octets: Octets): SlicedOctets {
  if (!isSliced(octets)) throw new Error('these octets are of no blob');
  return octets;
}
