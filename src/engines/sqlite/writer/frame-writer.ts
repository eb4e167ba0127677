// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../../platform/clock.ts';
import { checkFrame, FRAMES_FORGOTTEN_AT_ONCE } from '../../store-rules.ts';
import type { Database } from '../driver.ts';
import type { PackedAct } from '../packed-step.ts';
import type { Brought, ContentWriter } from './content-writer.ts';

/** Frames of generated messages. */
export class FrameWriter {
  readonly #contents: ContentWriter;
  readonly #kept;
  readonly #insert;
  readonly #forget;

  constructor(db: Database, contents: ContentWriter) {
    this.#contents = contents;
    this.#kept = db.prepare('SELECT 1 FROM frames WHERE blob = ?');
    this.#insert = db.prepare('INSERT INTO frames (blob, instant, messageIdHash, frame) VALUES (?, ?, ?, ?)');
    this.#forget = db.prepare<{ blob: number }>(
      `DELETE FROM frames WHERE blob IN (SELECT blob FROM frames WHERE instant < ?
         ORDER BY instant, blob LIMIT ${FRAMES_FORGOTTEN_AT_ONCE}) RETURNING blob`,
    );
  }

  keep(act: Extract<PackedAct, { do: 'keep-frame' }>, brought: Brought): void {
    const { blob, pieces, original } = act;
    if (this.#kept.get(blob) !== undefined) return;
    const shape = { blob, pieces, ...(original !== undefined && { original }) };
    checkFrame(shape, this.#contents.referToBlob(blob, brought));
    this.#insert.run(blob, act.instant, act.messageIdHash, act.frame);
  }

  forget(before: Instant): void {
    for (const { blob } of this.#forget.all(before)) this.#contents.releaseBlob(blob);
  }
}
