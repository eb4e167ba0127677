// SPDX-License-Identifier: EUPL-1.2
import type { TimeVerdict } from './time-verdict.ts';

/** Why nothing may be certified. */
export type ClockHold =
  /** No server has confirmed the clock since the start. */
  | 'not-confirmed'
  /** The clock was moved, and no server has confirmed it since. */
  | 'jumped'
  /** Servers say that it is more than the tolerance off. */
  | 'wrong'
  /** It was right, and nobody has confirmed it for too long. */
  | 'unconfirmed-too-long';

export interface ClockFacts {
  readonly verdict: TimeVerdict;
  /** Whether certification is held now, and why. */
  readonly hold: ClockHold | undefined;
  /** Since servers last found the clock right; undefined: never yet. */
  readonly unconfirmedMs: number | undefined;
  /** How long a clock that was right counts as right without anybody saying so; null: for ever. */
  readonly holdAfterMs: number | null;
}

/**
 * TIME-2: whether certification is held after a measurement. Only a server's word ends a hold; silence ends
 * none, and begins one only after a time in which no sound clock goes a second wrong.
 */
export function decideHold({ verdict, hold, unconfirmedMs, holdAfterMs }: ClockFacts): ClockHold | undefined {
  switch (verdict.verdict) {
    case 'right':
      return undefined;
    case 'wrong':
      return 'wrong';
    case 'disagreeing':
    case 'silent':
      if (hold !== undefined) return hold;
      if (unconfirmedMs === undefined) return 'not-confirmed';
      return holdAfterMs !== null && unconfirmedMs >= holdAfterMs ? 'unconfirmed-too-long' : undefined;
  }
}
