// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../platform/clock.ts';
import { pause } from '../../platform/timers.ts';
import type { ContentReader } from '../contents/content-store.ts';
import type { Act, Committed, StepStore } from '../steps/step-store.ts';
import { DEFAULT_RETRY_WAITS_MS } from './attempt-verdict.ts';
import { Lanes } from './lanes.ts';
import type { NewQueueEntry, QueueEntry, QueueEntryId, QueueReader } from './queue-store.ts';
import { RelayAttempt, type RelayAttemptOptions } from './relay-attempt.ts';
import { UpNext } from './up-next.ts';

export interface RelayLimits {
  /** Attempts at the same time. */
  readonly attempts: number;
  /** Attempts at the same time at one destination. */
  readonly attemptsPerDestination: number;
  /** The same where the destination is no PEC provider. */
  readonly attemptsPerOrdinary: number;
  /** The same for the destination `local`. */
  readonly attemptsLocal: number;
  /** Waits after the first, second ... failed attempt; the last is repeated. */
  readonly retryWaitsMs: readonly number[];
  /** The queue is looked at this often even when nothing announces itself: the clock may be moved. */
  readonly lookMs: number;
  /** First wait when the store does not commit; doubles up to a minute. */
  readonly storeWaitMs: number;
  /** A destination whose machine is busy with other messages of ours is left alone so long. */
  readonly busyRestMs: number;
  /** How long stopping waits for attempts under way. */
  readonly stopMs: number;
}

export const DEFAULT_RELAY_LIMITS: RelayLimits = {
  attempts: 400,
  attemptsPerDestination: 32,
  attemptsPerOrdinary: 8,
  attemptsLocal: 16,
  retryWaitsMs: DEFAULT_RETRY_WAITS_MS,
  lookMs: 30_000,
  storeWaitMs: 1_000,
  busyRestMs: 250,
  stopMs: 3_000,
};

export interface RelayOptions
  extends Omit<RelayAttemptOptions, 'store' | 'retryWaitsMs' | 'storeWaitMs' | 'stopped'> {
  readonly store: StepStore & QueueReader & ContentReader;
  readonly limits?: Partial<RelayLimits>;
  /** Nothing is begun while it says so: what a wrong clock writes into the queue would outlast it (TIME-2). */
  readonly held?: () => boolean;
}

/** Stands for every destination among those to look at. */
const ALL = '*';
/** Stands for none: something may have become due earlier or later than it was. */
const TIMER = '@';
/** Entries read beyond those that can begin at once, when they are many. */
const READ_AHEAD = 64;

/**
 * Works the queue off: many destinations side by side, each with few attempts at a time, so that a
 * slow or dead one delays nobody else. Holds nothing that matters: after a restart whatever was under
 * way is due and simply tried again.
 */
export class Relay implements AsyncDisposable {
  readonly #options: RelayOptions;
  readonly #limits: RelayLimits;
  readonly #attempt: RelayAttempt;
  readonly #lanes: Lanes;
  readonly #underWay = new Set<Promise<void>>();
  /** Entries whose result could not be committed, left alone until then. */
  readonly #shelved = new Map<QueueEntryId, Instant>();
  readonly #toLookAt = new Set<string>();
  readonly #upNext = new UpNext();
  readonly #stop = new AbortController();
  #running = false;
  #lookPending = false;
  #stopListening: (() => void) | undefined;
  #cancelTimer: (() => void) | undefined;

