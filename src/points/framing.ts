// SPDX-License-Identifier: EUPL-1.2
import { createHash, hash } from 'node:crypto';
import type { Draft } from '../evidence/draft.ts';
import type { EnclosedDigest, FramePiece } from '../mailroom/frames/frame-store.ts';
import {
  AT_ONCE_BYTES,
  type OctetRange,
  type Octets,
  type Piece,
  readPieces,
  streamPieces,
} from '../wire/mime/octets.ts';

/** How a generated message is made of what we wrote and of ranges of an original. */
export interface FrameShape {
  readonly pieces: readonly FramePiece[];
  readonly original?: EnclosedDigest;
}

/**
 * Tells what we wrote from what the user wrote: each range among the pieces of a message is found again in the
 * original that the draft encloses. Reads the original once, to know it by its hash.
 */
export async function shapeFrame(pieces: readonly Piece[], { original }: Draft): Promise<FrameShape> {
  let written = 0;
  const shape: FramePiece[] = [];
  for (const piece of pieces) {
    const length = lengthOf(piece);
    if (length === 0) continue;
    if (!(piece instanceof Uint8Array)) {
      shape.push({ of: 'original', offset: placeOf(piece, original ?? []), length });
      continue;
    }
    const last = shape.at(-1);
    if (last?.of === 'frame') shape[shape.length - 1] = { ...last, length: last.length + length };
    else shape.push({ of: 'frame', offset: written, length });
    written += length;
  }
  const holds = shape.some(({ of }) => of === 'original');
  return holds && original !== undefined
    ? { pieces: shape, original: await digestOf(original) }
    : { pieces: shape };
}

function placeOf(range: OctetRange, original: readonly Piece[]): number {
  let at = 0;
  for (const piece of original) {
    const within = !(piece instanceof Uint8Array) && piece.octets === range.octets;
    if (within && piece.start <= range.start && range.end <= piece.end) return at + range.start - piece.start;
    at += lengthOf(piece);
  }
  throw new Error('a message holds octets of an original that its draft does not name');
}

function lengthOf(piece: Piece): number {
  return piece instanceof Uint8Array ? piece.length : piece.end - piece.start;
}

/** Receipts for many recipients enclose the same range: it is read for the first of them. */
const KNOWN = new WeakMap<Octets, { readonly range: OctetRange; readonly digest: Promise<EnclosedDigest> }>();

function digestOf(original: readonly Piece[]): Promise<EnclosedDigest> {
  const [range, ...others] = original;
  if (range === undefined || range instanceof Uint8Array || others.length > 0) return digest(original);
  const known = KNOWN.get(range.octets);
  if (known?.range.start === range.start && known.range.end === range.end) return known.digest;
  const found = digest(original);
  KNOWN.set(range.octets, { range, digest: found });
  return found;
}

async function digest(original: readonly Piece[]): Promise<EnclosedDigest> {
  const sizeBytes = original.reduce((sum, piece) => sum + lengthOf(piece), 0);
  if (sizeBytes <= AT_ONCE_BYTES) return { sha256: hash('sha256', await readPieces(original)), sizeBytes };
  const running = createHash('sha256');
  for await (const chunk of streamPieces(original)) running.update(chunk);
  return { sha256: running.digest('hex'), sizeBytes };
}
