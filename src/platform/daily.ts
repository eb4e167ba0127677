// SPDX-License-Identifier: EUPL-1.2
import type { Journal } from './journal.ts';
import type { Timers } from './timers.ts';

const DAY_MS = 24 * 3_600_000;

export interface DailyTerms {
  readonly timers: Timers;
  readonly journal: Journal;
  /** What the journal says when the work rejects. */
  readonly failure: string;
}

/** Work that is done when it starts and every day from then on, whatever becomes of it, until it is disposed of. */
export class Daily implements Disposable {
  readonly #terms: DailyTerms;
  readonly #work: () => Promise<void>;
  #stopTimer: (() => void) | undefined;
  #stopped = false;

  constructor(terms: DailyTerms, work: () => Promise<void>) {
    this.#terms = terms;
    this.#work = work;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** Resolves after the first time, and never rejects. */
  async start(): Promise<void> {
    const { timers, journal, failure } = this.#terms;
    try {
      await this.#work();
    } catch (error) {
      journal.error({ error }, failure);
    }
    if (!this.#stopped) this.#stopTimer = timers.after(DAY_MS, () => void this.start());
  }

  [Symbol.dispose](): void {
    this.#stopped = true;
    this.#stopTimer?.();
  }
}
