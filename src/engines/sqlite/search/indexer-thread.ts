// SPDX-License-Identifier: EUPL-1.2
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import type { MailboxId } from '../../../mailroom/mailboxes/mailbox-store.ts';
import type { CardDerivation } from '../../../mailroom/search/search-store.ts';
import { BlobFiles } from '../../blobs/blobs.ts';
import { openDatabase } from '../driver.ts';
import { SqliteReaders } from '../readers/sqlite-readers.ts';
import { Indexer } from './indexer.ts';
import { openIndex } from './search-schema.ts';

export interface IndexerOptions {
  /** File of the store's database. */
  readonly storePath: string;
  /** Folder of the store's large blobs. */
  readonly blobFolder: string;
  readonly indexPath: string;
  /** Address of the module whose `deriveCard` works out cards: a function does not cross threads. */
  readonly derivationModule: string;
}

/** What the store's thread sends: mailboxes that something came to or went from, a question, or the end. */
export type ToIndexer =
  | { readonly came: readonly MailboxId[]; readonly gone: readonly MailboxId[] }
  | { readonly settle: number }
  | 'close';

export type FromIndexer =
  | 'ready'
  | { readonly settled: number }
  | { readonly failed: string; readonly mailbox: MailboxId };

/** Nothing came for so long: time to index. */
const QUIET_MS = 3_000;
/** What came is indexed after so long even if more keeps coming. */
const LONGEST_WAIT_MS = 60_000;

/** Runs in the indexer's thread: one mailbox after the other, whatever was told meanwhile. */
class IndexerThread {
  readonly #indexer: Indexer;
  readonly #came = new Set<MailboxId>();
  readonly #gone = new Set<MailboxId>();
  readonly #questions: number[] = [];
  #working = false;
  #closing = false;
  #timer: NodeJS.Timeout | undefined;
  /** When the first of what waits was told. */
  #toldSince: number | undefined;
  readonly #close: () => void;

  constructor(indexer: Indexer, close: () => void) {
    this.#indexer = indexer;
    this.#close = close;
  }

  hear(message: ToIndexer): void {
    if (message === 'close') this.#closing = true;
    else if ('settle' in message) this.#questions.push(message.settle);
    else {
      for (const mailbox of message.came) this.#came.add(mailbox);
      for (const mailbox of message.gone) this.#gone.add(mailbox);
    }
    if (this.#working) return;
    if (message === 'close' || 'settle' in message) this.#work();
    else this.#workWhenQuiet();
  }

  /**
   * Indexing waits until nothing has come for a while: many messages of a mailbox cost little more to write than
   * one, and whoever searches meanwhile has the new ones looked at. Mail that never pauses is indexed all the same.
   */
  #workWhenQuiet(): void {
    const now = performance.now();
    this.#toldSince ??= now;
    const delayMs = Math.max(Math.min(QUIET_MS, this.#toldSince + LONGEST_WAIT_MS - now), 0);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#work(), delayMs);
  }

  async #work(): Promise<void> {
    clearTimeout(this.#timer);
    this.#toldSince = undefined;
    this.#working = true;
    // Whoever asked waits for what was told before; the rest waits for a quiet moment.
    do await this.#round();
    while (this.#questions.length > 0 && !this.#closing);
    this.#working = false;
    if (this.#closing) this.#close();
    else if (this.#came.size + this.#gone.size > 0) this.#workWhenQuiet();
  }

  async #round(): Promise<void> {
    const questions = this.#questions.splice(0);
    const came = [...this.#came];
    const gone = [...this.#gone];
    this.#came.clear();
    this.#gone.clear();
    for (const mailbox of came) await this.#try(mailbox, () => this.#indexer.takeIn(mailbox));
    for (const mailbox of gone) await this.#try(mailbox, () => this.#indexer.forgetGone(mailbox));
    for (const settled of questions) send({ settled });
  }

  async #try(mailbox: MailboxId, work: () => Promise<void> | void): Promise<void> {
    if (this.#closing) return;
    // What is told meanwhile is heard between two mailboxes.
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    try {
      await work();
    } catch (error) {
      send({ failed: String(error), mailbox });
    }
  }
}

const INDEXING_PRIORITY = 10;

function send(message: FromIndexer): void {
  parentPort?.postMessage(message);
}

async function serve(options: IndexerOptions): Promise<void> {
  // Whoever answers people comes first. On Linux a priority is the thread's own, elsewhere the process's.
  if (process.platform === 'linux') setPriority(INDEXING_PRIORITY);
  const index = openIndex(options.indexPath);
  const reading = openDatabase(options.storePath, { readOnly: true });
  const files = new BlobFiles(options.blobFolder, () => true);
  const { deriveCard } = (await import(options.derivationModule)) as { deriveCard: CardDerivation };
  const store = new SqliteReaders(reading, files);
  const thread = new IndexerThread(new Indexer({ store, index, derive: deriveCard }), () => {
    index[Symbol.dispose]();
    reading[Symbol.dispose]();
    parentPort?.close();
  });
  parentPort?.on('message', (message: ToIndexer) => thread.hear(message));
  send('ready');
  // What came or went while no indexer ran.
  const mailboxes = store.listMailboxes().map(({ id }) => id);
  thread.hear({ came: mailboxes, gone: mailboxes });
}

if (parentPort !== null) await serve(workerData as IndexerOptions);
