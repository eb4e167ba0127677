// SPDX-License-Identifier: EUPL-1.2
import { performance } from 'node:perf_hooks';

/** What a thread tells of its event loop. */
export interface LoopMeter {
  /** How busy it was since the last call, from 0 to 1. */
  busy(): number;
  /** How many events it has had. */
  events(): number;
  /** Milliseconds of any origin. */
  now(): number;
}

/** The event loop of this thread. */
export function loopOfThread(): LoopMeter {
  let before = performance.eventLoopUtilization();
  return {
    busy: () => {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, before);
      before = now;
      return utilization;
    },
    events: () => performance.nodeTiming.uvMetricsInfo.events,
    now: () => performance.now(),
  };
}

/** Above this there is nearly always somebody who waits for the thread: a commit made later delays nobody. */
const BUSY = 0.85;
/** How long the thread is watched before it is called busy or not. */
const WATCHED_MS = 100;
/** How long steps are gathered at most. */
const GATHERED_MS = 16;
/** Steps after which nothing is gained by gathering more. */
const GATHERED_STEPS = 16;

/**
 * How long a step waits for others before it is handed over to be committed. Each commit writes whole pages, so that
 * steps committed together cost less than half; but one that waits is answered later. So steps are gathered only by a
 * thread that is busy all the time, and only until it has nothing else to do: those who wait for their answer before
 * they ask again wait for nobody.
 */
export class Gathering {
  readonly #meter: LoopMeter;
  #lookedAt: number;
  #isBusy = false;
  #startedAt = 0;
  #eventsBefore: number | undefined;

  constructor(meter: LoopMeter = loopOfThread()) {
    this.#meter = meter;
    this.#lookedAt = meter.now();
  }

  /** Whether the first step that waits is to wait for others at all. */
  begins(): boolean {
    const now = this.#meter.now();
    if (now - this.#lookedAt >= WATCHED_MS) {
      this.#lookedAt = now;
      this.#isBusy = this.#meter.busy() > BUSY;
    }
    this.#startedAt = now;
    this.#eventsBefore = undefined;
    return this.#isBusy;
  }

  /** Asked once in each turn of the event loop: whether so many steps go on waiting. */
  goesOn(gathered: number): boolean {
    const now = this.#meter.now();
    if (gathered >= GATHERED_STEPS || now - this.#startedAt >= GATHERED_MS) return false;
    const events = this.#meter.events();
    const isIdle = events === this.#eventsBefore;
    this.#eventsBefore = events;
    if (isIdle) {
      // All there is to do waits for this commit: it would rather have begun while the rest was done.
      this.#isBusy = false;
      this.#lookedAt = now;
    }
    return !isIdle;
  }
}
