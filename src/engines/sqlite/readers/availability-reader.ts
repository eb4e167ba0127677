// SPDX-License-Identifier: EUPL-1.2
import type { AvailabilityReader, ServingSpan } from '../../../evidence/availability/availability-store.ts';
import type { Database } from '../driver.ts';

interface SpanRow extends Omit<ServingSpan, 'why' | 'ended'> {
  readonly why: string | null;
  readonly ended: number;
}

/** Times of service, read on the caller's thread. */
export class SqliteAvailabilityReader implements AvailabilityReader {
  readonly #all;

  constructor(db: Database) {
    this.#all = db.prepare<SpanRow>(
      'SELECT since, until, state, why, ended FROM servingSpans ORDER BY since',
    );
  }

  listServingSpans(): readonly ServingSpan[] {
    return this.#all.all().map(({ since, until, state, why, ended }) => ({
      ...{ since, until, state, ended: ended === 1 },
      ...(why !== null && { why }),
    }));
  }
}
