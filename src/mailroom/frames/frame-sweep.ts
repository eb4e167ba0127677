// SPDX-License-Identifier: EUPL-1.2
import type { Clock, Instant } from '../../platform/clock.ts';
import { Daily } from '../../platform/daily.ts';
import type { Journal } from '../../platform/journal.ts';
import type { Timers } from '../../platform/timers.ts';
import type { StepStore } from '../steps/step-store.ts';
import type { FrameReader } from './frame-store.ts';

export interface FrameSweepOptions {
  readonly store: StepStore & FrameReader;
  /** Frames of before the instant it gives need not be kept any longer. */
  readonly keptFrom: (now: Instant) => Instant;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly journal: Journal;
}

/** Removes once a day the frames whose time is over. */
export class FrameSweep implements Disposable {
  readonly #options: FrameSweepOptions;
  readonly #daily: Daily;

  constructor(options: FrameSweepOptions) {
    this.#options = options;
    this.#daily = new Daily({ ...options, failure: 'the kept frames could not be swept' }, () =>
      this.sweep(),
    );
  }

  /** Sweeps now, and every day from now on; resolves after the first time, and never rejects. */
  start(): Promise<void> {
    return this.#daily.start();
  }

  /** Removes what is over, a bounded number in each step: nobody waits for long. Rejects as `commit` does. */
  async sweep(): Promise<void> {
    const { store, keptFrom, clock, journal } = this.#options;
    const before = keptFrom(clock.now());
    let steps = 0;
    while (!this.#daily.stopped && store.hasFramesBefore(before)) {
      await store.commit({
        blobs: [],
        contents: [],
        parts: [{ acts: [{ do: 'forget-frames', before }] }],
      });
      steps += 1;
    }
    if (steps > 0) journal.info({ before }, 'frames of messages whose time is over were removed');
  }

  [Symbol.dispose](): void {
    this.#daily[Symbol.dispose]();
  }
}
