// SPDX-License-Identifier: EUPL-1.2
/** The process that makes the load: gets a job from its parent, says when it is ready, is told to go. */
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { type Arrivals, MaildirArrivals, ReceiptArrivals } from './arrivals.ts';
import { benchMessage } from './messages.ts';
import { percentile } from './statistics.ts';
import { type Account, Submitter } from './submitter.ts';

export interface Job {
  readonly port: number;
  readonly senders: readonly Account[];
  readonly recipients: readonly string[];
  readonly sizeBytes: number;
  readonly seconds: number;
  /** Messages under way of one sender at most. */
  readonly window: number;
  /** Messages a second of all senders; as many as go when left out. */
  readonly rate?: number;
  /** Tells the messages of this job from those of others. */
  readonly run: string;
  readonly watch: { readonly storeFile: string } | { readonly maildirs: readonly string[] };
}

export interface JobResult {
  readonly count: number;
  /** From the first submission to the end of the last journey. */
  readonly seconds: number;
  readonly perSecond: number;
  readonly submissionP50Ms: number;
  readonly submissionP95Ms: number;
  readonly submissionP99Ms: number;
  readonly journeyP50Ms: number;
  readonly journeyP95Ms: number;
  readonly journeyP99Ms: number;
}

const DRAIN_MS = 60_000;

class Load {
  readonly #job: Job;
  readonly #startedAt = new Map<string, number>();
  readonly #underWay = new Map<string, { count: number; wake: () => void }>();
  readonly #submissions: number[] = [];
  readonly #journeys: number[] = [];
  #lastAt = 0;

  constructor(job: Job, arrivals: Arrivals) {
    this.#job = job;
    arrivals.onArrival = (messageId, at) => this.#arrived(messageId, at);
  }

  async run(submitters: readonly Submitter[]): Promise<JobResult> {
    const start = performance.now();
    await Promise.all(submitters.map((submitter, at) => this.#send(submitter, { at, start })));
    const late = performance.now() + DRAIN_MS;
    while (this.#startedAt.size > 0) {
      if (performance.now() > late) throw new Error(`${this.#startedAt.size} messages never arrived`);
      await setTimeout(5);
    }
    const seconds = (this.#lastAt - start) / 1000;
    const count = this.#journeys.length;
    return {
      count,
      seconds,
      perSecond: count / seconds,
      submissionP50Ms: percentile(this.#submissions, 0.5),
      submissionP95Ms: percentile(this.#submissions, 0.95),
      submissionP99Ms: percentile(this.#submissions, 0.99),
      journeyP50Ms: percentile(this.#journeys, 0.5),
      journeyP95Ms: percentile(this.#journeys, 0.95),
      journeyP99Ms: percentile(this.#journeys, 0.99),
    };
  }

  async #send(
    submitter: Submitter,
    { at, start }: { readonly at: number; readonly start: number },
  ): Promise<void> {
    const { senders, recipients, sizeBytes, seconds, rate, run } = this.#job;
    const from = submitter.account.user;
    const end = start + seconds * 1000;
    const everyMs = rate === undefined ? 0 : (1000 * senders.length) / rate;
    for (let turn = 0; ; turn++) {
      // Senders of a paced load take turns, so that it is even.
      const due = start + everyMs * (turn + at / senders.length);
      if (due > performance.now()) await setTimeout(due - performance.now());
      await this.#room(from);
      if (performance.now() >= end) return;
      const number = turn * senders.length + at;
      const to = recipients[number % recipients.length] ?? '';
      const octets = benchMessage({ number, sizeBytes, from, to, run });
      const before = performance.now();
      this.#startedAt.set(`<${number}.${run}@${from.slice(from.indexOf('@') + 1)}>`, before);
      this.#owing(from).count++;
      await submitter.submit(octets, to);
      this.#submissions.push(performance.now() - before);
    }
  }

  async #room(from: string): Promise<void> {
    const owing = this.#owing(from);
    while (owing.count >= this.#job.window) {
      await new Promise<void>((resolve) => {
        owing.wake = resolve;
      });
    }
  }

  #owing(from: string): { count: number; wake: () => void } {
    const known = this.#underWay.get(from) ?? { count: 0, wake: () => undefined };
    this.#underWay.set(from, known);
    return known;
  }

  #arrived(messageId: string, at: number): void {
    const startedAt = this.#startedAt.get(messageId);
    if (startedAt === undefined) return;
    this.#startedAt.delete(messageId);
    this.#journeys.push(at - startedAt);
    this.#lastAt = at;
    const number = Number(messageId.slice(1, messageId.indexOf('.')));
    const owing = this.#owing(this.#job.senders[number % this.#job.senders.length]?.user ?? '');
    owing.count--;
    owing.wake();
  }
}

function open({ watch, senders }: Job): Arrivals {
  if ('maildirs' in watch) return new MaildirArrivals(watch.maildirs);
  return new ReceiptArrivals(
    watch.storeFile,
    senders.map(({ user }) => user),
  );
}

async function run(): Promise<void> {
  const [job] = (await once(process, 'message')) as [Job];
  const submitters = await Promise.all(job.senders.map((sender) => Submitter.open(job.port, sender)));
  using arrivals = open(job);
  const load = new Load(job, arrivals);
  process.send?.('ready');
  await once(process, 'message');
  process.send?.(await load.run(submitters));
  for (const submitter of submitters) submitter.close();
  process.disconnect();
}

if (import.meta.main) await run();
