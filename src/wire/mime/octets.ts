// SPDX-License-Identifier: EUPL-1.2
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';

/**
 * An immutable run of octets that can be read anywhere: a message in memory, in a spool file or in
 * the store. Mail is never turned into text to be carried, so every part of the house that touches a
 * message takes one of these.
 */
export interface Octets {
  /** Length in octets. */
  readonly size: number;
  /** The octets from `start` (included) to `end` (excluded); both must lie within the run. */
  read(start: number, end: number): Promise<Buffer>;
  /** The same range in order, in chunks of any size, without holding it all. */
  stream(start?: number, end?: number): AsyncIterable<Buffer>;
}

/** A part of a run of octets. */
export interface OctetRange {
  readonly octets: Octets;
  /** First octet, counted from 0. */
  readonly start: number;
  /** One past the last octet. */
  readonly end: number;
}

/** What an artefact is made of: octets we wrote, and untouched ranges of what others wrote. */
export type Piece = Uint8Array | OctetRange;

/** All octets of the pieces, in order, in chunks. */
export async function* streamPieces(pieces: readonly Piece[]): AsyncGenerator<Buffer> {
  for (const piece of pieces) {
    if (piece instanceof Uint8Array) yield asBuffer(piece);
    else yield* piece.octets.stream(piece.start, piece.end);
  }
}

/** All octets of the pieces in one buffer; only for what is known to be small. */
export async function readPieces(pieces: readonly Piece[]): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (const piece of pieces) {
    if (piece instanceof Uint8Array) chunks.push(asBuffer(piece));
    else if (piece.end > piece.start) chunks.push(await piece.octets.read(piece.start, piece.end));
  }
  const [only, ...others] = chunks;
  return only !== undefined && others.length === 0 ? only : Buffer.concat(chunks);
}

/** Up to here octets are rather read at once than streamed: each turn of a stream costs as much as a kilobyte of work. */
export const AT_ONCE_BYTES = 64 * 1024;

/** The same pieces, neighbours in memory being one: a message of ours is then few runs, each copied once. */
export function joinPieces(pieces: readonly Piece[]): Piece[] {
  const joined: Piece[] = [];
  let run: Uint8Array[] = [];
  const endRun = (): void => {
    const [only, ...others] = run;
    if (only !== undefined) joined.push(others.length === 0 ? only : Buffer.concat(run));
    run = [];
  };
  for (const piece of pieces) {
    if (piece instanceof Uint8Array) {
      if (piece.length > 0) run.push(piece);
      continue;
    }
    endRun();
    joined.push(piece);
  }
  endRun();
  return joined;
}

export function asBuffer(octets: Uint8Array): Buffer {
  return Buffer.isBuffer(octets) ? octets : Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
}

/** Octets held in memory. */
export class MemoryOctets implements Octets {
  readonly buffer: Buffer;

  constructor(octets: Uint8Array) {
    this.buffer = asBuffer(octets);
  }

  get size(): number {
    return this.buffer.length;
  }

  async read(start: number, end: number): Promise<Buffer> {
    return this.buffer.subarray(start, end);
  }

  async *stream(start = 0, end = this.buffer.length): AsyncGenerator<Buffer> {
    if (end > start) yield this.buffer.subarray(start, end);
  }
}

/** Octets in a file that nobody changes any more. */
export class FileOctets implements Octets {
  readonly path: string;
  readonly size: number;

  constructor(path: string, size: number) {
    this.path = path;
    this.size = size;
  }

  async read(start: number, end: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(end - start);
    const file = await open(this.path, 'r');
    try {
      let filled = 0;
      while (filled < buffer.length) {
        const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, start + filled);
        if (bytesRead === 0) throw new Error(`${this.path} ends before octet ${end}`);
        filled += bytesRead;
      }
    } finally {
      await file.close();
    }
    return buffer;
  }

  async *stream(start = 0, end = this.size): AsyncGenerator<Buffer> {
    if (end <= start) return;
    // 256 KiB: large enough to keep the disk busy, small enough to leave the event loop to others.
    yield* createReadStream(this.path, { start, end: end - 1, highWaterMark: 256 * 1024 });
  }
}
