// SPDX-License-Identifier: EUPL-1.2
import { type Clock, FixedClock, type Instant } from '../../src/platform/clock.ts';
import type { Timers } from '../../src/platform/timers.ts';

interface Planned {
  readonly at: Instant;
  readonly order: number;
  readonly callback: () => void | Promise<void>;
  off: boolean;
}

/** The time of a simulation: what is planned happens in its order, and nothing waits for the machine. */
export class VirtualTime {
  readonly clock: FixedClock;
  readonly #heap: Planned[] = [];
  #planned = 0;

  constructor(start: Instant) {
    this.clock = new FixedClock(start);
  }

  now(): Instant {
    return this.clock.now();
  }

  /** Plans something; returns how to call it off. */
  after(delayMs: number, callback: () => void | Promise<void>): () => void {
    const planned = {
      at: this.now() + Math.max(0, Math.round(delayMs)),
      order: this.#planned++,
      callback,
      off: false,
    };
    this.#insert(planned);
    return () => {
      planned.off = true;
    };
  }

  pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.after(delayMs, resolve));
  }

  /** Runs the next event at or before that instant; false when there is none. */
  step(until: Instant): boolean {
    for (;;) {
      const next = this.#heap[0];
      if (next === undefined || next.at > until) {
        this.clock.advance(Math.max(until - this.now(), 0));
        return false;
      }
      this.#removeFirst();
      if (next.off) continue;
      this.clock.advance(next.at - this.now());
      try {
        void Promise.resolve(next.callback()).catch((error: unknown) => this.#fail(error));
      } catch (error) {
        this.#fail(error);
      }
      return true;
    }
  }

  /** How much of what is under way waits for the machine, its thread pool for one, and not for virtual time. */
  underWay = 0;

  /** Work that takes the machine's time: no virtual time passes meanwhile. */
  async holds<Result>(work: Promise<Result>): Promise<Result> {
    this.underWay++;
    try {
      return await work;
    } finally {
      this.underWay--;
    }
  }

  /** What went wrong in a callback; the run ends with it. */
  failure: unknown;

  #fail(error: unknown): void {
    this.failure ??= error;
  }

  #insert(planned: Planned): void {
    const heap = this.#heap;
    let hole = heap.length;
    heap.push(planned);
    while (hole > 0) {
      const above = (hole - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !isBefore(planned, parent)) break;
      heap[hole] = parent;
      hole = above;
    }
    heap[hole] = planned;
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let hole = 0;
    for (;;) {
      const [left, right] = [heap[hole * 2 + 1], heap[hole * 2 + 2]];
      if (left === undefined) break;
      const [child, at] =
        right !== undefined && isBefore(right, left) ? [right, hole * 2 + 2] : [left, hole * 2 + 1];
      if (!isBefore(child, last)) break;
      heap[hole] = child;
      hole = at;
    }
    heap[hole] = last;
  }
}

function isBefore(one: Planned, other: Planned): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}

/** A machine's clock: the world's time, wrong by as much as the simulation says. */
export class WrongClock implements Clock {
  offsetMs = 0;
  readonly #time: VirtualTime;

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  now(): Instant {
    return this.#time.now() + this.offsetMs;
  }
}

/** A machine's timers: they go with its process. What is called back after a crash belongs to the next one. */
export class MortalTimers implements Timers {
  readonly #time: VirtualTime;
  #running = new Set<() => void>();

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  after(delayMs: number, callback: () => void): () => void {
    const running = this.#running;
    const off = this.#time.after(delayMs, () => {
      running.delete(off);
      callback();
    });
    running.add(off);
    return () => {
      running.delete(off);
      off();
    };
  }

  die(): void {
    for (const off of this.#running) off();
    this.#running = new Set();
  }
}
