// SPDX-License-Identifier: EUPL-1.2
import type {
  ArchivedList,
  RevocationArchiveReader,
} from '../../../trust/signing/revocation-archive-store.ts';
import type { Database } from '../driver.ts';

/** Kept revocation lists, read on the caller's thread. */
export class SqliteRevocationReader implements RevocationArchiveReader {
  readonly #issuers;
  readonly #of;
  readonly #octets;

  constructor(db: Database) {
    this.#issuers = db.prepare<{ issuer: string }>(
      'SELECT DISTINCT issuer FROM revocationLists ORDER BY issuer',
    );
    this.#of = db.prepare<ArchivedList>(
      `SELECT sha256, issuer, series, thisUpdate, nextUpdate, obtainedAt FROM revocationLists
        WHERE issuer = ? ORDER BY thisUpdate, number`,
    );
    this.#octets = db.prepare<{ der: Uint8Array }>('SELECT der FROM revocationLists WHERE sha256 = ?');
  }

  listRevocationIssuers(): readonly string[] {
    return this.#issuers.all().map(({ issuer }) => issuer);
  }

  listRevocationLists(issuer: string): readonly ArchivedList[] {
    return this.#of.all(issuer);
  }

  revocationListOctets(sha256: string): Buffer | undefined {
    const der = this.#octets.get(sha256)?.der;
    return der && Buffer.from(der.buffer, der.byteOffset, der.byteLength);
  }
}
