// SPDX-License-Identifier: EUPL-1.2
import type {
  NewQuarantined,
  Quarantined,
  QuarantineId,
  QuarantineReader,
} from '../../../mailroom/quarantine/quarantine-store.ts';
import type { Instant } from '../../../platform/clock.ts';
import type { Database } from '../driver.ts';

interface QuarantineRow {
  readonly id: number;
  readonly content: number;
  readonly keepUntil: number;
  readonly infected: string;
}

const ENTRY = 'SELECT id, content, keepUntil, infected FROM quarantine';

/** The quarantine, read on the caller's thread. */
export class SqliteQuarantineReader implements QuarantineReader {
  readonly #entry;
  readonly #from;
  readonly #over;

  constructor(db: Database) {
    this.#entry = db.prepare<QuarantineRow>(`${ENTRY} WHERE id = ?`);
    this.#from = db.prepare<QuarantineRow>(`${ENTRY} WHERE id > ? ORDER BY id LIMIT ?`);
    this.#over = db.prepare<QuarantineRow>(`${ENTRY} WHERE keepUntil <= ? ORDER BY keepUntil, id LIMIT ?`);
  }

  findQuarantined(id: QuarantineId): Quarantined | undefined {
    const row = this.#entry.get(id);
    return row && quarantinedOf(row);
  }

  listQuarantined(after: QuarantineId, limit: number): readonly Quarantined[] {
    return this.#from.all(after, limit).map(quarantinedOf);
  }

  listQuarantineOver(at: Instant, limit: number): readonly Quarantined[] {
    return this.#over.all(at, limit).map(quarantinedOf);
  }
}

function quarantinedOf({ infected, ...row }: QuarantineRow): Quarantined {
  return { ...(JSON.parse(infected) as Omit<NewQuarantined, 'content' | 'keepUntil'>), ...row };
}
