// SPDX-License-Identifier: EUPL-1.2
import type { NewLogRecord } from '../../evidence/certification-log/log-store.ts';
import type { Clock, Instant } from '../../platform/clock.ts';
import { Daily } from '../../platform/daily.ts';
import type { Journal } from '../../platform/journal.ts';
import type { Timers } from '../../platform/timers.ts';
import type { StepPart, StepStore } from '../steps/step-store.ts';
import type { Quarantined, QuarantineReader } from './quarantine-store.ts';

/** LOG-9: how long infected messages are kept. */
export const QUARANTINE_MONTHS = 30;

/** Entries removed in one step. */
const AT_ONCE = 100;

type QuarantineHolder = StepStore & QuarantineReader;

/** When an infected message found at that instant may be removed; a day that the month lacks counts on. */
export function quarantineEnd(found: Instant): Instant {
  const end = new Date(found);
  return end.setUTCMonth(end.getUTCMonth() + QUARANTINE_MONTHS);
}

/** Removes what is over at that instant, each with its record; returns how many. Rejects as `commit` does. */
export async function endQuarantine(store: QuarantineHolder, now: Instant): Promise<number> {
  let removed = 0;
  for (;;) {
    const over = store.listQuarantineOver(now, AT_ONCE);
    if (over.length === 0) return removed;
    const { parts } = await store.commit({
      blobs: [],
      contents: [],
      parts: over.map((entry) => endingOf(entry, now)),
    });
    const done = parts.filter((part) => part.done).length;
    // Somebody else removes as well.
    if (done === 0) return removed;
    removed += done;
  }
}

/** Looks once a day for what is over. */
export class QuarantineSweep implements Disposable {
  readonly #options: SweepOptions;
  readonly #daily: Daily;

  constructor(options: SweepOptions) {
    this.#options = options;
    this.#daily = new Daily({ ...options, failure: 'the quarantine could not be swept' }, () =>
      this.#sweep(),
    );
  }

  /** Sweeps now, and every day from now on; resolves after the first time, and never rejects. */
  start(): Promise<void> {
    return this.#daily.start();
  }

  async #sweep(): Promise<void> {
    const { store, clock, journal } = this.#options;
    const removed = await endQuarantine(store, clock.now());
    if (removed > 0) journal.info({ removed }, 'infected messages whose time is over were removed');
  }

  [Symbol.dispose](): void {
    this.#daily[Symbol.dispose]();
  }
}

export interface SweepOptions {
  readonly store: QuarantineHolder;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly journal: Journal;
}

function endingOf(entry: Quarantined, now: Instant): StepPart {
  const record: NewLogRecord = {
    instant: now,
    event: 'quarantine-ended',
    identifier: entry.identifier,
    sender: entry.sender,
    recipients: entry.recipients,
    provider: entry.provider,
    detail: { virus: entry.virus, found: new Date(entry.at).toISOString() },
  };
  return {
    onlyIf: [{ is: 'quarantine-over', entry: entry.id, at: now }],
    acts: [
      { do: 'end-quarantine', entry: entry.id, at: now },
      { do: 'record', record },
    ],
  };
}
