// SPDX-License-Identifier: EUPL-1.2
import type { BlobId, ContentId, Slice } from '../../../mailroom/contents/content-store.ts';
import { checkSlice } from '../../slices.ts';
import { stepFault } from '../../step-faults.ts';
import type { Database } from '../driver.ts';
import {
  type BlobFileName,
  type PackedBlob,
  type PackedContent,
  type PackedStep,
  unpackBlob,
} from '../packed-step.ts';

/** What a step brings; it enters the tables with the first reference to it. */
export interface Brought {
  readonly step: PackedStep;
  readonly buffer: ArrayBuffer;
}

/** Something brought that enters the tables when the step is done, and how often it is referred to by then. */
interface Arriving<What> {
  readonly what: What;
  referrers: number;
}

/**
 * Keeps contents and blobs for as long as something refers to them. What a step brings is written once, with all
 * references that the step makes to it: a row written and changed again costs as much as another row.
 */
export class ContentWriter {
  readonly #find;
  readonly #refer;
  readonly #lose;
  readonly #insert;
  readonly #delete;
  readonly #findBlob;
  readonly #referBlob;
  readonly #loseBlob;
  readonly #insertBlob;
  readonly #insertOctets;
  readonly #deleteBlob;
  readonly #deleteOctets;
  readonly #arriving = new Map<ContentId, Arriving<PackedContent>>();
  readonly #arrivingBlobs = new Map<BlobId, Arriving<{ blob: PackedBlob; buffer: ArrayBuffer }>>();
  #filesToRemove: BlobFileName[] = [];

  constructor(db: Database) {
    this.#find = db.prepare<{ size: number; referrers: number; slices: string }>(
      'SELECT size, referrers, slices FROM contents WHERE id = ?',
    );
    this.#refer = db.prepare('UPDATE contents SET referrers = referrers + 1 WHERE id = ?');
    this.#lose = db.prepare('UPDATE contents SET referrers = referrers - 1 WHERE id = ?');
    this.#insert = db.prepare(
      'INSERT INTO contents (id, size, referrers, slices, mimeIndex) VALUES (?, ?, ?, ?, ?)',
    );
    this.#delete = db.prepare('DELETE FROM contents WHERE id = ?');
    this.#findBlob = db.prepare<{ size: number; referrers: number; isFile: number; sha256: Uint8Array }>(
      'SELECT size, referrers, isFile, sha256 FROM blobs WHERE id = ?',
    );
    this.#referBlob = db.prepare('UPDATE blobs SET referrers = referrers + 1 WHERE id = ?');
    this.#loseBlob = db.prepare('UPDATE blobs SET referrers = referrers - 1 WHERE id = ?');
    this.#insertBlob = db.prepare(
      'INSERT INTO blobs (id, size, sha256, isFile, referrers) VALUES (?, ?, ?, ?, ?)',
    );
    this.#insertOctets = db.prepare('INSERT INTO blobOctets (id, octets) VALUES (?, ?)');
    this.#deleteBlob = db.prepare('DELETE FROM blobs WHERE id = ?');
    this.#deleteOctets = db.prepare('DELETE FROM blobOctets WHERE id = ?');
  }

  /** A message or a queue entry refers to the content from now on; returns its size in octets. */
  refer(id: ContentId, brought?: Brought): number {
    const arriving = this.#arriving.get(id);
    if (arriving !== undefined) {
      arriving.referrers += 1;
      return arriving.what.size;
    }
    const kept = this.#find.get(id);
    if (kept !== undefined) {
      this.#refer.run(id);
      return kept.size;
    }
    const content = brought?.step.contents.find((each) => each.id === id);
    if (content === undefined || brought === undefined)
      throw stepFault('no-such-content', `content ${id} is neither kept nor brought`);
    const sizes = new Map<BlobId, number>();
    for (const { blob } of content.slices)
      if (!sizes.has(blob)) sizes.set(blob, this.referToBlob(blob, brought));
    for (const slice of content.slices) checkSlice(slice, sizes.get(slice.blob) ?? 0);
    this.#arriving.set(id, { what: content, referrers: 1 });
    return content.size;
  }

  /** Something refers to the blob from now on; returns its size in octets. */
  referToBlob(id: BlobId, brought: Brought): number {
    const arriving = this.#arrivingBlobs.get(id);
    if (arriving !== undefined) {
      arriving.referrers += 1;
      return arriving.what.blob.size;
    }
    const kept = this.#findBlob.get(id);
    if (kept !== undefined) {
      this.#referBlob.run(id);
      return kept.size;
    }
    const blob = brought.step.blobs.find((each) => each.id === id);
    if (blob === undefined) throw stepFault('no-such-blob', `blob ${id} is neither kept nor brought`);
    this.#arrivingBlobs.set(id, { what: { blob, buffer: brought.buffer }, referrers: 1 });
    return blob.size;
  }

  /** Writes what the step brought and refers to; to be called at its end. */
  settleArriving(): void {
    for (const { what, referrers } of this.#arrivingBlobs.values()) {
      const { blob, buffer } = what;
      const { sha256, octets } = unpackBlob(buffer, blob);
      this.#insertBlob.run(blob.id, blob.size, sha256, blob.isFile ? 1 : 0, referrers);
      if (!blob.isFile) this.#insertOctets.run(blob.id, octets);
    }
    for (const { what, referrers } of this.#arriving.values()) {
      const { id, size, slices, mimeIndex } = what;
      this.#insert.run(id, size, referrers, JSON.stringify(slices.map(slicePacked)), mimeIndex);
    }
    this.forgetArriving();
  }

  /** The step before could not be carried out. */
  forgetArriving(): void {
    this.#arrivingBlobs.clear();
    this.#arriving.clear();
  }

  /** One reference less; with the last one the content goes, and its blobs with their last ones. */
  release(id: ContentId): void {
    this.settleArriving();
    const kept = this.#find.get(id);
    if (kept === undefined) return;
    if (kept.referrers > 1) {
      this.#lose.run(id);
      return;
    }
    this.#delete.run(id);
    const slices = JSON.parse(kept.slices) as PackedSlice[];
    for (const blob of new Set(slices.map(([blob]) => blob))) this.releaseBlob(blob);
  }

  /** One reference less; the blob goes with the last one. */
  releaseBlob(id: BlobId): void {
    // A step may take away what it brought.
    this.settleArriving();
    const kept = this.#findBlob.get(id);
    if (kept === undefined) return;
    if (kept.referrers > 1) {
      this.#loseBlob.run(id);
      return;
    }
    this.#deleteBlob.run(id);
    if (kept.isFile === 0) this.#deleteOctets.run(id);
    else this.#filesToRemove.push({ id, sha256: kept.sha256 });
  }

  /** The files of blobs released since it was last asked: to be removed once that is committed. */
  takeFilesToRemove(): readonly BlobFileName[] {
    const files = this.#filesToRemove;
    this.#filesToRemove = [];
    return files;
  }
}

/** A slice as it rests: blob, offset, length. */
export type PackedSlice = readonly [blob: number, offset: number, length: number];

function slicePacked(slice: Slice): PackedSlice {
  return [slice.blob, slice.offset, slice.length];
}
