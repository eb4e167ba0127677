// SPDX-License-Identifier: EUPL-1.2
import { Worker } from 'node:worker_threads';
import type { Step, StepOutcome } from '../../mailroom/steps/step-store.ts';
import { passCommitPoint } from '../../platform/commit-points.ts';
import { Fault } from '../../platform/faults.ts';
import type { Journal } from '../../platform/journal.ts';
import { stepFault } from '../step-faults.ts';
import { GATHERED_STEPS, Gathering } from './gathering.ts';
import {
  type BlobFileName,
  type GroupAnswer,
  type PreparedStep,
  packedBytes,
  packParcel,
  receivedFault,
} from './packed-step.ts';
import type { GroupWriterOptions } from './writer/group-writer.ts';
import type { FromWriter, ToWriter } from './writer/writer-thread.ts';

export interface WriterLinkOptions extends GroupWriterOptions {
  readonly journal: Journal;
  /** Steps that may wait for their commit; one more is refused with `store-overloaded`. */
  readonly waitingSteps: number;
  /** Called in the order of the commits, before their promises resolve. */
  onCommitted(committed: { step: Step; outcome: StepOutcome }): void;
  /** Files of blobs that nothing refers to any more. */
  onFilesToRemove(files: readonly BlobFileName[]): void;
  /** The writer's thread died. `restarted` false: no step is taken any more. */
  onFailure(fault: Fault, restarted: boolean): void;
}

interface Waiting {
  readonly number: number;
  readonly prepared: PreparedStep;
  readonly bytes: number;
  resolve(outcome: StepOutcome): void;
  reject(fault: Fault): void;
}

/** The store's end of the writer's thread: gathers steps into parcels, and brings the answers back. */
export class WriterLink implements AsyncDisposable {
  readonly #options: WriterLinkOptions;
  /** Not yet handed over. */
  #gathered: Waiting[] = [];
  /** Handed over and not yet answered, by number. */
  readonly #handedOver = new Map<number, Waiting>();
  #handedOverBytes = 0;
  #lastNumber = 0;
  readonly #gathering = new Gathering();
  /** What is gathered will be handed over without anybody asking for it. */
  #flushing = false;
  /** Until then others may join. */
  #patience: NodeJS.Timeout | undefined;
  #state: 'open' | 'broken' | 'closing' = 'open';
  #worker: Worker;

  private constructor(options: WriterLinkOptions, worker: Worker) {
    this.#options = options;
    this.#worker = worker;
    this.#watch(worker);
  }

  /** Starts the thread; rejects when it cannot open the database. */
  static async open(options: WriterLinkOptions): Promise<WriterLink> {
    const worker = startThread(options);
    await untilReady(worker);
    return new WriterLink(options, worker);
  }

  /** Steps that have no answer yet. */
  get waiting(): number {
    return this.#gathered.length + this.#handedOver.size;
  }

