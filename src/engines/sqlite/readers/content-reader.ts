// SPDX-License-Identifier: EUPL-1.2
import type {
  BlobId,
  ContentId,
  ContentReader,
  NewContent,
  StoredContent,
} from '../../../mailroom/contents/content-store.ts';
import type { BlobFiles, BlobName } from '../../blobs/blobs.ts';
import type { ContentAtHand } from '../at-hand/contents-at-hand.ts';
import type { Database } from '../driver.ts';
import { unpackIndex } from '../packed-index.ts';
import type { PackedSlice } from '../writer/content-writer.ts';
import { type BlobPlace, StoredOctets } from './stored-octets.ts';

interface ContentRow {
  readonly size: number;
  readonly slices: string;
  readonly mimeIndex: string;
}

/** Contents, read on the caller's thread. */
export class SqliteContentReader implements ContentReader {
  readonly #files: BlobFiles;
  readonly #content;
  readonly #octets;
  readonly #blob;
  readonly #given;

  constructor(db: Database, files: BlobFiles) {
    this.#files = files;
    this.#content = db.prepare<ContentRow>('SELECT size, slices, mimeIndex FROM contents WHERE id = ?');
    this.#octets = db.prepare<{ octets: Uint8Array }>('SELECT octets FROM blobOctets WHERE id = ?');
    this.#blob = db.prepare<{ sha256: Uint8Array; isFile: number }>(
      'SELECT sha256, isFile FROM blobs WHERE id = ?',
    );
    this.#given = db.prepare<{ last: number }>(
      'SELECT coalesce(max(seq), 0) AS last FROM sqlite_sequence WHERE name = ?',
    );
  }

  findContent(id: ContentId): StoredContent | undefined {
    const row = this.#content.get(id);
    if (row === undefined) return undefined;
    const packed = JSON.parse(row.slices) as PackedSlice[];
    const slices = packed.map(([blob, offset, length]) => ({ blob, offset, length }));
    const octets = new StoredOctets(row.size, { slices, find: (blob) => this.#placeOf(blob) });
    return new ReadContent({ id, octets, mimeIndex: row.mimeIndex });
  }

  /** A content that was just committed: nothing is read but octets that are not in memory. */
  contentAtHand({ content, octets: known }: ContentAtHand): StoredContent {
    const find = (blob: BlobId): BlobPlace | undefined => {
      const octets = known.get(blob);
      return octets === undefined ? this.#placeOf(blob) : { octets };
    };
    const { id, size, slices, index } = content;
    return { id, size, index, octets: new StoredOctets(size, { slices, find }) };
  }

  /** All octets of a blob. */
  blobOctets({ blob, size }: { readonly blob: BlobId; readonly size: number }): StoredOctets {
    const slices = size === 0 ? [] : [{ blob, offset: 0, length: size }];
    return new StoredOctets(size, { slices, find: (id) => this.#placeOf(id) });
  }

  hasBlob({ id, sha256 }: BlobName): boolean {
    const row = this.#blob.get(id);
    return row !== undefined && Buffer.compare(row.sha256, sha256) === 0;
  }

  /** The highest number ever kept, so that none is given out twice. */
  lastKept(series: 'blobs' | 'contents'): number {
    return this.#given.get(series)?.last ?? 0;
  }

  #placeOf(id: BlobId): BlobPlace | undefined {
    const octets = this.#octets.get(id)?.octets;
    if (octets !== undefined)
      return { octets: Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength) };
    const blob = this.#blob.get(id);
    return blob === undefined ? undefined : { path: this.#files.pathOf({ id, sha256: blob.sha256 }) };
  }
}

type MimeIndex = NewContent['index'];

/** A content as found; the MIME index becomes an object only when somebody asks for it. */
class ReadContent implements StoredContent {
  readonly id: ContentId;
  readonly size: number;
  readonly octets: StoredOctets;
  readonly #mimeIndex: string;
  #index: MimeIndex | undefined;

  constructor(found: { id: ContentId; octets: StoredOctets; mimeIndex: string }) {
    this.id = found.id;
    this.size = found.octets.size;
    this.octets = found.octets;
    this.#mimeIndex = found.mimeIndex;
  }

  get index(): MimeIndex {
    this.#index ??= unpackIndex(this.#mimeIndex);
    return this.#index;
  }
}
