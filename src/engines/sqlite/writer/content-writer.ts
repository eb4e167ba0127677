// SPDX-License-Identifier: EUPL-1.2
import type { BlobId, ContentId, Slice } from '../../../mailroom/contents/content-store.ts';
import { checkSlice } from '../../slices.ts';
import { stepFault } from '../../step-faults.ts';
import type { Database } from '../driver.ts';
import { type BlobFileName, type PackedBlob, type PackedStep, unpackBlob } from '../packed-step.ts';

/** What a step brings; it enters the tables with the first reference to it. */
export interface Brought {
  readonly step: PackedStep;
  readonly buffer: ArrayBuffer;
}

/** Keeps contents and blobs for as long as something refers to them. */
export class ContentWriter {
  readonly #refer;
  readonly #release;
  readonly #insert;
  readonly #delete;
  readonly #referBlob;
  readonly #releaseOneBlob;
  readonly #insertBlob;
  readonly #insertOctets;
  readonly #deleteBlob;
  readonly #deleteOctets;
  #filesToRemove: BlobFileName[] = [];

  constructor(db: Database) {
    this.#refer = db.prepare<{ size: number }>(
      'UPDATE contents SET referrers = referrers + 1 WHERE id = ? RETURNING size',
    );
    this.#release = db.prepare<{ referrers: number; slices: string }>(
      'UPDATE contents SET referrers = referrers - 1 WHERE id = ? RETURNING referrers, slices',
    );
    this.#insert = db.prepare(
      'INSERT INTO contents (id, size, referrers, slices, mimeIndex) VALUES (?, ?, 1, ?, ?)',
    );
    this.#delete = db.prepare('DELETE FROM contents WHERE id = ?');
    this.#referBlob = db.prepare<{ size: number }>(
      'UPDATE blobs SET referrers = referrers + 1 WHERE id = ? RETURNING size',
    );
    this.#releaseOneBlob = db.prepare<{ referrers: number; isFile: number; sha256: Uint8Array }>(
      'UPDATE blobs SET referrers = referrers - 1 WHERE id = ? RETURNING referrers, isFile, sha256',
    );
    this.#insertBlob = db.prepare(
      'INSERT INTO blobs (id, size, sha256, isFile, referrers) VALUES (?, ?, ?, ?, 1)',
    );
    this.#insertOctets = db.prepare('INSERT INTO blobOctets (id, octets) VALUES (?, ?)');
    this.#deleteBlob = db.prepare('DELETE FROM blobs WHERE id = ?');
    this.#deleteOctets = db.prepare('DELETE FROM blobOctets WHERE id = ?');
  }

  /** A message or a queue entry refers to the content from now on; returns its size in octets. */
  refer(id: ContentId, brought?: Brought): number {
    const content = brought?.step.contents.find((each) => each.id === id);
    const kept = this.#refer.get(id);
    if (kept !== undefined) return kept.size;
    if (content === undefined || brought === undefined)
      throw stepFault('no-such-content', `content ${id} is neither kept nor brought`);
    const sizes = new Map<BlobId, number>();
    for (const { blob } of content.slices)
      if (!sizes.has(blob)) sizes.set(blob, this.referToBlob(blob, brought));
    for (const slice of content.slices) checkSlice(slice, sizes.get(slice.blob) ?? 0);
    this.#insert.run(id, content.size, JSON.stringify(content.slices.map(slicePacked)), content.mimeIndex);
    return content.size;
  }

  /** Something refers to the blob from now on; returns its size in octets. */
  referToBlob(id: BlobId, brought: Brought): number {
    const kept = this.#referBlob.get(id);
    if (kept !== undefined) return kept.size;
    const blob = brought.step.blobs.find((each) => each.id === id);
    if (blob === undefined) throw stepFault('no-such-blob', `blob ${id} is neither kept nor brought`);
    this.#keepBlob(blob, brought.buffer);
    return blob.size;
  }

  #keepBlob(blob: PackedBlob, buffer: ArrayBuffer): void {
    const { sha256, octets } = unpackBlob(buffer, blob);
    this.#insertBlob.run(blob.id, blob.size, sha256, blob.isFile ? 1 : 0);
    if (!blob.isFile) this.#insertOctets.run(blob.id, octets);
  }

  /** One reference less; with the last one the content goes, and its blobs with their last ones. */
  release(id: ContentId): void {
    const left = this.#release.get(id);
    if (left === undefined || left.referrers > 0) return;
    this.#delete.run(id);
    const slices = JSON.parse(left.slices) as PackedSlice[];
    for (const blob of new Set(slices.map(([blob]) => blob))) this.releaseBlob(blob);
  }

  /** One reference less; the blob goes with the last one. */
  releaseBlob(id: BlobId): void {
    const left = this.#releaseOneBlob.get(id);
    if (left === undefined || left.referrers > 0) return;
    this.#deleteBlob.run(id);
    if (left.isFile === 0) this.#deleteOctets.run(id);
    else this.#filesToRemove.push({ id, sha256: left.sha256 });
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
