// SPDX-License-Identifier: EUPL-1.2
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Fault } from '../../../platform/faults.ts';
import { syncFolder } from '../../blobs/blobs.ts';

/** What a backup consists of. A folder holds one, and the manifest is what makes it one. */
export interface BackupManifest {
  readonly format: typeof BACKUP_FORMAT;
  /** The moment that the backup shows, ISO 8601. */
  readonly takenAt: string;
  /** Version of the store's schema. */
  readonly schema: number;
  readonly database: BackedUpFile;
  /** A list of all large blobs as `sha256sum` writes and checks it. */
  readonly list: BackedUpFile;
  readonly blobs: { readonly files: number; readonly bytes: number };
}

export interface BackedUpFile {
  /** Name within the backup. */
  readonly file: string;
  readonly bytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

export const BACKUP_FORMAT = 'ceralacca-backup/1';
const MANIFEST = 'manifest.json';

/** Reads a manifest. @throws Fault `backup-unreadable` */
export async function readManifest(folder: string): Promise<BackupManifest> {
  const path = join(folder, MANIFEST);
  try {
    const manifest = JSON.parse(await readFile(path, 'utf8')) as Partial<BackupManifest>;
    const { format, database, list, blobs } = manifest;
    if (format === BACKUP_FORMAT && isFile(database) && isFile(list) && typeof blobs?.files === 'number')
      return manifest as BackupManifest;
  } catch (cause) {
    throw new Fault('backup-unreadable', `${path} cannot be read: ${(cause as Error).message}`, {
      temporary: false,
      cause,
    });
  }
  throw new Fault('backup-unreadable', `${path} is not of a backup of this program`, { temporary: false });
}

/** A name of its own only, so that nothing is read or written beside the backup. */
function isFile(file: BackedUpFile | undefined): boolean {
  return file !== undefined && /^[\w.-]+$/.test(file.file) && /^[0-9a-f]{64}$/.test(file.sha256);
}

/** From here on the backup is this one: whatever interrupts the writing leaves the one before, or this. */
export async function writeManifest(folder: string, manifest: BackupManifest): Promise<void> {
  const path = join(folder, MANIFEST);
  const file = await open(`${path}.partial`, 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(manifest, null, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.partial`, path);
  await syncFolder(dirname(path));
}

/** Size and hash of a file, read once. */
export async function measure(path: string): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES })) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** Copies a file onto stable storage, hashing it on the way; its name is the caller's to sync. */
export async function copyMeasured(from: string, to: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  const target = await open(to, 'w', 0o600);
  try {
    for await (const chunk of createReadStream(from, { highWaterMark: READ_BYTES })) {
      hash.update(chunk as Buffer);
      bytes += (chunk as Buffer).length;
      await target.appendFile(chunk as Buffer);
    }
    await target.sync();
  } finally {
    await target.close();
  }
  return { bytes, sha256: hash.digest('hex') };
}

const READ_BYTES = 1024 * 1024;
