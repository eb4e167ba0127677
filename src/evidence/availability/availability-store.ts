// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../platform/clock.ts';

/** A stretch of time in which the provider was there, by what it wrote down every minute. */
export interface ServingSpan {
  /** No two spans begin at the same instant: it is the key. */
  readonly since: Instant;
  /** When it was last written down. */
  readonly until: Instant;
  /** `held`: it was there, and certified nothing. */
  readonly state: 'serving' | 'held';
  /** What was not well while it was held, in a word. */
  readonly why?: string;
  /** The provider was stopped at `until`. Otherwise what followed is not known: a crash, a kill, a disk that failed. */
  readonly ended: boolean;
}

/** Spans kept at most; a provider that starts over and over loses the oldest. */
export const MAX_SERVING_SPANS = 100_000;

/** What a step changes about availability. */
export type AvailabilityAct =
  /** Replaces the span that begins at the same instant. */
  | { readonly do: 'put-serving-span'; readonly span: ServingSpan }
  /** Forgets spans that were over before that instant, and the oldest above `MAX_SERVING_SPANS`. */
  | { readonly do: 'forget-serving-spans'; readonly before: Instant };

/** Reading side; synchronous. */
export interface AvailabilityReader {
  /** All of them, by `since`. */
  listServingSpans(): readonly ServingSpan[];
}
