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
  /** Recipients of each message. */
  readonly recipientsEach: number;
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
  /** CPU of the generator for each message. */
  readonly generatorMsEach: number;
}

/** Nothing has arrived for so long: the rest never will. */
const SILENCE_MS = 60_000;

interface Travelling {
  readonly startedAt: number;
  readonly from: string;
  /** Recipients that it has not come to yet. */
  left: number;
}

class Load {
  readonly #job: Job;
  readonly #travelling = new Map<string, Travelling>();
  readonly #underWay = new Map<string, { count: number; wake: () => void }>();
  readonly #submissions: number[] = [];
  readonly #journeys: number[] = [];
  #lastAt = 0;

  constructor(job: Job, arrivals: Arrivals) {
    this.#job = job;
    arrivals.onArrival = (messageId, at) => this.#arrived(messageId, at);
  }

  async run(submitters: readonly Submitter[]): Promise<JobResult> {
    const cpu = process.cpuUsage();
    const start = performance.now();
    this.#lastAt = start;
    await Promise.all(submitters.map((submitter, at) => this.#send(submitter, { at, start })));
    const submittedAt = performance.now();
    while (this.#travelling.size > 0) {
      if (performance.now() - Math.max(this.#lastAt, submittedAt) > SILENCE_MS)
        throw new Error(`${this.#travelling.size} messages never arrived`);
      await setTimeout(5);
    }
    const seconds = (this.#lastAt - start) / 1000;
    const count = this.#journeys.length;
    const { user, system } = process.cpuUsage(cpu);
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
      generatorMsEach: (user + system) / 1000 / count,
    };
  }

  async #send(
    submitter: Submitter,
    { at, start }: { readonly at: number; readonly start: number },
  ): Promise<void> {
    const { senders, sizeBytes, seconds, rate, run } = this.#job;
    const from = submitter.account.user;
    const end = start + seconds * 1000;
    const everyMs = rate === undefined ? 0 : (1000 * senders.length) / rate;
    for (let turn = 0; ; turn++) {
      // Senders of a paced load take turns, so that it is even.
      const due = start + everyMs * (turn + at / senders.length);
      // However short the time is, each sender has one message measured; of a paced load the first one.
      const first = turn === 0 && (rate === undefined || at === 0);
      if (due >= end && !first) return;
      if (due > performance.now()) await setTimeout(due - performance.now());
      await this.#room(from);
      if (performance.now() >= end && !first) return;
      const number = turn * senders.length + at;
      const to = this.#recipientsOf(number);
      const octets = benchMessage({ number, sizeBytes, from, to, run });
      const before = performance.now();
      const messageId = `<${number}.${run}@${from.slice(from.indexOf('@') + 1)}>`;
      this.#travelling.set(messageId, { startedAt: before, from, left: to.length });
      this.#owing(from).count++;
      await submitter.submit(octets, to);
      this.#submissions.push(performance.now() - before);
    }
  }

  #recipientsOf(number: number): string[] {
    const { recipients, recipientsEach } = this.#job;
    return Array.from(
      { length: recipientsEach },
      (_, at) => recipients[(number * recipientsEach + at) % recipients.length] ?? '',
    );
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
    const message = this.#travelling.get(messageId);
    if (message === undefined) return;
    this.#lastAt = at;
    message.left -= 1;
    if (message.left > 0) return;
    this.#travelling.delete(messageId);
    this.#journeys.push(at - message.startedAt);
    const owing = this.#owing(message.from);
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
  // Whoever started it has ended.
  const orphaned = () => process.exit(1);
  process.once('disconnect', orphaned);
  const [job] = (await once(process, 'message')) as [Job];
  const submitters = await Promise.all(job.senders.map((sender) => Submitter.open(job.port, sender)));
  using arrivals = open(job);
  const load = new Load(job, arrivals);
  // The first message of a size takes long to make.
  benchMessage({ number: 0, sizeBytes: job.sizeBytes, from: 'bench@posta.test', to: 'bench@posta.test' });
  process.send?.('ready');
  await once(process, 'message');
  process.send?.(await load.run(submitters));
  for (const submitter of submitters) submitter.close();
  process.off('disconnect', orphaned);
  process.disconnect();
}

if (import.meta.main) await run();
