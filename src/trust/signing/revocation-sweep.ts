// SPDX-License-Identifier: EUPL-1.2
import type { Clock, Instant } from '../../platform/clock.ts';
import { Daily } from '../../platform/daily.ts';
import type { Journal } from '../../platform/journal.ts';
import type { Timers } from '../../platform/timers.ts';
import type { ArchivedList, RevocationAct, RevocationArchiveReader } from './revocation-archive-store.ts';

export interface RevocationSweepOptions {
  readonly reader: RevocationArchiveReader;
  /** Performs acts in one transaction. */
  readonly commit: (acts: readonly RevocationAct[]) => Promise<unknown>;
  /** What was signed before the instant it gives need not be proved any longer. */
  readonly keptFrom: (now: Instant) => Instant;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly journal: Journal;
}

/** Removes once a day the revocation lists that nothing needs any longer. */
export class RevocationSweep implements Disposable {
  readonly #options: RevocationSweepOptions;
  readonly #daily: Daily;

  constructor(options: RevocationSweepOptions) {
    this.#options = options;
    this.#daily = new Daily({ ...options, failure: 'the kept revocation lists could not be swept' }, () =>
      this.sweep(),
    );
  }

  /** Sweeps now, and every day from now on; resolves after the first time, and never rejects. */
  start(): Promise<void> {
    return this.#daily.start();
  }

  /** Removes what is over, one issuer after the other. Rejects as `commit` does. */
  async sweep(): Promise<void> {
    const { reader, commit, keptFrom, clock, journal } = this.#options;
    const from = keptFrom(clock.now());
    for (const issuer of reader.listRevocationIssuers()) {
      const over = listsOver(reader.listRevocationLists(issuer), from);
      if (over.length === 0) continue;
      await commit(over.map(({ sha256 }) => ({ do: 'forget-revocation-list', sha256 })));
      journal.info({ issuer, lists: over.length }, 'revocation lists whose time is over were removed');
    }
  }

  [Symbol.dispose](): void {
    this.#daily[Symbol.dispose]();
  }
}

/** The lists that say nothing of any instant from `keptFrom` on, or nothing that a later one does not say better. */
export function listsOver(lists: readonly ArchivedList[], keptFrom: Instant): readonly ArchivedList[] {
  return lists.filter((list) => {
    if (list.obtainedAt >= keptFrom) return false;
    const inForceUntil = list.nextUpdate ?? Number.POSITIVE_INFINITY;
    return (
      inForceUntil < keptFrom ||
      lists.some(
        ({ series, thisUpdate }) =>
          series === list.series && thisUpdate > list.thisUpdate && thisUpdate <= keptFrom,
      )
    );
  });
}
