// SPDX-License-Identifier: EUPL-1.2
import { createHash, hash } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { passCommitPoint } from '../../platform/commit-points.ts';
import { Fault } from '../../platform/faults.ts';
import { type MimeIndex, MimeIndexer } from '../../wire/mime/mime-index.ts';
import { asBuffer, FileOctets, MemoryOctets } from '../../wire/mime/octets.ts';
import { BlobOctets } from './blob-octets.ts';
import type { ContentNumbers, NewBlob, SlicedOctets } from './content-store.ts';
import { aroundRun, type FindKept, KEPT_RUN_FROM_BYTES, KeptRun, OctetsAtHand } from './kept-run.ts';
import type { SpoolMemory } from './spool-memory.ts';

/** Messages up to this size wait in memory, larger ones in a file. */
export const SPOOL_MEMORY_BYTES = 256 * 1024;
/**
 * Pieces below half of this are gathered in blocks of this size: kept as they come, each octet of a peer
 * that sends octet by octet would hold hundreds.
 */
const BLOCK_BYTES = 16 * 1024;
/** More of a header than this is not read: the message is malformed for us. */
export const HEADER_LIMIT_BYTES = 1024 * 1024;
/**
 * The same for what our users hand in. Out of it come an envelope's header, in encoded words, and
 * certification data, where an octet may take six: both have to stay within what receivers read.
 */
export const SUBMITTED_HEADER_LIMIT_BYTES = HEADER_LIMIT_BYTES / 8;

/** A whole message just received: not stored yet, but hashed and indexed. */
export interface SpooledMessage {
  readonly octets: SlicedOctets;
  readonly size: number;
  readonly index: MimeIndex;
  /** The message's header with its empty line, cut at HEADER_LIMIT_BYTES. */
  readonly header: Buffer;
  /** What a step must list to keep the octets: all of them, but for those that are kept already. */
  readonly blob: NewBlob;
  /** Whether there are such: they may be gone when the step is committed. */
  readonly partlyKept: boolean;
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
  /** What all spools may hold together; no limit without it. */
  readonly memory?: SpoolMemory;
  /** Boundary prefix to watch for (`MimeIndex.watched`). */
  readonly watchPrefix?: string;
  /** What it finds is compared with the message, and not written where it is the same. */
  readonly findKept?: FindKept;
}

/**
 * Takes a message in chunks, hashing and indexing it on the way, in memory while it is small and in a
 * file from then on, so that a message of any size costs bounded memory.
 */
export class Spool {
  readonly #options: SpoolOptions;
  /** Of the octets that went to the file. */
  readonly #hash = createHash('sha256');
  readonly #indexer: MimeIndexer;
  readonly #memoryBytes: number;
  readonly #blobId: number;
  #chunks: Buffer[] = [];
  /** A small piece that came first: it needs no block while it is the only one. */
  #first: Buffer | undefined;
  #block: Buffer | undefined;
  #blockUsed = 0;
  #held = 0;
  #reserved = 0;
  #size = 0;
  #file: FileHandle | undefined;
  #path: string | undefined;
  #looked = false;
  #run: KeptRun | undefined;
  /** Octets before the run, as far as they are not in the file. */
  #before: Buffer[] = [];

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
   * Rejects with the temporary Faults `spool-unavailable` when the disk refuses, and `spool-memory-full` when
   * too much is on its way in at once.
   */
  write(chunk: Uint8Array): Promise<void> | undefined {
    this.#size += chunk.length;
    if (this.tooLarge) return undefined;
    const octets = asBuffer(chunk);
    this.#indexer.update(octets);
    this.#gather(octets);
    this.#held += octets.length;
    // A file is written a memory's worth at a time: few large writes instead of one per packet.
    return this.#held > this.#memoryBytes || !this.#reserve() ? this.#makeRoom() : undefined;
  }

