// SPDX-License-Identifier: EUPL-1.2
import { performance } from 'node:perf_hooks';

/** What a thread tells of its event loop. */
export interface LoopMeter {
  /** How busy it was since the last call, from 0 to 1. */
  busy(): number;
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
    now: () => performance.now(),
  };
}

/** Above this there is nearly always somebody who waits for the thread: a commit made later delays nobody. */
const BUSY = 0.85;
/** How long the thread is watched before it is called busy or not. */
const WATCHED_MS = 100;
/** How long steps are gathered at most. */
const GATHERED_MS = 25;
/** Steps after which nothing is gained by gathering more. */
export const GATHERED_STEPS = 16;

/**
 * How long a step waits for others before it is handed over to be committed. Each commit writes whole pages, so that
 * steps committed together cost less than half; but one that waits is answered later. So steps are gathered only by a
 * thread that is busy all the time. Where everybody waits for his answer before he asks again, gathering leaves the
 * thread idle, and so ends it until the thread was busy again for a while.
 */
export class Gathering {
  readonly #meter: LoopMeter;
  #lookedAt: number;
  #isBusy = false;

  constructor(meter: LoopMeter = loopOfThread()) {
    this.#meter = meter;
    this.#lookedAt = meter.now();
  }

  /** Milliseconds that the first step that waits is to wait for others; 0 for not at all. */
  patienceMs(): number {
    const now = this.#meter.now();
    if (now - this.#lookedAt >= WATCHED_MS) {
      this.#lookedAt = now;
      this.#isBusy = this.#meter.busy() > BUSY;
    }
    return this.#isBusy ? GATHERED_MS : 0;
  }
}
