// SPDX-License-Identifier: EUPL-1.2
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import type { MailboxId } from '../../../mailroom/mailboxes/mailbox-store.ts';
import type { CardDerivation } from '../../../mailroom/search/search-store.ts';
import { collectAllGarbage } from '../../../platform/released-memory.ts';
import { BlobFiles } from '../../blobs/blobs.ts';
import { type Database, openDatabase, saysDamaged } from '../driver.ts';
import { SqliteReaders } from '../readers/sqlite-readers.ts';
import { Indexer } from './indexer.ts';
import type { News } from './quiet-moments.ts';
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

/** What the store's thread sends: news to be indexed, and told of when they are, or the end. */
export type ToIndexer =
  | (News & { readonly settle: number })
  /** Whoever reads the index found it damaged. */
  | 'damaged'
  /** Nothing is to be kept that is not needed. */
  | 'let-go'
  | 'close';

export type FromIndexer =
  | 'ready'
  /** Mailboxes that something may have come to or gone from while no indexer ran; told once. */
  | { readonly unfinished: readonly MailboxId[] }
  /** The index was damaged and is empty now; connections to the old one see nothing new. */
  | 'made-anew'
  | { readonly settled: number }
  | { readonly failed: string; readonly mailbox: MailboxId };

/** Runs in the indexer's thread: one mailbox after the other, whatever was told meanwhile. */
class IndexerThread {
  readonly #parts: ThreadParts;
  #indexer: Indexer;
  readonly #came = new Set<MailboxId>();
  readonly #gone = new Set<MailboxId>();
  readonly #questions: number[] = [];
  #working = false;
  #closing = false;
  #damaged = false;
  #anewLeft = MADE_ANEW;

  constructor(parts: ThreadParts) {
    this.#parts = parts;
    this.#indexer = parts.indexer;
  }

  hear(message: ToIndexer): void {
    if (message === 'let-go') {
      if (!this.#working) this.#letGo();
      return;
    }
    if (message === 'close') this.#closing = true;
    else if (message === 'damaged') this.#damaged = true;
    else {
      this.#questions.push(message.settle);
      for (const mailbox of message.came) this.#came.add(mailbox);
      for (const mailbox of message.gone) this.#gone.add(mailbox);
    }
    if (!this.#working) this.#work();
  }

  #letGo(): void {
    this.#indexer.letGo();
    this.#parts.reading.letGo();
    collectAllGarbage();
  }

  async #work(): Promise<void> {
    this.#working = true;
    do await this.#round();
    while ((this.#questions.length > 0 || this.#damaged) && !this.#closing);
    this.#working = false;
    if (this.#closing) {
      this.#indexer[Symbol.dispose]();
      this.#parts.close();
    }
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
  /** The connection it reads the store with. */
  readonly reading: Database;
  /** An indexer over an empty index, in the place of one that is damaged and closed. */
  makeAnew(): Indexer;
  close(): void;
}

/** Times a damaged index is made anew before the next start; a disk that damages it again needs an operator. */
const MADE_ANEW = 3;

const INDEXING_PRIORITY = 19;

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
  const indexer = indexerOver(openIndex(options.indexPath, reading));
  const thread = new IndexerThread({
    indexer,
    reading,
    makeAnew: () => indexerOver(makeIndex(options.indexPath, reading)),
    close: () => {
      reading[Symbol.dispose]();
      parentPort?.close();
    },
  });
  parentPort?.on('message', (message: ToIndexer) => thread.hear(message));
  send('ready');
  send({ unfinished: indexer.unfinished() });
}

if (parentPort !== null) await serve(workerData as IndexerOptions);