  /** Resolves when the step is on stable storage. */
  commit(prepared: PreparedStep): Promise<StepOutcome> {
    if (this.#state !== 'open') return Promise.reject(unavailable(`the store is ${this.#state}`));
    if (this.waiting >= this.#options.waitingSteps)
      return Promise.reject(
        new Fault('store-overloaded', `${this.#options.waitingSteps} steps wait for the disk`, {
          temporary: true,
        }),
      );
    return new Promise((resolve, reject) => {
      const bytes = packedBytes(prepared);
      this.#gathered.push({ number: ++this.#lastNumber, prepared, bytes, resolve, reject });
      this.#flushSoon();
    });
  }

  /** Hands over once everything that runs in this turn of the event loop had its chance to commit, or later. */
  #flushSoon(): void {
    if (this.#gathered.length >= GATHERED_STEPS) this.#hurry();
    if (this.#flushing) return;
    this.#flushing = true;
    const patienceMs = this.#gathering.patienceMs();
    if (patienceMs === 0) process.nextTick(() => this.#flush());
    else this.#patience = setTimeout(() => this.#flush(), patienceMs);
  }

  /** Waits for no others any more. */
  #hurry(): void {
    if (this.#patience === undefined) return;
    clearTimeout(this.#patience);
    this.#patience = undefined;
    process.nextTick(() => this.#flush());
  }

  #flush(): void {
    this.#flushing = false;
    clearTimeout(this.#patience);
    this.#patience = undefined;
    // What is handed over takes memory twice, so the rest waits where it is.
    while (this.#gathered.length > 0 && this.#handedOverBytes < HANDED_OVER_BYTES) {
      let bytes = 0;
      let count = 0;
      for (const waiting of this.#gathered) {
        if (count > 0 && bytes + waiting.bytes > PARCEL_BYTES) break;
        bytes += waiting.bytes;
        count += 1;
        if (count === PARCEL_STEPS) break;
      }
      this.#handOver(this.#gathered.splice(0, count));
    }
  }

  #handOver(parcel: readonly Waiting[]): void {
    try {
      const { steps, buffer } = packParcel(parcel);
      this.#worker.postMessage({ steps, buffer } satisfies ToWriter, [buffer]);
    } catch (cause) {
      if (parcel.length > 1) for (const waiting of parcel) this.#handOver([waiting]);
      else parcel[0]?.reject(stepFault('step-malformed', `a step cannot cross threads: ${cause}`));
      return;
    }
    for (const waiting of parcel) {
      this.#handedOver.set(waiting.number, waiting);
      this.#handedOverBytes += waiting.bytes;
    }
  }

  #watch(worker: Worker): void {
    let answered = false;
    worker.on('message', (message: FromWriter) => {
      if (message === 'ready' || 'cannotOpen' in message) return;
      answered = true;
      this.#receive(message);
    });
    worker.on('error', (error) => {
      this.#options.journal.error({ error: String(error) }, 'the writer of the store failed');
    });
    worker.on('exit', () => {
      if (this.#worker === worker && this.#state === 'open') this.#replace({ restart: answered });
    });
  }

  #receive(group: GroupAnswer): void {
    passCommitPoint('commit-heard');
    // First, so that the files are gone, or going, when somebody hears of the commit.
    if (group.filesToRemove.length > 0) this.#options.onFilesToRemove(group.filesToRemove);
    for (const answer of group.answers) {
      const waiting = this.#handedOver.get(answer.number);
      if (waiting === undefined) continue;
      this.#handedOver.delete(answer.number);
      this.#handedOverBytes -= waiting.bytes;
      if ('fault' in answer) {
        waiting.reject(receivedFault(answer.fault));
        continue;
      }
      this.#options.onCommitted({ step: waiting.prepared.step, outcome: answer.outcome });
      waiting.resolve(answer.outcome);
    }
    // What found no room before.
    if (!this.#flushing) this.#flush();
  }

  /** A thread that died took with it whatever it had; what it never got goes to the next one. */
  #replace({ restart }: { restart: boolean }): void {
    const fault = unavailable('the writer of the store stopped');
    if (restart) {
      this.#worker = startThread(this.#options);
      this.#watch(this.#worker);
    } else {
      this.#state = 'broken';
    }
    const lost = [...this.#handedOver.values(), ...(restart ? [] : this.#gathered.splice(0))];
    this.#handedOver.clear();
    this.#handedOverBytes = 0;
    for (const waiting of lost) waiting.reject(fault);
    this.#options.onFailure(fault, restart);
    this.#flushSoon();
  }

  /** Has the thread free what it keeps in case it is needed again. */
  letGo(): void {
    if (this.#state === 'open') this.#worker.postMessage('let-go' satisfies ToWriter);
  }

  /** Kills the thread as a crash would; for crash tests. */
  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  /** Lets what waits be committed, then stops the thread. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    while (this.#gathered.length > 0) {
      this.#handedOverBytes = 0;
      this.#flush();
    }
    await new Promise<void>((resolve) => {
      this.#worker.once('exit', () => resolve());
      this.#worker.postMessage('close' satisfies ToWriter);
    });
    for (const waiting of this.#handedOver.values()) waiting.reject(unavailable('the store closed'));
  }
}

function startThread({ path, expungedKept }: GroupWriterOptions): Worker {
  // The build turns .ts files into .js ones, and their imports too, but it does not see this one.
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const thread = new URL(`./writer/writer-thread.${extension}`, import.meta.url);
  const workerData: GroupWriterOptions = { path, expungedKept };
  return new Worker(thread, {
    workerData,
    name: 'store-writer',
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  });
}

function untilReady(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once('message', (message: FromWriter) => {
      if (message === 'ready') resolve();
      else if ('cannotOpen' in message) reject(receivedFault(message.cannotOpen));
    });
    worker.once('error', (cause) => reject(unavailable('the writer of the store did not start', cause)));
    worker.once('exit', () => reject(unavailable('the writer of the store did not start')));
  });
}

function unavailable(message: string, cause?: unknown): Fault {
  return new Fault('store-unavailable', message, { temporary: true, cause });
}

/** Megabytes for young objects: what a parcel brings lies outside, or is needed only until it is committed. */
const YOUNG_MB = 24;
const PARCEL_STEPS = 256;
const PARCEL_BYTES = 8 * 1024 * 1024;
const HANDED_OVER_BYTES = 32 * 1024 * 1024;
