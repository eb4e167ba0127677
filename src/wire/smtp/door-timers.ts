// SPDX-License-Identifier: EUPL-1.2

/** Where waiting comes from. */
export interface DoorTimers {
  /** Calls back once after so many milliseconds; returns how to call it off. */
  after(delayMs: number, callback: () => void): () => void;
}

/** The machine's own timers. */
export const machineTimers: DoorTimers = {
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
