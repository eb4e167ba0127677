// SPDX-License-Identifier: EUPL-1.2
import type { NewQuarantined, QuarantineId } from '../../../mailroom/quarantine/quarantine-store.ts';
import type { Instant } from '../../../platform/clock.ts';
import type { Database } from '../driver.ts';
import type { Brought, ContentWriter } from './content-writer.ts';

/** Infected messages, apart from all mailboxes. */
export class QuarantineWriter {
  readonly #contents: ContentWriter;
  readonly #insert;
  readonly #over;
  readonly #delete;

  constructor(db: Database, contents: ContentWriter) {
    this.#contents = contents;
    this.#insert = db.prepare('INSERT INTO quarantine (content, keepUntil, infected) VALUES (?, ?, ?)');
    this.#over = db.prepare<{ content: number }>(
      'SELECT content FROM quarantine WHERE id = ? AND keepUntil <= ?',
    );
    this.#delete = db.prepare('DELETE FROM quarantine WHERE id = ?');
  }

  put({ content, keepUntil, ...infected }: NewQuarantined, brought: Brought): void {
    this.#contents.refer(content, brought);
    this.#insert.run(content, keepUntil, JSON.stringify(infected));
  }

  /** LOG-9: whether the entry is there and its time is over. */
  isOver(entry: QuarantineId, at: Instant): boolean {
    return this.#over.get(entry, at) !== undefined;
  }

  end(entry: QuarantineId, at: Instant): void {
    const kept = this.#over.get(entry, at);
    if (kept === undefined) return;
    this.#delete.run(entry);
    this.#contents.release(kept.content);
  }
}
