// SPDX-License-Identifier: EUPL-1.2
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import type { MailboxId } from '../../../mailroom/mailboxes/mailbox-store.ts';
import type { CardDerivation } from '../../../mailroom/search/search-store.ts';
import { BlobFiles } from '../../blobs/blobs.ts';
import { type Database, openDatabase, saysDamaged } from '../driver.ts';
import { SqliteReaders } from '../readers/sqlite-readers.ts';
import { Indexer } from './indexer.ts';
import { makeIndex, openIndex } from './search-schema.ts';

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
  /** Whoever reads the index found it damaged. */
  | 'damaged'
  | 'close';

export type FromIndexer =
  | 'ready'
  /** The index was damaged and is empty now; connections to the old one see nothing new. */
  | 'made-anew'
  | { readonly settled: number }
  | { readonly failed: string; readonly mailbox: MailboxId };

/** Nothing came for so long: time to index. */
const QUIET_MS = 3_000;
/** What came is indexed after so long even if more keeps coming. */
const LONGEST_WAIT_MS = 60_000;

/** Runs in the indexer's thread: one mailbox after the other, whatever was told meanwhile. */
class IndexerThread {
  readonly #parts: ThreadParts;
  #indexer: Indexer;
  readonly #came = new Set<MailboxId>();
  readonly #gone = new Set<MailboxId>();
  readonly #questions: number[] = [];
  #working = false;
  #closing = false;
  #timer: NodeJS.Timeout | undefined;
  /** When the first of what waits was told. */
  #toldSince: number | undefined;
  #damaged = false;
  #anewLeft = MADE_ANEW;

  constructor(parts: ThreadParts) {
    this.#parts = parts;
    this.#indexer = parts.indexer;
  }

  /** Whatever happened while nobody looked. */
  lookAtAll(): void {
    const mailboxes = this.#indexer.unfinished();
    this.hear({ came: mailboxes, gone: mailboxes });
  }

  hear(message: ToIndexer): void {
    if (message === 'close') this.#closing = true;
    else if (message === 'damaged') this.#damaged = true;
    else if ('settle' in message) this.#questions.push(message.settle);
    else {
      for (const mailbox of message.came) this.#came.add(mailbox);
      for (const mailbox of message.gone) this.#gone.add(mailbox);
    }
    if (this.#working) return;
    if (typeof message === 'string' || 'settle' in message) this.#work();
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
    while ((this.#questions.length > 0 || this.#damaged) && !this.#closing);
    this.#working = false;
    if (this.#closing) {
      this.#indexer[Symbol.dispose]();
      this.#parts.close();
    } else if (this.#came.size + this.#gone.size > 0) this.#workWhenQuiet();
  }

  async #round(): Promise<void> {
    if (this.#damaged) this.#makeAnew();
    const questions = this.#questions.splice(0);
    const came = [...this.#came];
    const gone = new Set(this.#gone);
    this.#came.clear();
    this.#gone.clear();
    for (const mailbox of came.filter((id) => !gone.has(id)))
      await this.#try(mailbox, () => this.#indexer.takeIn(mailbox));
    for (const mailbox of gone) await this.#try(mailbox, () => this.#indexer.finish(mailbox));
    const [first] = [...came, ...gone];
    if (first !== undefined) await this.#try(first, () => this.#indexer.flush());
    // Damage met on the way sends everything round once more, and whoever asks waits for that as well.
    if (this.#damaged && this.#anewLeft > 0) this.#questions.unshift(...questions);
    else for (const settled of questions) send({ settled });
  }

  /** Whatever is left of the index goes, and all mailboxes are indexed again. */
  #makeAnew(): void {
    this.#damaged = false;
    if (this.#anewLeft === 0) return;
    this.#anewLeft -= 1;
    try {
      this.#indexer[Symbol.dispose]();
      this.#indexer = this.#parts.makeAnew();
    } catch (error) {
      send({ failed: String(error), mailbox: 0 });
      return;
    }
    for (const mailbox of this.#indexer.unfinished()) this.#came.add(mailbox);
    send('made-anew');
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
      if (saysDamaged(error)) this.#damaged = true;
      send({ failed: String(error), mailbox });
    }
  }
}

/** What the thread works with. */
interface ThreadParts {
  readonly indexer: Indexer;
  /** An indexer over an empty index, in the place of one that is damaged and closed. */
  makeAnew(): Indexer;
  close(): void;
}

/** Times a damaged index is made anew before the next start; a disk that damages it again needs an operator. */
const MADE_ANEW = 3;

const INDEXING_PRIORITY = 10;

function send(message: FromIndexer): void {
  parentPort?.postMessage(message);
}

async function serve(options: IndexerOptions): Promise<void> {
  // Whoever answers people comes first. On Linux a priority is the thread's own, elsewhere the process's.
  if (process.platform === 'linux') setPriority(INDEXING_PRIORITY);
  const reading = openDatabase(options.storePath, { readOnly: true });
  const files = new BlobFiles(options.blobFolder, () => true);
  const { deriveCard } = (await import(options.derivationModule)) as { deriveCard: CardDerivation };
  const store = new SqliteReaders(reading, files);
  const indexerOver = (index: Database) => new Indexer({ store, reading, index, derive: deriveCard });
  const thread = new IndexerThread({
    indexer: indexerOver(openIndex(options.indexPath, reading)),
    makeAnew: () => indexerOver(makeIndex(options.indexPath, reading)),
    close: () => {
      reading[Symbol.dispose]();
      parentPort?.close();
    },
  });
  parentPort?.on('message', (message: ToIndexer) => thread.hear(message));
  send('ready');
  // What came or went while no indexer ran.
  thread.lookAtAll();
}

if (parentPort !== null) await serve(workerData as IndexerOptions);
