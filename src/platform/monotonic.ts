// SPDX-License-Identifier: EUPL-1.2
import { performance } from 'node:perf_hooks';

/** A clock that tells no time of day and never jumps: for how long something took. */
export interface Monotonic {
  /** Milliseconds since some moment, with fractions. */
  elapsedMs(): number;
}

/** The machine's own. */
export const systemMonotonic: Monotonic = { elapsedMs: () => performance.now() };
