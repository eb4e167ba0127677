// SPDX-License-Identifier: EUPL-1.2
import {
  type AttemptNote,
  type DueFilter,
  QUEUE_STATES,
  type QueueEntry,
  type QueueEntryId,
  type QueueFigure,
  type QueueReader,
  type QueueState,
} from '../../../mailroom/queue/queue-store.ts';
import type { Instant } from '../../../platform/clock.ts';
import type { Database } from '../driver.ts';

type QueueRow = Omit<
  QueueEntry,
  'certified' | 'forwardPaths' | 'eightBit' | 'held' | 'lastError' | 'history'
> & {
  readonly certified: number;
  readonly forwardPaths: string;
  readonly eightBit: number;
  readonly held: number;
  readonly lastError: string | null;
  readonly history: string | null;
};

const ENTRY = `SELECT id, destination, certified, reversePath, forwardPaths, content, kind, identifier, eightBit,
  createdAt, expiresAt, attempts, notBefore, lastError, held, history FROM queue`;

/** The queue, read on the caller's thread. */
export class SqliteQueueReader implements QueueReader {
  readonly #due;
  readonly #dueOf;
  readonly #expiredHeld;
  readonly #nextDue;
  readonly #nextExpiryHeld;
  readonly #entry;
  readonly #all;
  readonly #heldDestinations;
  readonly #figures;

  constructor(db: Database) {
    // Destinations come as one JSON list: a statement is prepared once, however many there are.
    this.#due = db.prepare<QueueRow>(
      `${ENTRY} INDEXED BY queueDue WHERE held = 0 AND notBefore <= ?
         AND destination NOT IN (SELECT value FROM json_each(?)) ORDER BY notBefore, id LIMIT ?`,
    );
    this.#dueOf = db.prepare<QueueRow>(
      `${ENTRY} INDEXED BY queueDueOf WHERE held = 0 AND destination = ? AND notBefore <= ?
         ORDER BY notBefore, id LIMIT ?`,
    );
    this.#expiredHeld = db.prepare<QueueRow>(
      `${ENTRY} INDEXED BY queueHeld WHERE held = 1 AND expiresAt <= ? ORDER BY expiresAt, id LIMIT ?`,
    );
    this.#nextDue = db.prepare<{ at: Instant | null }>(
      'SELECT min(notBefore) AS at FROM queue INDEXED BY queueDue WHERE held = 0 AND notBefore > ?',
    );
    this.#nextExpiryHeld = db.prepare<{ at: Instant | null }>(
      'SELECT min(expiresAt) AS at FROM queue INDEXED BY queueHeld WHERE held = 1 AND expiresAt > ?',
    );
    this.#entry = db.prepare<QueueRow>(`${ENTRY} WHERE id = ?`);
    this.#all = db.prepare<QueueRow>(`${ENTRY} ORDER BY id`);
    this.#figures = db.prepare<{ state: QueueState; entries: number; oldestAt: Instant }>(
      `SELECT CASE WHEN held = 1 THEN 'held' WHEN notBefore > ? THEN 'put-off' ELSE 'due' END AS state,
         count(*) AS entries, min(createdAt) AS oldestAt FROM queue GROUP BY 1`,
    );
    this.#heldDestinations = db.prepare<{ destination: string }>(
      'SELECT destination FROM heldDestinations ORDER BY destination',
    );
  }

  listDue(now: Instant, limit: number, filter: DueFilter = {}): readonly QueueEntry[] {
    const { only, except = [] } = filter;
    const rows =
      only === undefined
        ? this.#due.all(now, JSON.stringify(except), limit)
        : this.#dueOf.all(only, now, limit);
    return rows.map(entryOf);
  }

  listExpiredHeld(now: Instant, limit: number): readonly QueueEntry[] {
    return this.#expiredHeld.all(now, limit).map(entryOf);
  }

  nextDueAt(after: Instant = Number.MIN_SAFE_INTEGER): Instant | undefined {
    const instants = [this.#nextDue.get(after)?.at, this.#nextExpiryHeld.get(after)?.at];
    const known = instants.filter((at) => at !== null && at !== undefined);
    return known.length === 0 ? undefined : Math.min(...known);
  }

  findQueueEntry(id: QueueEntryId): QueueEntry | undefined {
    const row = this.#entry.get(id);
    return row && entryOf(row);
  }

  queueFigures(now: Instant): readonly QueueFigure[] {
    const rows = this.#figures.all(now);
    return QUEUE_STATES.map((state) => {
      const row = rows.find((one) => one.state === state);
      return { state, entries: row?.entries ?? 0, oldestAt: row?.oldestAt };
    });
  }

  listQueue(): readonly QueueEntry[] {
    return this.#all.all().map(entryOf);
  }

  listHeldDestinations(): readonly string[] {
    return this.#heldDestinations.all().map(({ destination }) => destination);
  }
}

function entryOf({ lastError, history, ...row }: QueueRow): QueueEntry {
  return {
    ...row,
    certified: row.certified === 1,
    forwardPaths: JSON.parse(row.forwardPaths) as string[],
    eightBit: row.eightBit === 1,
    ...(lastError === null ? {} : { lastError }),
    history: history === null ? [] : (JSON.parse(history) as AttemptNote[]),
    held: row.held === 1,
  };
}
