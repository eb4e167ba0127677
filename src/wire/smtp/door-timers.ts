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

/** How long a peer may take, however busy it looks. */
export interface Patience {
  readonly timers: DoorTimers;
  /** To log in, and again to begin a message, since the connection, the login or the message before. */
  readonly setupMs: number;
  /** From the beginning of a message to its end. */
  readonly messageMs: number;
}
