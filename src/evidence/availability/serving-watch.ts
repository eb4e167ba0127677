// SPDX-License-Identifier: EUPL-1.2
import type { Clock, Instant } from '../../platform/clock.ts';
import type { Journal } from '../../platform/journal.ts';
import type { Timers } from '../../platform/timers.ts';
import { monthsBefore, RETENTION_MONTHS } from '../certification-log/log-days.ts';
import type { AvailabilityAct, ServingSpan } from './availability-store.ts';

/** How often it is written down that the provider serves. */
export const BEAT_MS = 60_000;
/** Without a beat for so long the provider was not there, whatever the reason. */
export const SILENT_MS = 3 * BEAT_MS;
const DAY_MS = 24 * 3_600_000;

export interface ServingWatchOptions {
  /** What keeps it from certifying, in a word; undefined when nothing does. */
  readonly look: () => Promise<string | undefined>;
  readonly commit: (acts: readonly AvailabilityAct[]) => Promise<unknown>;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly journal: Journal;
}

/**
 * SRV-3: writes down once a minute that the provider serves, or is there and holds back. It is a row for each time it
 * started or changed, and one small commit a minute: what is not written down is an outage. In doubt it is one, by a
 * minute: time before a hold was noticed counts as held.
 */
export class ServingWatch implements AsyncDisposable {
  readonly #options: ServingWatchOptions;
  #span: ServingSpan | undefined;
  #cancel: (() => void) | undefined;
  #stopped = false;
  #failing = false;
  #beating: Promise<void> = Promise.resolve();
  #sweptAt = Number.NEGATIVE_INFINITY;

  constructor(options: ServingWatchOptions) {
    this.#options = options;
  }

  /** The first beat now, and one every minute. */
  start(): void {
    this.#beating = this.#round();
  }

  /** Writes down that it stops now. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    this.#cancel?.();
    await this.#beating;
    const span = this.#span;
    const now = this.#options.clock.now();
    if (span === undefined || !follows(span, now)) return;
    await this.#write([{ ...span, until: now, ended: true }]);
  }

  async #round(): Promise<void> {
    await this.#beat();
    if (this.#stopped) return;
    this.#cancel = this.#options.timers.after(BEAT_MS, () => {
      this.#beating = this.#round();
    });
  }

  async #beat(): Promise<void> {
    const why = await this.#options.look();
    await this.#write(nextSpans(this.#span, { why, now: this.#options.clock.now() }));
  }

  /** Never rejects: what cannot be written down is an outage. */
  async #write(spans: readonly ServingSpan[]): Promise<void> {
    const { commit, clock, journal } = this.#options;
    const now = clock.now();
    const acts: AvailabilityAct[] = spans.map((span) => ({ do: 'put-serving-span', span }));
    const sweep = Math.abs(now - this.#sweptAt) >= DAY_MS;
    if (sweep) acts.push({ do: 'forget-serving-spans', before: monthsBefore(now, RETENTION_MONTHS) });
    try {
      await commit(acts);
      this.#span = spans.at(-1);
      if (sweep) this.#sweptAt = now;
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) journal.warn({ error }, 'that the provider serves could not be written down');
      this.#failing = true;
    }
  }
}

/** What is to be written at a beat: the last span, longer, or another one. */
export function nextSpans(
  last: ServingSpan | undefined,
  { why, now }: { readonly why: string | undefined; readonly now: Instant },
): readonly ServingSpan[] {
  const state = why === undefined ? 'serving' : 'held';
  const begun = { since: now, until: now, state, ...(why !== undefined && { why }), ended: false } as const;
  if (last === undefined || !follows(last, now)) return [begun];
  if (last.state === state && last.why === why) return [{ ...last, until: now }];
  // When it began within the last minute is not known: it is taken as long as it can have been.
  if (state === 'held') return [{ ...begun, since: last.until }];
  return [{ ...last, until: now }, begun];
}

function follows(last: ServingSpan, now: Instant): boolean {
  return now >= last.until && now - last.until <= SILENT_MS;
}