  constructor(options: RelayOptions) {
    const limits = { ...DEFAULT_RELAY_LIMITS, ...options.limits };
    const { retryWaitsMs, storeWaitMs } = limits;
    this.#options = options;
    this.#limits = limits;
    this.#attempt = new RelayAttempt({ ...options, retryWaitsMs, storeWaitMs, stopped: this.#stop.signal });
    this.#lanes = new Lanes({
      total: limits.attempts,
      perLane: ({ destination, certified }) => {
        if (destination === 'local') return limits.attemptsLocal;
        return certified ? limits.attemptsPerDestination : limits.attemptsPerOrdinary;
      },
      now: () => options.clock.now(),
    });
  }

  /** Starts working; once stopped, a relay is not started again. */
  start(): void {
    if (this.#running || this.#stop.signal.aborted) return;
    this.#running = true;
    this.#stopListening = this.#options.store.onCommitted((committed) => this.#hear(committed));
    this.#look(ALL);
  }

  /** What was just put into the queue need not be read from it. */
  #hear({ step, outcome }: Committed): void {
    step.parts.forEach((part, number) => {
      const fate = outcome.parts[number];
      part.acts.forEach((act, at) => {
        const result = fate?.done === true ? fate.results[at] : undefined;
        if (act.do === 'enqueue' && result?.gave === 'entry') this.#announce(act.entry, result);
        else if (isForAll(act)) this.#look(ALL);
        else if (act.do === 'retry-later') this.#look(TIMER);
      });
    });
  }

  #announce(entry: NewQueueEntry, { entry: id, held }: { entry: QueueEntryId; held: boolean }): void {
    const { destination, createdAt } = entry;
    if (held || createdAt > this.#options.clock.now()) this.#look(TIMER);
    else if (!this.#lanes.isUnderWay(id)) {
      this.#upNext.add({ ...entry, id, attempts: 0, notBefore: createdAt, history: [], held });
      this.#look(destination);
    }
  }

  /** Entries that are being tried at the moment. */
  get underWay(): readonly QueueEntryId[] {
    return this.#lanes.underWay;
  }

  /** Takes nothing new and waits a little for what is under way; what is cut off is tried again. */
  async stop(): Promise<void> {
    this.#running = false;
    this.#stop.abort();
    this.#stopListening?.();
    this.#cancelTimer?.();
    await Promise.race([this.whenIdle(), pause(this.#options.timers, this.#limits.stopMs)]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Looks at the whole queue soon: to be called when the clock has been moved. */
  wake(): void {
    this.#look(ALL);
  }

  /** Resolves when no attempt is under way and nothing more is due. */
  async whenIdle(): Promise<void> {
    while (this.#underWay.size > 0 || this.#lookPending) {
      await Promise.all(this.#underWay);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Commits come in bursts: one look serves all that were announced until it takes place. */
  #look(destination: string): void {
    if (!this.#running) return;
    this.#toLookAt.add(destination);
    if (this.#lookPending) return;
    this.#lookPending = true;
    setImmediate(() => {
      this.#lookPending = false;
      const toLookAt = [...this.#toLookAt];
      this.#toLookAt.clear();
      if (!this.#running) return;
      if (toLookAt.includes(ALL)) this.#lookAtAll();
      else for (const one of toLookAt) if (one !== TIMER) this.#lookAt(one);
      // What begins at once is waited for by nobody.
      if (toLookAt.includes(ALL) || toLookAt.includes(TIMER)) this.#setTimer();
    });
  }

  /** Begins what is known to wait; the store is asked only where it may hold more. */
  #lookAt(destination: string): void {
    for (;;) {
      const next = this.#upNext.first(destination);
      if (next === undefined) break;
      if (!this.#begin(next)) return;
      this.#upNext.remove(next);
    }
    if (this.#upNext.isBehind(destination)) this.#readOn(destination);
  }

  #readOn(destination: string): void {
    const { store, clock } = this.#options;
    const room = this.#lanes.room(destination);
    if (room === 0) return;
    // Those under way are still due for the store.
    const limit = this.#lanes.taken(destination) + this.#shelved.size + room + READ_AHEAD;
    const due = store.listDue(clock.now(), limit, { only: destination });
    this.#upNext.forget(destination);
    let begun = 0;
    for (const entry of due) {
      if (this.#begin(entry)) begun += 1;
      else if (this.#isLeft(entry)) this.#upNext.add(entry);
    }
    if (due.length < limit) return;
    this.#upNext.setBehind(destination);
    // A full list of what cannot begin hides what could.
    if (begun === 0) this.#lookAtAll();
  }

  /** Lists past the destinations that have no room, until nothing is left that could begin. */
  #lookAtAll(): void {
    const { store, clock } = this.#options;
    const limit = this.#limits.attempts * 2 + this.#shelved.size;
    this.#upNext.forgetAll();
    // AP-33: what is held is not tried, but ends with its notice as anything else does.
    for (const entry of store.listExpiredHeld(clock.now(), limit)) this.#begin(entry);
    for (;;) {
      const due = store.listDue(clock.now(), limit, { except: this.#lanes.fullLanes() });
      const begun = due.filter((entry) => this.#begin(entry)).length;
      if (begun > 0 && due.length >= limit && !this.#lanes.isFull) continue;
      for (const destination of this.#lanes.fullLanes()) this.#upNext.setBehind(destination);
      for (const entry of due) if (this.#isLeft(entry)) this.#upNext.setBehind(entry.destination);
      return;
    }
  }

  /** It is due and could not begin; what is shelved is looked at again anyway. */
  #isLeft({ id }: QueueEntry): boolean {
    return !this.#lanes.isUnderWay(id) && !this.#shelved.has(id);
  }

  #begin(entry: QueueEntry): boolean {
    const shelvedUntil = this.#shelved.get(entry.id);
    if (shelvedUntil !== undefined && shelvedUntil > this.#options.clock.now()) return false;
    if (this.#options.held?.() === true || !this.#lanes.enter(entry)) return false;
    this.#shelved.delete(entry.id);
    const attempt = this.#attempt
      .make(entry)
      .then((made) => {
        if (made === 'not-now') this.#rest(entry.destination);
      })
      .catch((error: unknown) => this.#shelve(entry, error))
      .finally(() => {
        const wasFull = this.#lanes.isFull;
        this.#lanes.leave(entry);
        this.#underWay.delete(attempt);
        this.#look(wasFull ? ALL : entry.destination);
      });
    this.#underWay.add(attempt);
    return true;
  }

  /**
   * The machine of the destination is busy with messages of ours, for other destinations perhaps: they go on,
   * and this one is looked at again soon. Nothing went wrong, so that no wait grows.
   */
  #rest(destination: string): void {
    this.#upNext.setBehind(destination);
    this.#lanes.rest(destination, this.#options.clock.now() + this.#limits.busyRestMs);
    this.#options.timers.after(this.#limits.busyRestMs, () => this.#look(destination));
  }

  #shelve(entry: QueueEntry, error: unknown): void {
    this.#options.journal.error({ entry: entry.id, error }, 'the result of a relay could not be stored');
    this.#shelved.set(entry.id, this.#options.clock.now() + this.#limits.lookMs);
    this.#look(TIMER);
  }

  #setTimer(): void {
    const { store, clock, timers } = this.#options;
    const { lookMs } = this.#limits;
    this.#cancelTimer?.();
    const now = clock.now();
    const next = store.nextDueAt(now);
    const delayMs = next === undefined || next <= now ? lookMs : Math.min(next - now, lookMs);
    this.#cancelTimer = timers.after(delayMs, () => this.#look(ALL));
  }
}

/** Acts after which any destination may have something to do, or nothing any more. */
function isForAll(act: Act): boolean {
  return act.do === 'make-due' || act.do === 'hold' || act.do === 'hold-destination';
}
