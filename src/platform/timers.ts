// SPDX-License-Identifier: EUPL-1.2

/** Where waiting comes from, so that a test need not wait. */
export interface Timers {
  /** Calls back once after so many milliseconds; returns how to call it off. */
  after(delayMs: number, callback: () => void): () => void;
}

/** `setTimeout` takes no more than 31 bits: longer waits are cut here, so callers look again. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** The machine's own timers; waiting for one does not keep the process alive. */
export const systemTimers: Timers = {
  after(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(delayMs, 0), LONGEST_DELAY_MS));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Resolves after so many milliseconds. */
export function pause(timers: Timers, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    timers.after(delayMs, resolve);
  });
}

/** Timers that fire when told to; for tests. */
export class ManualTimers implements Timers {
  readonly #waiting = new Set<{ readonly at: number; readonly callback: () => void }>();
  #elapsedMs = 0;

  after(delayMs: number, callback: () => void): () => void {
    const timer = { at: this.#elapsedMs + Math.max(delayMs, 0), callback };
    this.#waiting.add(timer);
    return () => this.#waiting.delete(timer);
  }

  /** Milliseconds until the next timer fires, or undefined when none waits. */
  get nextDelayMs(): number | undefined {
    let next: number | undefined;
    for (const { at } of this.#waiting) next = Math.min(next ?? at, at);
    return next === undefined ? undefined : next - this.#elapsedMs;
  }

  /** Lets time pass and fires what falls due, in order. */
  advance(ms: number): void {
    const until = this.#elapsedMs + ms;
    for (;;) {
      const due = [...this.#waiting].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#waiting.delete(due);
      this.#elapsedMs = Math.max(due.at, this.#elapsedMs);
      due.callback();
    }
    this.#elapsedMs = until;
  }
}
