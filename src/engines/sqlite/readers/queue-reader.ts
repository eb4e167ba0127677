// SPDX-License-Identifier: EUPL-1.2
import type { QueueEntry, QueueEntryId, QueueReader } from '../../../mailroom/queue/queue-store.ts';
import type { Instant } from '../../../platform/clock.ts';
import type { Database } from '../driver.ts';

type QueueRow = Omit<QueueEntry, 'certified' | 'forwardPaths' | 'eightBit' | 'held' | 'lastError'> & {
  readonly certified: number;
  readonly forwardPaths: string;
  readonly eightBit: number;
  readonly held: number;
  readonly lastError: string | null;
};

const ENTRY = `SELECT id, destination, certified, reversePath, forwardPaths, content, kind, identifier, eightBit,
  createdAt, expiresAt, attempts, notBefore, lastError, held FROM queue`;

/** The queue, read on the caller's thread. */
export class SqliteQueueReader implements QueueReader {
  readonly #due;
  readonly #nextDue;
  readonly #entry;
  readonly #all;

  constructor(db: Database) {
    this.#due = db.prepare<QueueRow>(
      `${ENTRY} INDEXED BY queueDue WHERE held = 0 AND notBefore <= ? ORDER BY notBefore, id LIMIT ?`,
    );
    this.#nextDue = db.prepare<{ at: Instant | null }>(
      'SELECT min(notBefore) AS at FROM queue INDEXED BY queueDue WHERE held = 0',
    );
    this.#entry = db.prepare<QueueRow>(`${ENTRY} WHERE id = ?`);
    this.#all = db.prepare<QueueRow>(`${ENTRY} ORDER BY id`);
  }

  listDue(now: Instant, limit: number): readonly QueueEntry[] {
    return this.#due.all(now, limit).map(entryOf);
  }

  nextDueAt(): Instant | undefined {
    return this.#nextDue.get()?.at ?? undefined;
  }

  findQueueEntry(id: QueueEntryId): QueueEntry | undefined {
    const row = this.#entry.get(id);
    return row && entryOf(row);
  }

  listQueue(): readonly QueueEntry[] {
    return this.#all.all().map(entryOf);
  }
}

function entryOf({ lastError, ...row }: QueueRow): QueueEntry {
  return {
    ...row,
    certified: row.certified === 1,
    forwardPaths: JSON.parse(row.forwardPaths) as string[],
    eightBit: row.eightBit === 1,
    ...(lastError === null ? {} : { lastError }),
    held: row.held === 1,
  };
}
