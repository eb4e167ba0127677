// SPDX-License-Identifier: EUPL-1.2
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

/** Runs in the indexer's thread: one mailbox after the other, whatever was told meanwhile. */
class IndexerThread {
  readonly #indexer: Indexer;
  readonly #came = new Set<MailboxId>();
  readonly #gone = new Set<MailboxId>();
  readonly #questions: number[] = [];
  #working = false;
  #closing = false;
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
    if (!this.#working) this.#work();
  }

  async #work(): Promise<void> {
    this.#working = true;
    while (!this.#closing) {
      const [came] = this.#came;
      const [gone] = this.#gone;
      if (came !== undefined) {
        this.#came.delete(came);
        await this.#try(came, () => this.#indexer.takeIn(came));
      } else if (gone !== undefined) {
        this.#gone.delete(gone);
        await this.#try(gone, () => this.#indexer.forgetGone(gone));
      } else break;
      // What was told while this one was looked at is heard before the next.
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
    this.#working = false;
    if (this.#closing) return this.#close();
    for (const settled of this.#questions.splice(0)) send({ settled });
  }

  async #try(mailbox: MailboxId, work: () => Promise<void> | void): Promise<void> {
    try {
      await work();
    } catch (error) {
      send({ failed: String(error), mailbox });
    }
  }
}

function send(message: FromIndexer): void {
  parentPort?.postMessage(message);
}

async function serve(options: IndexerOptions): Promise<void> {
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
