// SPDX-License-Identifier: EUPL-1.2

/** A moment in time, in milliseconds since the Unix epoch (UTC). */
export type Instant = number;

/** Where the time comes from. Nothing outside `platform` reads the machine's clock. */
export interface Clock {
  /** The current instant. */
  now(): Instant;
}

/** The machine's own clock. */
export const systemClock: Clock = { now: () => Date.now() };

/** A clock that shows the machine's time moved by an offset; the demo travels with it. */
export class ShiftedClock implements Clock {
  #offsetMs: number;

  constructor(offsetMs = 0) {
    this.#offsetMs = offsetMs;
  }

  now(): Instant {
    return Date.now() + this.#offsetMs;
  }

  get offsetMs(): number {
    return this.#offsetMs;
  }

  shiftTo(offsetMs: number): void {
    this.#offsetMs = offsetMs;
  }
}

/** A clock that stands still until it is told to move; for tests. */
export class FixedClock implements Clock {
  #now: Instant;

  constructor(now: Instant) {
    this.#now = now;
  }

  now(): Instant {
    return this.#now;
  }

  advance(ms: number): void {
    this.#now += ms;
  }
}
