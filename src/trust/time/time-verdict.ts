// SPDX-License-Identifier: EUPL-1.2

/** What one server's answer says about our clock. */
export interface TimeSample {
  readonly server: string;
  /** How much our clock is behind the server's; negative when it is ahead. */
  readonly offsetMs: number;
  /** Time that question and answer were under way: the offset is right but for half of it. */
  readonly delayMs: number;
}

export type TimeVerdict =
  | { readonly verdict: 'right' | 'wrong'; readonly offsetMs: number; readonly answered: number }
  /** Too few servers are of one opinion to go by. */
  | { readonly verdict: 'disagreeing'; readonly answered: number }
  | { readonly verdict: 'silent' };

/**
 * TIME-2: whether the clock is right by what servers say. The median of the offsets counts, so that a server
 * that lies is outvoted, and only where more than half of those that answer lie within half the tolerance of
 * it. An answer that was under way longer than the tolerance proves nothing and is left out.
 */
export function judgeTime(samples: readonly TimeSample[], toleranceMs: number): TimeVerdict {
  const offsets = samples
    .filter(({ delayMs }) => delayMs <= toleranceMs)
    .map(({ offsetMs }) => offsetMs)
    .sort((one, other) => one - other);
  const answered = offsets.length;
  if (answered === 0) return { verdict: 'silent' };
  const offsetMs = median(offsets);
  const agreeing = offsets.filter((offset) => Math.abs(offset - offsetMs) <= toleranceMs / 2).length;
  if (agreeing * 2 <= answered) return { verdict: 'disagreeing', answered };
  return { verdict: Math.abs(offsetMs) > toleranceMs ? 'wrong' : 'right', offsetMs, answered };
}

/** Of sorted numbers; of an even count the mean of the middle two. */
function median(sorted: readonly number[]): number {
  const upper = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? upper;
  return (lower + upper) / 2;
}
