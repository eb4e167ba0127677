// SPDX-License-Identifier: EUPL-1.2
import { performance } from 'node:perf_hooks';

/** Measures how busy a thread was since it was last asked, from 0 to 1. */
export type BusyMeter = () => number;

/** How busy this thread was since the last call. */
export function threadMeter(): BusyMeter {
  let before = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    return utilization;
  };
}

/** Above this there is always somebody who waits for the thread: a commit made later delays nobody. */
const BUSY = 0.85;
/** How long the thread is watched before it is called busy or not. */
const WATCHED_MS = 100;
/** How long steps are gathered then. */
const GATHERED_MS = 16;
/** Steps after which nothing is gained by gathering more. */
const GATHERED_STEPS = 16;

/**
 * How long a step waits for others before it is handed over to be committed. Each commit writes whole pages, so that
 * steps committed together cost less than half; but one that waits is answered later. A thread that has nothing else
 * to do hands over at once; one that is busy all the time anyway gathers.
 */
export class Gathering {
  readonly #meter: BusyMeter;
  readonly #now: () => number;
  #lookedAt: number;
  #busy = false;

  /** `now` in milliseconds, of any origin. */
  constructor(meter: BusyMeter = threadMeter(), now: () => number = () => performance.now()) {
    this.#meter = meter;
    this.#now = now;
    this.#lookedAt = now();
  }

  /** Milliseconds to wait with so many steps gathered; 0: not at all. */
  waitMs(gathered: number): number {
    const now = this.#now();
    if (now - this.#lookedAt >= WATCHED_MS) {
      this.#lookedAt = now;
      this.#busy = this.#meter() > BUSY;
    }
    return this.#busy && gathered < GATHERED_STEPS ? GATHERED_MS : 0;
  }
}
