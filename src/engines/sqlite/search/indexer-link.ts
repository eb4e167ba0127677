// SPDX-License-Identifier: EUPL-1.2
import { Worker } from 'node:worker_threads';
import type { MailboxId } from '../../../mailroom/mailboxes/mailbox-store.ts';
import { Fault } from '../../../platform/faults.ts';
import type { Journal } from '../../../platform/journal.ts';
import { systemTimers } from '../../../platform/timers.ts';
import { loopOfThread } from '../gathering.ts';
import type { FromIndexer, IndexerOptions, ToIndexer } from './indexer-thread.ts';
import { type News, QuietMoments } from './quiet-moments.ts';

/** Threads started in place of ones that died; then what is new is looked at by whoever searches. */
const RESTARTS = 3;
/** Megabytes for young objects: nobody waits for this thread, so that it may tidy up more often. */
const YOUNG_MB = 12;

/** The caller's end of the indexer's thread. */
export class IndexerLink implements AsyncDisposable {
  readonly #options: IndexerOptions;
  readonly #journal: Journal;
  readonly #questions = new Map<number, () => void>();
  readonly #waiting = new QuietMoments({
    meter: loopOfThread(),
    timers: systemTimers,
    work: (news) => this.#index(news),
  });
  #worker: Worker | undefined;
  /** The thread has told what came and went before it started. */
  #started = Promise.withResolvers<void>();
  #lastQuestion = 0;
  #restarts = 0;
  #closing = false;

  /** Told when a damaged index was made anew: connections to it are to be opened again. */
  onMadeAnew: () => void = () => undefined;

  private constructor(options: IndexerOptions, journal: Journal) {
    this.#options = options;
    this.#journal = journal;
  }

  /** Starts the thread; rejects with the Fault `search-index-unavailable` when it cannot open its files. */
  static async open(options: IndexerOptions, journal: Journal): Promise<IndexerLink> {
    const link = new IndexerLink(options, journal);
    await link.#start();
    return link;
  }

  /** For how long the oldest of what is not indexed has waited, in ms. */
  get waitedMs(): number {
    return this.#waiting.waitedMs;
  }

  /** Something came to a mailbox, or went from it. */
  tell(mailbox: MailboxId, what: 'came' | 'gone'): void {
    if (this.#worker !== undefined) this.#waiting.tell(mailbox, what);
  }

  /** Has the thread free what it keeps in case it is needed again. */
  letGo(): void {
    this.#post('let-go');
  }

  /** The index was found damaged by who reads it. */
  tellDamaged(): void {
    this.#post('damaged');
  }

  /** Resolves when all that was told is done, or there is no thread to do it. */
  async settled(): Promise<void> {
    await this.#started.promise;
    await this.#index(this.#waiting.take());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true;
    this.#waiting[Symbol.dispose]();
    const worker = this.#worker;
    if (worker === undefined) return;
    await new Promise<void>((resolve) => {
      worker.once('exit', () => resolve());
      worker.postMessage('close' satisfies ToIndexer);
    });
  }

  /** Has it done at once; resolves when it is, and all that was handed over before. */
  #index(news: News): Promise<void> {
    if (this.#worker === undefined) return Promise.resolve();
    const settle = ++this.#lastQuestion;
    return new Promise((resolve) => {
      this.#questions.set(settle, resolve);
      this.#post({ ...news, settle });
    });
  }

  #post(message: ToIndexer): void {
    this.#worker?.postMessage(message);
  }

  #start(): Promise<void> {
    // The build turns .ts files into .js ones, and their imports too, but it does not see this one.
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const thread = new URL(`./indexer-thread.${extension}`, import.meta.url);
    const worker = new Worker(thread, {
      workerData: this.#options,
      name: 'store-indexer',
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
    this.#started = Promise.withResolvers();
    let cause: unknown;
    worker.on('error', (error) => {
      cause = error;
    });
    return new Promise((resolve, reject) => {
      worker.on('message', (message: FromIndexer) => {
        if (message === 'ready') {
          this.#worker = worker;
          resolve();
        } else this.#hear(message);
      });
      worker.once('exit', () => {
        reject(
          new Fault('search-index-unavailable', `the search index: ${cause}`, { temporary: true, cause }),
        );
        if (this.#worker === worker) this.#died(cause);
      });
    });
  }

  #hear(message: Exclude<FromIndexer, 'ready'>): void {
    if (message === 'made-anew') {
      this.#journal.warn({}, 'the search index was damaged and is made anew');
      this.onMadeAnew();
    } else if ('unfinished' in message) {
      for (const mailbox of message.unfinished) this.#waiting.tell(mailbox, 'gone');
      this.#started.resolve();
    } else if ('settled' in message) {
      this.#questions.get(message.settled)?.();
      this.#questions.delete(message.settled);
    } else {
      const { failed, mailbox } = message;
      this.#journal.error({ mailbox, error: failed }, 'a mailbox could not be indexed');
    }
  }

  #died(cause: unknown): void {
    this.#worker = undefined;
    for (const resolve of this.#questions.values()) resolve();
    this.#questions.clear();
    this.#started.resolve();
    if (this.#closing) return;
    this.#journal.error({ error: cause }, 'the indexer stopped');
    if (this.#restarts++ < RESTARTS) this.#start().catch(() => undefined);
  }
}
