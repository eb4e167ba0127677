// SPDX-License-Identifier: EUPL-1.2
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Finding } from '../../../platform/findings.ts';
import type { BlobFiles, BlobName } from '../../blobs/blobs.ts';
import type { Database } from '../driver.ts';

interface BlobRow {
  readonly id: number;
  readonly size: number;
  readonly sha256: Uint8Array;
  readonly isFile: number;
}

export interface BlobCheck {
  readonly database: Database;
  readonly files: BlobFiles;
  /** Whether the blob is still kept at this moment, which may be later than what `database` shows. */
  isKept(name: BlobName): boolean;
  /** Sizes only: no octet is read. */
  readonly quick: boolean;
}

/** Each blob is where it should be, as long as it should be, and has its hash; one at a time, streamed. */
export async function* checkBlobs(check: BlobCheck): AsyncGenerator<Finding> {
  const { database } = check;
  const page = database.prepare<BlobRow>(
    `SELECT id, size, sha256, isFile FROM blobs WHERE id > ? ORDER BY id LIMIT ${PAGE}`,
  );
  const octetsOf = database.prepare<{ octets: Uint8Array }>('SELECT octets FROM blobOctets WHERE id = ?');
  for (let after = 0; ; ) {
    const rows = page.all(after);
    for (const row of rows) {
      after = row.id;
      const where = `blob ${row.id}`;
      const what =
        row.isFile === 1 ? await faultOfFile(check, row) : faultOf(octetsOf.get(row.id)?.octets, row, check);
      if (what !== undefined) yield { ...what, where };
    }
    if (rows.length < PAGE) return;
  }
}

const PAGE = 1000;
type Fault = Pick<Finding, 'code' | 'what'>;

/** A blob without octets among the rows is found by the rows themselves. */
function faultOf(octets: Uint8Array | undefined, row: BlobRow, { quick }: BlobCheck): Fault | undefined {
  if (octets === undefined) return undefined;
  if (octets.length !== row.size) return wrongSize(octets.length, row);
  if (quick) return undefined;
  return Buffer.compare(createHash('sha256').update(octets).digest(), row.sha256) === 0
    ? undefined
    : WRONG_HASH;
}

async function faultOfFile(check: BlobCheck, row: BlobRow): Promise<Fault | undefined> {
  const path = check.files.pathOf(row);
  try {
    const { size } = await stat(path);
    if (size !== row.size) return wrongSize(size, row);
    if (check.quick) return undefined;
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES }))
      hash.update(chunk as Buffer);
    return Buffer.compare(hash.digest(), row.sha256) === 0 ? undefined : WRONG_HASH;
  } catch (error) {
    // While the provider runs a file may go after the moment that is looked at, with its last reference.
    if (!check.isKept(row)) return undefined;
    return { code: 'blob-missing', what: `its file cannot be read: ${(error as Error).message}` };
  }
}

const READ_BYTES = 1024 * 1024;
const WRONG_HASH: Fault = { code: 'blob-damaged', what: 'its octets do not have its SHA-256' };

function wrongSize(found: number, { size }: BlobRow): Fault {
  return { code: 'blob-damaged', what: `it has ${found} octets and should have ${size}` };
}
