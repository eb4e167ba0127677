// SPDX-License-Identifier: EUPL-1.2
import { createHash } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { passCommitPoint } from '../../platform/commit-points.ts';
import { Fault } from '../../platform/faults.ts';
import { type MimeIndex, MimeIndexer } from '../../wire/mime/mime-index.ts';
import { asBuffer, FileOctets, MemoryOctets } from '../../wire/mime/octets.ts';
import { BlobOctets } from './blob-octets.ts';
import type { ContentNumbers, NewBlob } from './content-store.ts';

/** Messages up to this size wait in memory, larger ones in a file. */
export const SPOOL_MEMORY_BYTES = 256 * 1024;
/** More of a header than this is not read: the message is malformed for us. */
export const HEADER_LIMIT_BYTES = 1024 * 1024;
/**
 * The same for what our users hand in. Out of it come an envelope's header, in encoded words, and
 * certification data, where an octet may take six: both have to stay within what receivers read.
 */
export const SUBMITTED_HEADER_LIMIT_BYTES = HEADER_LIMIT_BYTES / 8;

/** A whole message just received: not stored yet, but hashed and indexed. */
export interface SpooledMessage {
  readonly octets: BlobOctets;
  readonly size: number;
  readonly index: MimeIndex;
  /** The message's header with its empty line, cut at HEADER_LIMIT_BYTES. */
  readonly header: Buffer;
  /** What a step must list to keep the octets. */
  readonly blob: NewBlob;
  /** Frees what no step took over. Harmless after a commit and when called twice; never rejects. */
  discard(): Promise<void>;
}

export interface SpoolOptions {
  readonly numbers: ContentNumbers;
  /** Folder for spool files; on the store's file system, so that a blob can be renamed into it. */
  readonly folder: string;
  /** Octets beyond which the rest is counted but thrown away (AP-15). */
  readonly maxSizeBytes: number;
  readonly memoryBytes?: number;
  /** Boundary prefix to watch for (`MimeIndex.watched`). */
  readonly watchPrefix?: string;
}

/**
 * Takes a message in chunks, hashing and indexing it on the way, in memory while it is small and in a
 * file from then on, so that a message of any size costs bounded memory.
 */
export class Spool {
  readonly #options: SpoolOptions;
  readonly #hash = createHash('sha256');
  readonly #indexer: MimeIndexer;
  readonly #memoryBytes: number;
  readonly #blobId: number;
  #chunks: Buffer[] = [];
  #held = 0;
  #size = 0;
  #file: FileHandle | undefined;
  #path: string | undefined;

  constructor(options: SpoolOptions) {
    this.#options = options;
    this.#memoryBytes = options.memoryBytes ?? SPOOL_MEMORY_BYTES;
    this.#blobId = options.numbers.nextBlobId();
    this.#indexer = new MimeIndexer(
      options.watchPrefix === undefined ? {} : { watchPrefix: options.watchPrefix },
    );
  }

  /** Octets received so far, those beyond the limit included. */
  get size(): number {
    return this.#size;
  }

  /** Whether more came than `maxSizeBytes`: the message cannot be finished. */
  get tooLarge(): boolean {
    return this.#size > this.#options.maxSizeBytes;
  }

  /**
   * Takes the next octets. A returned promise must be awaited before the next call.
   * Rejects with the temporary Fault `spool-unavailable` when the disk refuses.
   */
  write(chunk: Uint8Array): Promise<void> | undefined {
    this.#size += chunk.length;
    if (this.tooLarge) return undefined;
    const octets = asBuffer(chunk);
    this.#hash.update(octets);
    this.#indexer.update(octets);
    this.#chunks.push(octets);
    this.#held += octets.length;
    // A file is written a memory's worth at a time: few large writes instead of one per packet.
    return this.#held > this.#memoryBytes ? this.#flush() : undefined;
  }

  /** Ends the message. Throws when it was too large: look at `tooLarge` first. */
  async finish(): Promise<SpooledMessage> {
    if (this.tooLarge) throw new Error('finish() of a message that is too large');
    if (this.#path !== undefined) await this.#flush();
    passCommitPoint('message-spooled');
    const index = this.#indexer.end();
    const sha256 = this.#hash.digest();
    const path = this.#path;
    if (path === undefined) {
      const [only, ...others] = this.#chunks;
      const buffer = only !== undefined && others.length === 0 ? only : Buffer.concat(this.#chunks);
      this.#chunks = [];
      const header = buffer.subarray(0, Math.min(index.root.bodyStart, HEADER_LIMIT_BYTES));
      const source = { kind: 'memory', octets: buffer } as const;
      return this.#message({ octets: new MemoryOctets(buffer), index, header, sha256, source });
    }
    await this.#file?.close();
    this.#file = undefined;
    const octets = new FileOctets(path, this.#size);
    const header = await octets.read(0, Math.min(index.root.bodyStart, HEADER_LIMIT_BYTES));
    return this.#message({ octets, index, header, sha256, source: { kind: 'file', path } });
  }

  /** Frees what an unfinished spool holds; never rejects. */
  async discard(): Promise<void> {
    this.#chunks = [];
    const file = this.#file;
    this.#file = undefined;
    await file?.close().catch(() => undefined);
    await removeFile(this.#path);
  }

  #message(parts: {
    octets: MemoryOctets | FileOctets;
    index: MimeIndex;
    header: Buffer;
    sha256: Buffer;
    source: NewBlob['source'];
  }): SpooledMessage {
    const blob: NewBlob = {
      id: this.#blobId,
      size: this.#size,
      sha256: parts.sha256,
      source: parts.source,
    };
    return {
      octets: new BlobOctets(blob.id, parts.octets),
      size: this.#size,
      index: parts.index,
      header: parts.header,
      blob,
      discard: () => removeFile(this.#path),
    };
  }

  async #flush(): Promise<void> {
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#held = 0;
    try {
      this.#path ??= join(this.#options.folder, `spool-${this.#blobId}-${process.pid}`);
      this.#file ??= await open(this.#path, 'wx', 0o600);
      passCommitPoint('spool-begun');
      for (const chunk of chunks) {
        let written = 0;
        while (written < chunk.length) {
          written += (await this.#file.write(chunk, written, chunk.length - written)).bytesWritten;
        }
      }
    } catch (cause) {
      throw new Fault('spool-unavailable', 'the spool folder cannot be written', { temporary: true, cause });
    }
  }
}

/**
 * The store moves a spool file into its blobs: then there is nothing left to remove. One that cannot be
 * removed costs room until the folder is swept at the next start; the answer about a message that was
 * committed must not be lost for it.
 */
async function removeFile(path: string | undefined): Promise<void> {
  if (path !== undefined) await unlink(path).catch(() => undefined);
}
