// SPDX-License-Identifier: EUPL-1.2
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlobId, ContentId, NewBlob, StoredContent } from '../../mailroom/contents/content-store.ts';
import type { Mailbox, MailboxId } from '../../mailroom/mailboxes/mailbox-store.ts';
import type { HouseStore } from '../../mailroom/steps/house-store.ts';
import type { Committed, Step, StepOutcome } from '../../mailroom/steps/step-store.ts';
import type { Submission } from '../../mailroom/tracking/tracking-store.ts';
import type { Fault } from '../../platform/faults.ts';
import type { Journal } from '../../platform/journal.ts';
import { BlobFiles, syncFolder } from '../blobs/blobs.ts';
import { CommitListeners } from '../commit-listeners.ts';
import { checkBlob } from '../slices.ts';
import { DEFAULT_STORE_LIMITS, type StoreLimits } from '../store-rules.ts';
import { ContentsAtHand } from './at-hand/contents-at-hand.ts';
import { RowsAtHand } from './at-hand/rows-at-hand.ts';
import { type Database, openDatabase, storeFault } from './driver.ts';
import { lockFolder } from './folder-lock.ts';
import { type BlobFileName, checkStep, type PreparedBlob } from './packed-step.ts';
import { SqliteReaders } from './readers/sqlite-readers.ts';
import { WriterLink } from './writer-link.ts';

const BLOBS = 'blobs';
const DATABASE = 'store.db';

export interface SqliteStoreOptions {
  /** Folder of the store alone; made when missing. */
  readonly folder: string;
  readonly journal: Journal;
  readonly limits?: Partial<StoreLimits>;
  /**
   * The writer's thread died; commits that were with it were rejected, though the last group of them
   * may have been kept. `restarted` false: the store takes no steps any more.
   */
  readonly onFailure?: (fault: Fault, restarted: boolean) => void;
  /** A step is about to be committed; what it returns is told whether it was. */
  readonly onCommit?: () => (committed: boolean) => void;
}

/**
 * Opens the store in a folder, for this process alone.
 *
 * @throws Fault `store-locked` when another process has it open, `store-newer` when a later program
 * wrote it, `store-unavailable` when it cannot be opened.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<SqliteStore> {
  let lock: Disposable | undefined;
  try {
    await mkdir(join(options.folder, BLOBS), { recursive: true, mode: 0o700 });
    // The files beside it, the write-ahead log among them, take their mode from the database's.
    await (await open(join(options.folder, DATABASE), 'a', 0o600)).close();
    lock = lockFolder(options.folder);
    return await SqliteStore.open({ ...options, lock });
  } catch (error) {
    lock?.[Symbol.dispose]();
    throw storeFault(error);
  }
}

/** The embedded store: one SQLite database, files for large blobs, one thread that writes. */
export class SqliteStore extends SqliteReaders implements HouseStore {
  readonly #lock: Disposable;
  readonly #files: BlobFiles;
  readonly #reading: Database;
  readonly #journal: Journal;
  readonly #inlineBlobBytes: number;
  readonly #onCommit: SqliteStoreOptions['onCommit'];
  readonly #listeners: CommitListeners;
  readonly #rowsAtHand = new RowsAtHand();
  readonly #contentsAtHand = new ContentsAtHand();
  readonly #writer: WriterLink;
  readonly #work = new Set<Promise<void>>();
  #closed = false;
  #lastBlobId: BlobId;
  #lastContentId: ContentId;

  private constructor(parts: {
    options: SqliteStoreOptions & { readonly lock: Disposable };
    reading: Database;
    writer: WriterLink;
    listeners: CommitListeners;
  }) {
    const { options, reading, writer, listeners } = parts;
    const files = new BlobFiles(join(options.folder, BLOBS), (name) => this.contents.hasBlob(name));
    super(reading, files);
    this.#files = files;
    this.#lock = options.lock;
    this.#reading = reading;
    this.#journal = options.journal;
    this.#onCommit = options.onCommit;
    this.#inlineBlobBytes = options.limits?.inlineBlobBytes ?? DEFAULT_STORE_LIMITS.inlineBlobBytes;
    this.#listeners = listeners;
    this.#writer = writer;
    this.#lastBlobId = this.contents.lastKept('blobs');
    this.#lastContentId = this.contents.lastKept('contents');
    this.#inBackground(this.#sweep());
  }

  static async open(options: SqliteStoreOptions & { readonly lock: Disposable }): Promise<SqliteStore> {
    const listeners = new CommitListeners();
    let store: SqliteStore | undefined;
    const limits = { ...DEFAULT_STORE_LIMITS, ...options.limits };
    const path = join(options.folder, DATABASE);
    const writer = await WriterLink.open({
      ...limits,
      path,
      journal: options.journal,
      onCommitted: (committed) => {
        if (store !== undefined) store.#noteAtHand(committed);
        listeners.tell(committed);
      },
      onFilesToRemove: (files) => {
        if (store !== undefined) store.#removeFiles(files);
      },
      onFailure: (fault, restarted) => {
        if (store !== undefined) store.#forgetAtHand();
        options.onFailure?.(fault, restarted);
      },
    });
    try {
      // The database's own name in its folder has to survive a power cut as well.
      await syncFolder(options.folder);
      const reading = openDatabase(path, { readOnly: true });
      store = new SqliteStore({ options, reading, writer, listeners });
      return store;
    } catch (error) {
      // A thread left behind would keep the folder, and the process.
      await writer[Symbol.asyncDispose]();
      throw error;
    }
  }

  override findMailbox(address: string): Mailbox | undefined {
    return this.#rowsAtHand.mailbox(address, (key) => super.findMailbox(key));
  }