  /**
   * Ends the message. Throws when it was too large: look at `tooLarge` first. Rejects with the temporary Faults of
   * `write`, and `kept-octets-gone` when what the message was found to share with another is no longer there.
   */
  async finish(): Promise<SpooledMessage> {
    if (this.tooLarge) throw new Error('finish() of a message that is too large');
    const whole = this.#looked || this.#path !== undefined ? undefined : this.#gatherAgain();
    await this.#leaveOutKept('whole');
    if (this.#path !== undefined) await this.#flush();
    passCommitPoint('message-spooled');
    const index = this.#indexer.end();
    this.#release();
    const blob = this.#blob();
    await this.#file?.close();
    this.#file = undefined;
    const octets = this.#octetsOf(blob, whole);
    const header = await octets.read(0, Math.min(index.root.bodyStart, HEADER_LIMIT_BYTES));
    return {
      octets,
      size: this.#size,
      index,
      header,
      blob,
      partlyKept: this.#run !== undefined,
      discard: () => removeFile(this.#path),
    };
  }

  /** Frees what an unfinished spool holds; never rejects. */
  async discard(): Promise<void> {
    this.#chunks = [];
    this.#before = [];
    this.#first = undefined;
    this.#block = undefined;
    this.#release();
    const file = this.#file;
    this.#file = undefined;
    await file?.close().catch(() => undefined);
    await removeFile(this.#path);
  }

  /** The octets of the message's own. */
  #blob(): NewBlob {
    const id = this.#blobId;
    const path = this.#path;
    if (path === undefined) {
      this.#chunks.unshift(...this.#before);
      const octets = this.#gatherAgain();
      this.#chunks = [];
      this.#before = [];
      const sha256 = hash('sha256', octets, 'buffer');
      return { id, size: octets.length, sha256, source: { kind: 'memory', octets } };
    }
    const size = this.#size - (this.#run?.size ?? 0);
    return { id, size, sha256: this.#hash.digest(), source: { kind: 'file', path } };
  }

  #octetsOf({ id, size, source }: NewBlob, whole: Buffer | undefined): SlicedOctets {
    const file = source.kind === 'file';
    const own = new BlobOctets(
      id,
      file ? new FileOctets(source.path, size) : new MemoryOctets(source.octets),
    );
    if (this.#run === undefined) return own;
    const octets = aroundRun(own, this.#run);
    return whole === undefined ? octets : new OctetsAtHand(new MemoryOctets(whole), octets);
  }

  /** Accounts for what is held now; false when all spools together would hold too much. */
  #reserve(): boolean {
    const { memory } = this.#options;
    const more = this.#held + this.#indexer.heldBytes - this.#reserved;
    if (memory === undefined || more === 0) return true;
    if (more < 0) memory.give(-more);
    else if (!memory.take(more)) return false;
    this.#reserved += more;
    return true;
  }

  #release(): void {
    this.#options.memory?.give(this.#reserved);
    this.#reserved = 0;
  }

  async #makeRoom(): Promise<void> {
    await this.#leaveOutKept('begun');
    if (this.#held > this.#memoryBytes || !this.#reserve()) await this.#flush();
    if (this.#reserve()) return;
    const sentence = 'the messages on their way in hold all the memory there is for them';
    throw new Fault('spool-memory-full', sentence, { temporary: true });
  }

  /** Takes the octets out of what was gathered that are kept already. */
  async #leaveOutKept(message: 'begun' | 'whole'): Promise<void> {
    try {
      if (!this.#looked) await this.#look();
      if (this.#run?.whole === false) await this.#followRun(this.#run);
      if (this.#run?.whole === false && message === 'whole') await this.#bringBack(this.#run, []);
    } catch (cause) {
      if (cause instanceof Fault && cause.temporary) throw cause;
      const sentence = 'what the message shares with another one went while it came in';
      throw new Fault('kept-octets-gone', sentence, { temporary: true, cause });
    }
  }

  async #look(): Promise<void> {
    this.#looked = true;
    const { findKept } = this.#options;
    if (findKept === undefined || this.#size < KEPT_RUN_FROM_BYTES) return;
    const beginning = this.#gatherAgain();
    this.#run = await KeptRun.find(beginning, findKept);
    if (this.#run === undefined) return;
    // A copy: it is small, and would hold all of the beginning.
    this.#before = [Buffer.from(beginning.subarray(0, this.#run.at))];
    this.#chunks = [beginning.subarray(this.#run.at)];
  }

  async #followRun(run: KeptRun): Promise<void> {
    const gathered = this.#gatherAgain();
    const followed = await run.follow(gathered);
    this.#held -= followed ?? gathered.length;
    if (followed === undefined) return this.#bringBack(run, [gathered]);
    this.#chunks = followed < gathered.length ? [gathered.subarray(followed)] : [];
  }

  /** The message is not what it seemed: all of it is its own. */
  async #bringBack({ seen }: KeptRun, gathered: readonly Buffer[]): Promise<void> {
    this.#run = undefined;
    this.#chunks = this.#before;
    this.#before = [];
    for await (const chunk of seen.stream()) {
      this.#chunks.push(chunk);
      this.#held += chunk.length;
      if (this.#held > this.#memoryBytes) await this.#flush();
    }
    for (const chunk of gathered) {
      this.#chunks.push(chunk);
      this.#held += chunk.length;
    }
  }

  /** What was gathered, in one piece. */
  #gatherAgain(): Buffer {
    this.#closeBlock();
    const [only, ...others] = this.#chunks;
    const octets = only !== undefined && others.length === 0 ? only : Buffer.concat(this.#chunks);
    this.#chunks = [octets];
    return octets;
  }

  #gather(octets: Buffer): void {
    if (octets.length >= BLOCK_BYTES / 2) {
      this.#closeBlock();
      this.#chunks.push(octets);
      return;
    }
    const first = this.#first;
    if (first === undefined && this.#block === undefined && this.#chunks.length === 0) {
      this.#first = octets;
      return;
    }
    this.#first = undefined;
    if (first !== undefined) this.#copy(first);
    this.#copy(octets);
  }

  #copy(octets: Buffer): void {
    if (this.#blockUsed + octets.length > BLOCK_BYTES) this.#closeBlock();
    this.#block ??= Buffer.allocUnsafeSlow(BLOCK_BYTES);
    this.#blockUsed += octets.copy(this.#block, this.#blockUsed);
  }

  #closeBlock(): void {
    if (this.#first !== undefined) this.#chunks.push(this.#first);
    this.#first = undefined;
    if (this.#block !== undefined && this.#blockUsed > 0)
      this.#chunks.push(this.#block.subarray(0, this.#blockUsed));
    this.#block = undefined;
    this.#blockUsed = 0;
  }

  async #flush(): Promise<void> {
    this.#closeBlock();
    const chunks = [...this.#before, ...this.#chunks];
    this.#before = [];
    this.#chunks = [];
    this.#held = 0;
    try {
      this.#path ??= join(this.#options.folder, `spool-${this.#blobId}-${process.pid}`);
      this.#file ??= await open(this.#path, 'wx', 0o600);
      passCommitPoint('spool-begun');
      for (const chunk of chunks) this.#hash.update(chunk);
      await writeAll(this.#file, chunks);
    } catch (cause) {
      throw new Fault('spool-unavailable', 'the spool folder cannot be written', { temporary: true, cause });
    }
  }
}

/** Writes them in one go, and what the system left of them in another. */
async function writeAll(file: FileHandle, chunks: readonly Buffer[]): Promise<void> {
  let left = chunks.filter(({ length }) => length > 0);
  while (left.length > 0) {
    let { bytesWritten } = await file.writev(left);
    left = left.flatMap((chunk) => {
      const written = Math.min(bytesWritten, chunk.length);
      bytesWritten -= written;
      return written < chunk.length ? [chunk.subarray(written)] : [];
    });
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
