// SPDX-License-Identifier: EUPL-1.2
import type { Mishap } from '../world/faulty-store.ts';
import type { WorldProvider } from '../world/world-provider.ts';
import type { MortalTimers, VirtualTime, WrongClock } from './virtual-time.ts';

/** Resolves when the process at hand is gone. */
interface Process {
  readonly gone: Promise<'gone'>;
  end(): void;
}

/** A provider's machine: the process on it comes and goes, the store stays. */
export class Machine {
  readonly provider: WorldProvider;
  readonly clock: WrongClock;
  /** Whether a process runs. */
  up = false;
  /** Instant, of the world's time, since which it has run with nothing wrong. */
  wellSince = Number.POSITIVE_INFINITY;
  readonly #troubles = new Set<string>();
  readonly #time: VirtualTime;
  readonly #timers: MortalTimers;
  #process: Process = newProcess();

  constructor(
    provider: WorldProvider,
    parts: { readonly clock: WrongClock; readonly timers: MortalTimers; readonly time: VirtualTime },
  ) {
    this.#time = parts.time;
    this.provider = provider;
    this.clock = parts.clock;
    this.#timers = parts.timers;
  }

  get key(): string {
    return this.provider.key;
  }

  starts(change: { readonly domains?: readonly string[] } = {}): void {
    this.provider.restarts(change);
    this.#process = newProcess();
    this.up = true;
    this.#troubles.delete('store');
    this.#judgeHealth();
    // Looked at more rarely than in life: nothing here depends on it, and a month has many looks.
    this.provider.newRelay({ lookMs: 300_000 }).start();
    this.provider.house.deadlines.start();
  }

  /** Whatever was not committed is lost. */
  crashes(): void {
    this.up = false;
    this.#judgeHealth();
    this.provider.faults.dies();
    this.#timers.die();
    this.#process.end();
  }

  /** Something is wrong with it, or is no longer. */
  suffers(trouble: string, present: boolean): void {
    if (present) this.#troubles.add(trouble);
    else this.#troubles.delete(trouble);
    this.#judgeHealth();
  }

  #judgeHealth(): void {
    const well = this.up && this.#troubles.size === 0;
    if (!well) this.wellSince = Number.POSITIVE_INFINITY;
    else if (this.wellSince === Number.POSITIVE_INFINITY) this.wellSince = this.#time.now();
  }

  /** What the work gives, or `gone` when the process ends before it does. */
  async lives<Result>(work: Promise<Result>): Promise<Result | 'gone'> {
    return Promise.race([work, this.#process.gone]);
  }

  /** The process dies at the next commit, before or after it is kept. */
  diesAtNextCommit(kept: boolean, whenDead: () => void): void {
    const dies: Mishap = async (step, commit) => {
      this.crashes();
      if (kept) await commit(step);
      whenDead();
      return new Promise(() => {});
    };
    this.provider.faults.next(dies);
  }
}

function newProcess(): Process {
  let end = () => {};
  const gone = new Promise<'gone'>((resolve) => {
    end = () => resolve('gone');
  });
  return { gone, end };
}
