// SPDX-License-Identifier: EUPL-1.2
import { performance } from 'node:perf_hooks';
import type { Journal } from './journal.ts';
import { collectAllGarbage, trimFreedMemory } from './released-memory.ts';
import type { Timers } from './timers.ts';

/** What a process tells of its memory, and does to have less of it. */
export interface ProcessMemory {
  /** How busy this thread was since the last call, from 0 to 1. */
  busy(): number;
  /** Octets of memory that the process has. */
  residentBytes(): number;
  /** Lets go of whatever is only kept in case it is needed, in all threads. */
  letGo(): void;
  /** Gives what was let go back to the system. */
  trim(): Promise<unknown>;
}

/** How often it is looked whether the process rests. */
const LOOK_MS = 10_000;
/** Looks in a row that find it at rest: code that was let go is slow for some hundred messages, so no pause is taken for rest. */
const LOOKS_AT_REST = 3;
/** Busier than this, the thread has something to do. */
const RESTS_BELOW = 0.05;
/** Below this there is little to win: of what was left the last time. */
const GROWN = 1.15;
/** Until all threads have let go. */
const LETTING_GO_MS = 2_000;
/** Not again before: whoever works a little all the time is not to be stopped all the time. */
const PAUSE_MS = 30_000;
const MEGABYTE = 1024 ** 2;

/** Gives memory back when there was nothing to do for a while and there is more of it than the last time. */
export class GivingBack implements Disposable {
  readonly #memory: ProcessMemory;
  readonly #timers: Timers;
  readonly #journal: Journal;
  #leftBytes = 0;
  #looksAtRest = 0;
  #stopTimer: () => void;
  #stopped = false;

  constructor(
    memory: ProcessMemory,
    { timers, journal }: { readonly timers: Timers; readonly journal: Journal },
  ) {
    this.#memory = memory;
    this.#timers = timers;
    this.#journal = journal;
    memory.busy();
    this.#stopTimer = timers.after(LOOK_MS, () => this.#look());
  }

  [Symbol.dispose](): void {
    this.#stopped = true;
    this.#stopTimer();
  }

  #look(): void {
    this.#looksAtRest = this.#memory.busy() < RESTS_BELOW ? this.#looksAtRest + 1 : 0;
    const residentBytes = this.#memory.residentBytes();
    if (this.#looksAtRest < LOOKS_AT_REST || residentBytes <= this.#leftBytes * GROWN) {
      this.#stopTimer = this.#timers.after(LOOK_MS, () => this.#look());
      return;
    }
    this.#looksAtRest = 0;
    this.#memory.letGo();
    this.#stopTimer = this.#timers.after(LETTING_GO_MS, () => void this.#trim(residentBytes));
  }

  async #trim(beforeBytes: number): Promise<void> {
    await this.#memory.trim();
    if (this.#stopped) return;
    this.#leftBytes = this.#memory.residentBytes();
    const megabytes = (octets: number) => Math.round(octets / MEGABYTE);
    const facts = { beforeMb: megabytes(beforeBytes), leftMb: megabytes(this.#leftBytes) };
    this.#journal.debug(facts, 'memory was given back');
    this.#stopTimer = this.#timers.after(PAUSE_MS, () => this.#lookAfresh());
  }

  /** What was done during the pause says nothing of now. */
  #lookAfresh(): void {
    this.#memory.busy();
    this.#stopTimer = this.#timers.after(LOOK_MS, () => this.#look());
  }
}

/** The memory of this process; `letGo` is told to do the same in what belongs to it. */
export function memoryOfProcess(letGo: () => void): ProcessMemory {
  let before = performance.eventLoopUtilization();
  return {
    busy: () => {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, before);
      before = now;
      return utilization;
    },
    residentBytes: () => process.memoryUsage.rss(),
    letGo: () => {
      letGo();
      collectAllGarbage();
    },
    trim: trimFreedMemory,
  };
}
