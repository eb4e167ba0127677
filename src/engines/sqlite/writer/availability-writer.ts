// SPDX-License-Identifier: EUPL-1.2
import {
  type AvailabilityAct,
  MAX_SERVING_SPANS,
} from '../../../evidence/availability/availability-store.ts';
import type { Database } from '../driver.ts';

/** Times of service. */
export class AvailabilityWriter {
  readonly #put;
  readonly #forgetOver;
  readonly #forgetOldest;

  constructor(db: Database) {
    this.#put = db.prepare(
      `INSERT INTO servingSpans (since, until, state, why, ended) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (since) DO UPDATE SET until = excluded.until, state = excluded.state,
          why = excluded.why, ended = excluded.ended`,
    );
    this.#forgetOver = db.prepare('DELETE FROM servingSpans WHERE until < ?');
    this.#forgetOldest = db.prepare(
      `DELETE FROM servingSpans WHERE since <= (SELECT since FROM servingSpans ORDER BY since DESC LIMIT 1 OFFSET ?)`,
    );
  }

  perform(act: AvailabilityAct): void {
    if (act.do === 'put-serving-span') {
      const { since, until, state, why = null, ended } = act.span;
      this.#put.run(since, until, state, why, ended ? 1 : 0);
      return;
    }
    this.#forgetOver.run(act.before);
    this.#forgetOldest.run(MAX_SERVING_SPANS);
  }
}
