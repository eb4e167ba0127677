// SPDX-License-Identifier: EUPL-1.2
import type { LogReader, LogRecord, NewLogRecord } from '../../../evidence/certification-log/log-store.ts';
import { isRecordAbout } from '../../store-rules.ts';
import { aboutHash } from '../about-hash.ts';
import type { Database } from '../driver.ts';

interface RecordRow {
  readonly sequence: number;
  readonly record: string;
}

interface StoryRow extends RecordRow {
  readonly story: number;
}

/** The certification log, read on the caller's thread. */
export class SqliteLogReader implements LogReader {
  readonly #about;
  readonly #from;
  readonly #last;
  readonly #byStory;

  constructor(db: Database) {
    this.#about = db.prepare<RecordRow>(
      `SELECT sequence, record FROM log WHERE sequence IN (
         SELECT sequence FROM logStories WHERE story IN (
           SELECT story FROM logIdentifiers WHERE hash = ?1 UNION SELECT story FROM logMessageIds WHERE hash = ?1))
         AND (identifierHash = ?1 OR messageIdHash = ?1)
       ORDER BY sequence`,
    );
    this.#from = db.prepare<RecordRow>(
      'SELECT sequence, record FROM log WHERE sequence >= ? ORDER BY sequence LIMIT ?',
    );
    this.#last = db.prepare<{ last: number | null }>(
      `SELECT coalesce((SELECT max(sequence) FROM log), (SELECT max(upTo) FROM logForgotten)) AS last`,
    );
    this.#byStory = db.prepare<StoryRow>(
      `SELECT story, sequence, record FROM logStories JOIN log USING (sequence)
       WHERE identifierHash IS NOT NULL ORDER BY story, sequence`,
    );
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

  *stories(): Iterable<readonly LogRecord[]> {
    let last: number | undefined;
    let stories = new Map<string, LogRecord[]>();
    for (const row of this.#byStory.each()) {
      if (row.story !== last) {
        yield* stories.values();
        stories = new Map();
        last = row.story;
      }
      const record = recordOf(row);
      // Two msgids may share a hash.
      const story = stories.get(record.identifier);
      if (story === undefined) stories.set(record.identifier, [record]);
      else story.push(record);
    }
    yield* stories.values();
  }
}

function recordOf({ sequence, record }: RecordRow): LogRecord {
  return { ...(JSON.parse(record) as NewLogRecord), sequence };
}
