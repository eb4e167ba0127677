// SPDX-License-Identifier: EUPL-1.2
import { constants, PerformanceObserver } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { collectYoungGarbage } from './released-memory.ts';
import type { Timers } from './timers.ts';

/** How often it is looked how much passed: while nothing passes, and while something does. */
const LOOK_MS = 50;
const LOOK_AGAIN_MS = 5;
/** So much more than the last time, and something passes. */
const PASSING_BYTES = 512 * 1024;
/** More than this since the last time is collected; well below what makes V8 go through all objects. */
const PASSED_BYTES = 6 * 1024 ** 2;

/** What is looked at, and what is done. */
export interface OctetsOfProcess {
  /** Octets outside of the heap that objects of this thread hold, dead ones included. */
  heldBytes(): number;
  /** Frees what young and dead ones hold, unless that would hold everything up. */
  collect(): void;
  dispose(): void;
}

/**
 * Frees the octets of large messages as they pass. V8 counts them as if they were on its heap, where little happens when a
 * large message passes: instead of going through the few young objects that hold them, it goes through all objects there
 * are after every 16 MB or so, twenty times as long, and on all threads.
 */
export class PassingOctets implements Disposable {
  readonly #octets: OctetsOfProcess;
  readonly #timers: Timers;
  #leftBytes: number;
  #seenBytes: number;
  #stopTimer: () => void;

  constructor(timers: Timers, octets: OctetsOfProcess = octetsOfThread()) {
    this.#octets = octets;
    this.#timers = timers;
    this.#leftBytes = octets.heldBytes();
    this.#seenBytes = this.#leftBytes;
    this.#stopTimer = timers.after(LOOK_MS, () => this.#look());
  }

  [Symbol.dispose](): void {
    this.#stopTimer();
    this.#octets.dispose();
  }

  #look(): void {
    const held = this.#octets.heldBytes();
    const passes = held > this.#seenBytes + PASSING_BYTES;
    this.#seenBytes = held;
    if (held > this.#leftBytes + PASSED_BYTES) {
      this.#octets.collect();
      this.#seenBytes = this.#octets.heldBytes();
      this.#leftBytes = this.#seenBytes;
    } else this.#leftBytes = Math.min(this.#leftBytes, held);
    this.#stopTimer = this.#timers.after(passes ? LOOK_AGAIN_MS : LOOK_MS, () => this.#look());
  }
}

/**
 * Those of this thread. While V8 goes through all objects, a little at a time, it is left alone: asked for the young ones
 * it would do all the rest at once, a hundred milliseconds in which nothing else happens.
 */
function octetsOfThread(): OctetsOfProcess {
  const { NODE_PERFORMANCE_GC_INCREMENTAL: begins, NODE_PERFORMANCE_GC_MAJOR: ends } = constants;
  let goesThroughAll = false;
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { kind } = (entry as unknown as { readonly detail: { readonly kind?: number } }).detail;
      if (kind === begins || kind === ends) goesThroughAll = kind === begins;
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  return {
    heldBytes: () => getHeapStatistics().external_memory,
    collect: () => {
      if (!goesThroughAll) collectYoungGarbage();
    },
    dispose: () => observer.disconnect(),
  };
}
