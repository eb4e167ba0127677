// SPDX-License-Identifier: EUPL-1.2
import type { LogReader, LogRecord, NewLogRecord } from '../../../evidence/certification-log/log-store.ts';
import { isRecordAbout } from '../../store-rules.ts';
import { aboutHash } from '../about-hash.ts';
import type { Database } from '../driver.ts';

interface RecordRow {
  readonly sequence: number;
  readonly record: string;
}

/** The certification log, read on the caller's thread. */
export class SqliteLogReader implements LogReader {
  readonly #about;
  readonly #from;
  readonly #last;

  constructor(db: Database) {
    this.#about = db.prepare<RecordRow>(
      `SELECT sequence, record FROM log WHERE identifierHash = ?1
       UNION SELECT sequence, record FROM log WHERE messageIdHash = ?1 ORDER BY sequence`,
    );
    this.#from = db.prepare<RecordRow>(
      'SELECT sequence, record FROM log WHERE sequence >= ? ORDER BY sequence LIMIT ?',
    );
    this.#last = db.prepare<{ last: number | null }>('SELECT max(sequence) AS last FROM log');
  }

  recordsAbout(id: string): readonly LogRecord[] {
    const hash = aboutHash(id);
    if (hash === null) return [];
    return this.#about.all(hash).map(recordOf).filter(isRecordAbout(id));
  }

  listRecords(fromSequence: number, limit: number): readonly LogRecord[] {
    return this.#from.all(fromSequence, limit).map(recordOf);
  }

  lastSequence(): number {
    return this.#last.get()?.last ?? 0;
  }
}

function recordOf({ sequence, record }: RecordRow): LogRecord {
  return { ...(JSON.parse(record) as NewLogRecord), sequence };
}
