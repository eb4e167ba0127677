// SPDX-License-Identifier: EUPL-1.2
import { hash } from 'node:crypto';
import type { LogRecord } from '../../../evidence/certification-log/log-store.ts';
import type { Finding } from '../../../platform/findings.ts';
import { aboutHash } from '../about-hash.ts';
import type { Database } from '../driver.ts';

/** What SQLite itself finds: pages, indexes, constraints and types. */
export function* checkDatabase(database: Database): Generator<Finding> {
  for (const { integrity_check: what } of database
    .prepare<{ integrity_check: string }>('PRAGMA integrity_check')
    .each())
    if (what !== 'ok') yield { code: 'database-damaged', what, where: 'store.db' };
}

/** Each kept revocation list has its SHA-256. */
export function* checkRevocationLists(
  database: Database,
  { quick }: { readonly quick: boolean },
): Generator<Finding> {
  const rows = database.prepare<{ sha256: string; der: Uint8Array }>(
    'SELECT sha256, der FROM revocationLists ORDER BY number',
  );
  for (const { sha256, der } of quick ? [] : rows.each()) {
    if (hash('sha256', der, 'hex') === sha256) continue;
    const where = `revocation list ${sha256}`;
    yield { code: 'revocation-list-damaged', what: 'its octets do not have its SHA-256', where };
  }
}

/** Times of service are times. */
export function* checkServingSpans(database: Database): Generator<Finding> {
  const rows = database.prepare<{ since: number }>(
    "SELECT since FROM servingSpans WHERE until < since OR state NOT IN ('serving', 'held') ORDER BY since",
  );
  for (const { since } of rows.each()) {
    const where = `time of service ${since}`;
    yield { code: 'times-of-service-damaged', what: 'it ends before it begins, or is of no kind', where };
  }
}

interface LogRow {
  readonly sequence: number;
  readonly instant: number;
  readonly identifierHash: number | null;
  readonly messageIdHash: number | null;
  readonly record: string;
}

/** Each record can be read, and is found under its own ids. */
export function* checkLog(database: Database): Generator<Finding> {
  const rows = database.prepare<LogRow>(
    'SELECT sequence, instant, identifierHash, messageIdHash, record FROM log ORDER BY sequence',
  );
  for (const row of rows.each()) {
    const where = `record ${row.sequence}`;
    const record = parsed(row.record);
    if (record === undefined) yield { code: 'log-damaged', what: 'it cannot be read', where };
    else if (
      row.instant !== record.instant ||
      row.identifierHash !== aboutHash(record.identifier) ||
      row.messageIdHash !== (record.messageId === undefined ? null : aboutHash(record.messageId))
    )
      yield { code: 'log-damaged', what: 'it stands under ids that are not its own', where };
  }
}

function parsed(text: string): LogRecord | undefined {
  try {
    return JSON.parse(text) as LogRecord;
  } catch {
    return undefined;
  }
}
