// SPDX-License-Identifier: EUPL-1.2
import type { MimeIndex } from '../../wire/mime/mime-index.ts';
import type { Octets } from '../../wire/mime/octets.ts';

/** Number of an immutable blob, never used twice within one store. */
export type BlobId = number;
/** Number of a content (a whole message as slices of blobs), never used twice within one store. */
export type ContentId = number;

/** A run of octets of one blob. */
export interface Slice {
  readonly blob: BlobId;
  /** First octet within the blob, from 0. */
  readonly offset: number;
  /** Number of octets. */
  readonly length: number;
}

/** A blob that a step asks the store to keep: octets in memory, or a spool file the store may move. */
export interface NewBlob {
  readonly id: BlobId;
  /** Number of octets. */
  readonly size: number;
  /** SHA-256 of the octets, 32 octets. */
  readonly sha256: Buffer;
  readonly source:
    | { readonly kind: 'memory'; readonly octets: Buffer }
    | { readonly kind: 'file'; readonly path: string };
}

/** A content that a step asks the store to keep; its slices name blobs of the same step or kept ones. */
export interface NewContent {
  readonly id: ContentId;
  readonly size: number;
  readonly slices: readonly Slice[];
  readonly index: MimeIndex;
}

/** Octets whose slices are known, so that a new content can refer to them without a copy. */
export interface SlicedOctets extends Octets {
  /** The slices that hold the octets from `start` (included) to `end` (excluded). */
  slices(start: number, end: number): readonly Slice[];
}

/** A message at rest. */
export interface StoredContent {
  readonly id: ContentId;
  readonly size: number;
  readonly index: MimeIndex;
  readonly octets: SlicedOctets;
}

/** Reading side of the contents; synchronous, from the caller's thread. */
export interface ContentReader {
  /** The content, or undefined when nothing refers to it any more. */
  findContent(id: ContentId): StoredContent | undefined;
}

/** Numbers for new blobs and contents, given out before the step that stores them. */
export interface ContentNumbers {
  nextBlobId(): BlobId;
  nextContentId(): ContentId;
}

export function isSliced(octets: Octets): octets is SlicedOctets {
  return typeof (octets as Partial<SlicedOctets>).slices === 'function';
}
