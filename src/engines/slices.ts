// SPDX-License-Identifier: EUPL-1.2
import type { NewBlob, NewContent, Slice } from '../mailroom/contents/content-store.ts';
import { stepFault } from './step-faults.ts';

/** The slices that hold the octets from `start` (included) to `end` (excluded) of a content. */
export function cutSlices(slices: readonly Slice[], range: { start: number; end: number }): readonly Slice[] {
  const cut: Slice[] = [];
  let position = 0;
  for (const slice of slices) {
    const from = Math.max(range.start - position, 0);
    const to = Math.min(range.end - position, slice.length);
    if (from < to) cut.push({ blob: slice.blob, offset: slice.offset + from, length: to - from });
    position += slice.length;
    if (position >= range.end) break;
  }
  return cut;
}

/** A range asked of a content of `size` octets, refused when it does not lie within. */
export function checkRange(size: number, range: { start: number; end: number }): void {
  if (range.start < 0 || range.start > range.end || range.end > size)
    throw new RangeError(`octets ${range.start} to ${range.end} do not lie within ${size}`);
}

/** Throws `step-malformed` when the content's slices do not add up to its size. */
export function checkContent(content: NewContent): void {
  let size = 0;
  for (const slice of content.slices) {
    if (!(slice.offset >= 0 && slice.length > 0))
      throw stepFault('step-malformed', `content ${content.id} has an empty slice`);
    size += slice.length;
  }
  if (size !== content.size)
    throw stepFault(
      'step-malformed',
      `content ${content.id} has ${size} octets in slices, not ${content.size}`,
    );
}

/** Throws `step-malformed` when a blob does not have the digest or the size it says. */
export function checkBlob(blob: NewBlob): void {
  if (blob.sha256.length !== 32) throw stepFault('step-malformed', `blob ${blob.id} has no SHA-256`);
  if (blob.source.kind === 'memory' && blob.source.octets.length !== blob.size)
    throw stepFault(
      'step-malformed',
      `blob ${blob.id} has ${blob.source.octets.length} octets, not ${blob.size}`,
    );
}

/** Throws `step-malformed` when a slice of the content reaches beyond its blob. */
export function checkSlice(slice: Slice, blobSize: number): void {
  if (slice.offset + slice.length > blobSize)
    throw stepFault('step-malformed', `a slice reaches beyond the ${blobSize} octets of blob ${slice.blob}`);
}
