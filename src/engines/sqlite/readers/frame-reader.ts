// SPDX-License-Identifier: EUPL-1.2
import type { FrameReader, KeptFrame } from '../../../mailroom/frames/frame-store.ts';
import type { Instant } from '../../../platform/clock.ts';
import { aboutHash } from '../about-hash.ts';
import type { Database } from '../driver.ts';
import { type PackedFrame, unpackPieces } from '../packed-step.ts';
import type { SqliteContentReader } from './content-reader.ts';

interface FrameRow {
  readonly blob: number;
  readonly instant: number;
  readonly frame: string;
  readonly size: number;
  readonly sha256: Uint8Array;
}

/** Frames of generated messages, read on the caller's thread. */
export class SqliteFrameReader implements FrameReader {
  readonly #contents: SqliteContentReader;
  readonly #of;
  readonly #before;

  constructor(db: Database, contents: SqliteContentReader) {
    this.#contents = contents;
    this.#of = db.prepare<FrameRow>(
      `SELECT blob, instant, frame, size, sha256 FROM frames JOIN blobs ON blobs.id = blob
        WHERE messageIdHash = ? ORDER BY blob`,
    );
    this.#before = db.prepare('SELECT 1 FROM frames WHERE instant < ? LIMIT 1');
  }

  findFrames(messageId: string): readonly KeptFrame[] {
    const rows = this.#of.all(aboutHash(messageId));
    return rows.map((row) => this.#frameOf(row)).filter((frame) => frame.messageId === messageId);
  }

  hasFramesBefore(instant: Instant): boolean {
    return this.#before.get(instant) !== undefined;
  }

  #frameOf({ blob, instant, frame, size, sha256 }: FrameRow): KeptFrame {
    const { pieces, ...rest } = JSON.parse(frame) as PackedFrame;
    const octets = this.#contents.blobOctets({ blob, size });
    return { ...rest, blob, instant, pieces: unpackPieces(pieces), octets, sha256 };
  }
}
