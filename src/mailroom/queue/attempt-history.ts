// SPDX-License-Identifier: EUPL-1.2
import type { AttemptNote } from './queue-store.ts';

/** Attempts remembered of one entry: how it began, and the latest. A life of 24 hours has some fifty. */
export const HISTORY_LIMIT = 20;
const FIRST_KEPT = 4;

/** The history with one more attempt; what falls out are those after the first few. Pure. */
export function withAttempt(history: readonly AttemptNote[], note: AttemptNote): readonly AttemptNote[] {
  const all = [...history, note];
  if (all.length <= HISTORY_LIMIT) return all;
  return [...all.slice(0, FIRST_KEPT), ...all.slice(all.length - (HISTORY_LIMIT - FIRST_KEPT))];
}
