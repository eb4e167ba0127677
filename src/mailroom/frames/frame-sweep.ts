// SPDX-License-Identifier: EUPL-1.2
import type { Clock, Instant } from '../../platform/clock.ts';
import type { Journal } from '../../platform/journal.ts';
import type { Timers } from '../../platform/timers.ts';
import type { StepStore } from '../steps/step-store.ts';
import type { FrameReader } from './frame-store.ts';

const DAY_MS = 24 * 3_600_000;

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
  #stopTimer: (() => void) | undefined;
  #stopped = false;

  constructor(options: FrameSweepOptions) {
    this.#options = options;
  }

  /** Sweeps now, and every day from now on; resolves after the first time, and never rejects. */
  async start(): Promise<void> {
    const { timers, journal } = this.#options;
    try {
      await this.sweep();
    } catch (error) {
      journal.error({ error }, 'the kept frames could not be swept');
    }
    if (!this.#stopped) this.#stopTimer = timers.after(DAY_MS, () => void this.start());
  }

  /** Removes what is over, a bounded number in each step: nobody waits for long. Rejects as `commit` does. */
  async sweep(): Promise<void> {
    const { store, keptFrom, clock, journal } = this.#options;
    const before = keptFrom(clock.now());
    let steps = 0;
    while (!this.#stopped && store.hasFramesBefore(before)) {
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
    this.#stopped = true;
    this.#stopTimer?.();
  }
}
