// SPDX-License-Identifier: EUPL-1.2
import type { ContentId } from '../../../mailroom/contents/content-store.ts';
import type { Database } from '../driver.ts';
import type { Brought, ContentWriter } from './content-writer.ts';

/** Envelopes that are kept until each of their recipients has an end. */
export class AwaitedWriter {
  readonly #contents: ContentWriter;
  readonly #insert;
  readonly #delete;

  constructor(db: Database, contents: ContentWriter) {
    this.#contents = contents;
    this.#insert = db.prepare(
      'INSERT INTO awaitedEnvelopes (identifier, recipientKey, content) VALUES (?, ?, ?)',
    );
    this.#delete = db.prepare<{ content: number }>(
      'DELETE FROM awaitedEnvelopes WHERE identifier = ? AND recipientKey = ? RETURNING content',
    );
  }

  begin(of: { identifier: string; recipientKey: string; envelope: ContentId }, brought: Brought): void {
    this.#contents.refer(of.envelope, brought);
    this.#insert.run(of.identifier, of.recipientKey, of.envelope);
  }

  /** Nothing happens when nothing is kept for the recipient. */
  end(identifier: string, recipientKey: string): void {
    const kept = this.#delete.get(identifier, recipientKey);
    if (kept !== undefined) this.#contents.release(kept.content);
  }
}
