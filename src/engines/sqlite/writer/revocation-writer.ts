// SPDX-License-Identifier: EUPL-1.2
import type { RevocationAct } from '../../../trust/signing/revocation-archive-store.ts';
import type { Database } from '../driver.ts';

/** Kept revocation lists. */
export class RevocationWriter {
  readonly #keep;
  readonly #forget;

  constructor(db: Database) {
    this.#keep = db.prepare(
      `INSERT INTO revocationLists (sha256, issuer, series, thisUpdate, nextUpdate, obtainedAt, der)
        VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    );
    this.#forget = db.prepare('DELETE FROM revocationLists WHERE sha256 = ?');
  }

  perform(act: RevocationAct): void {
    if (act.do === 'forget-revocation-list') {
      this.#forget.run(act.sha256);
      return;
    }
    const { sha256, issuer, series, thisUpdate, nextUpdate, obtainedAt } = act.list;
    this.#keep.run(sha256, issuer, series, thisUpdate, nextUpdate, obtainedAt, act.der);
  }
}
