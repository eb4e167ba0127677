// SPDX-License-Identifier: EUPL-1.2
import type { BlobId, ContentId, NewContent } from '../../mailroom/contents/content-store.ts';
import { checkSlice } from '../slices.ts';
import { stepFault } from '../step-faults.ts';
import type { Tables } from './tables.ts';

/** Contents and blobs a step brings; they enter the tables with the first reference to them. */
export interface Brought {
  readonly contents: ReadonlyMap<ContentId, NewContent>;
  readonly blobs: ReadonlyMap<BlobId, Buffer>;
}

/** A message or a queue entry refers to the content from now on; returns the content's size in octets. */
export function referToContent(tables: Tables, target: { content: ContentId; brought: Brought }): number {
  const { content: id, brought } = target;
  const row = tables.contents.get(id);
  if (row !== undefined) {
    tables.contents.set(id, { ...row, references: row.references + 1 });
    return row.content.size;
  }
  const content = brought.contents.get(id);
  if (content === undefined) throw stepFault('no-such-content', `content ${id} is neither kept nor brought`);
  const sizes = new Map<BlobId, number>();
  for (const blob of blobsOf(content)) sizes.set(blob, referToBlob(tables, { blob, brought }));
  for (const slice of content.slices) checkSlice(slice, sizes.get(slice.blob) ?? 0);
  tables.contents.set(id, { content, references: 1 });
  return content.size;
}

/** Something that is no content refers to the blob from now on; returns its size in octets. */
export function referToBlob(tables: Tables, target: { blob: BlobId; brought: Brought }): number {
  const row = tables.blobs.get(target.blob);
  const octets = row?.octets ?? target.brought.blobs.get(target.blob);
  if (octets === undefined)
    throw stepFault('no-such-blob', `blob ${target.blob} is neither kept nor brought`);
  tables.blobs.set(target.blob, { octets, references: (row?.references ?? 0) + 1 });
  return octets.length;
}

/** One reference less; with the last one the content goes, and its blobs with their last ones. */
export function releaseContent(tables: Tables, id: ContentId): void {
  const row = tables.contents.get(id);
  if (row === undefined) return;
  if (row.references > 1) {
    tables.contents.set(id, { ...row, references: row.references - 1 });
    return;
  }
  tables.contents.delete(id);
  for (const blob of blobsOf(row.content)) releaseBlob(tables, blob);
}

/** One reference less; the blob goes with the last one. */
export function releaseBlob(tables: Tables, id: BlobId): void {
  const row = tables.blobs.get(id);
  if (row === undefined) return;
  if (row.references > 1) tables.blobs.set(id, { ...row, references: row.references - 1 });
  else tables.blobs.delete(id);
}

/** The blobs a content is made of, each once. */
function blobsOf(content: NewContent): ReadonlySet<BlobId> {
  return new Set(content.slices.map((slice) => slice.blob));
}