  override getMailbox(id: MailboxId): Mailbox {
    return this.#rowsAtHand.mailboxOf(id, (known) => super.getMailbox(known));
  }

  override findSubmission(identifier: string): Submission | undefined {
    return this.#rowsAtHand.submission(identifier, (key) => super.findSubmission(key));
  }

  override findContent(id: ContentId): StoredContent | undefined {
    const atHand = this.#contentsAtHand.find(id);
    return atHand === undefined ? super.findContent(id) : this.contents.contentAtHand(atHand);
  }

  nextBlobId(): BlobId {
    return ++this.#lastBlobId;
  }

  nextContentId(): ContentId {
    return ++this.#lastContentId;
  }

  /** Steps that wait for the disk. */
  get waitingSteps(): number {
    return this.#writer.waiting;
  }

  async commit(step: Step): Promise<StepOutcome> {
    const end = this.#onCommit?.();
    let committed = false;
    try {
      const outcome = await this.#commit(step);
      committed = true;
      return outcome;
    } finally {
      end?.(committed);
    }
  }

  async #commit(step: Step): Promise<StepOutcome> {
    checkStep(step);
    // A step without files is handed over in the same turn as others; one with files comes after them.
    const blobs = step.blobs.map((blob) => this.#inMemory(blob));
    if (blobs.every((blob) => blob !== undefined)) return await this.#writer.commit({ step, blobs });
    return await this.#untilSettled(this.#commitWithFiles(step));
  }

  onCommitted(listener: (committed: Committed) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Kills the writer's thread as a crash would; for crash tests. */
  async terminateWriter(): Promise<void> {
    await this.#writer.terminate();
  }

  /** Frees what all threads of the store keep in case it is needed again; to be called when there is little to do. */
  letGo(): void {
    this.#reading.letGo();
    this.#writer.letGo();
  }

  /** Resolves when the files that are to go are gone. */
  async settled(): Promise<void> {
    await Promise.all(this.#work);
  }

  /** Lets what waits be committed, and leaves the folder to others. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#writer[Symbol.asyncDispose]();
    await this.settled();
    this.#reading[Symbol.dispose]();
    this.#lock[Symbol.dispose]();
  }

  #noteAtHand({ step, outcome }: Committed): void {
    outcome.parts.forEach((part, at) => {
      if (!part.done) return;
      step.parts[at]?.acts.forEach((act, of) => {
        this.#rowsAtHand.hear(act, part.results[of]);
        this.#contentsAtHand.hear(step, act, part.results[of]);
      });
    });
  }

  /** The last group of a writer that died may have been kept, and nobody was told what it changed. */
  #forgetAtHand(): void {
    this.#rowsAtHand.forget();
    this.#contentsAtHand.forget();
  }

  #inMemory(blob: NewBlob): PreparedBlob | undefined {
    if (blob.source.kind === 'file' || blob.size > this.#inlineBlobBytes) return undefined;
    return { blob, octets: blob.source.octets };
  }

  /** The store closes only after this. */
  #untilSettled<Value>(work: Promise<Value>): Promise<Value> {
    const done: Promise<void> = work.then(
      () => undefined,
      () => undefined,
    );
    this.#work.add(done);
    done.then(() => this.#work.delete(done));
    return work;
  }

  async #commitWithFiles(step: Step): Promise<StepOutcome> {
    // A blob that is kept already is not brought again: should it go meanwhile, the step fails cleanly.
    const brought = step.blobs.filter((blob) => !this.contents.hasBlob(blob));
    try {
      const prepared = await Promise.allSettled(brought.map((blob) => this.#prepare(blob)));
      const blobs = prepared.map((each) => {
        if (each.status === 'rejected') throw each.reason;
        return each.value;
      });
      return await this.#writer.commit({ step, blobs });
    } catch (error) {
      throw storeFault(error);
    } finally {
      // Whatever becomes of the names, the outcome of the commit stands.
      await this.#report(Promise.all(brought.map((blob) => this.#settle(blob))));
    }
  }

  async #prepare(blob: NewBlob): Promise<PreparedBlob> {
    if (blob.size > this.#inlineBlobBytes) {
      await this.#files.claim(blob);
      return { blob, octets: 'in-file' };
    }
    const octets = blob.source.kind === 'memory' ? blob.source.octets : await readFile(blob.source.path);
    const inMemory: NewBlob = { ...blob, source: { kind: 'memory', octets } };
    checkBlob(inMemory);
    return { blob: inMemory, octets };
  }

  /** Takes away whichever of the blob's two names has done its service. */
  async #settle(blob: NewBlob): Promise<void> {
    if (blob.size > this.#inlineBlobBytes) await this.#files.settle(blob);
    if (blob.source.kind === 'file' && this.contents.hasBlob(blob))
      await rm(blob.source.path, { force: true });
  }

  #removeFiles(files: readonly BlobFileName[]): void {
    this.#inBackground(Promise.all(files.map((file) => this.#files.remove(file))));
  }

  async #sweep(): Promise<void> {
    const removed = await this.#files.sweep();
    if (removed > 0) this.#journal.info({ removed }, 'files of steps that were never committed were removed');
  }

  #inBackground(work: Promise<unknown>): void {
    this.#untilSettled(this.#report(work));
  }

  /** A file that cannot be removed now is removed by the sweep at the next start. */
  async #report(work: Promise<unknown>): Promise<void> {
    await work.catch((error: unknown) => {
      this.#journal.error({ error: String(error) }, 'files of removed messages are left for the next start');
    });
  }
}
