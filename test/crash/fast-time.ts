// SPDX-License-Identifier: EUPL-1.2
import { type Clock, type Instant, systemClock } from '../../src/platform/clock.ts';
import { systemTimers, type Timers } from '../../src/platform/timers.ts';

/** So much faster goes the time of the providers: waits for a peer that is away stay short, limits of sockets are not reached. */
const SPEED = 20;

/** When the faster time began, and by how much it was moved since: the same for all providers of a world. */
export interface FastEra {
  readonly beganAt: Instant;
  readonly movedMs: number;
}

/** The machine's clock, faster from a certain instant on. */
export class FastClock implements Clock {
  readonly #era: FastEra;

  constructor(era: FastEra) {
    this.#era = era;
  }

  now(): Instant {
    const { beganAt, movedMs } = this.#era;
    return Math.round(beganAt + (systemClock.now() - beganAt) * SPEED + movedMs);
  }
}

/** Timers that keep up with it. */
export const fastTimers: Timers = {
  after: (delayMs, callback) => systemTimers.after(delayMs / SPEED, callback),
};
