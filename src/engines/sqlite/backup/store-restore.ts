// SPDX-License-Identifier: EUPL-1.2
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Instant } from '../../../platform/clock.ts';
import { Fault } from '../../../platform/faults.ts';
import { syncFolder } from '../../blobs/blobs.ts';
import { type Database, openDatabase, storeFault } from '../driver.ts';
import { isFolderLocked } from '../folder-lock.ts';
import { migrate } from '../schema.ts';
import { type BackedUpFile, type BackupManifest, copyMeasured, readManifest } from './backup-manifest.ts';
import { isBlobName } from './store-backup.ts';

export interface StoreRestoreOptions {
  /** Folder of the backup. */
  readonly from: string;
  /** Folder of the store to come; missing or empty. */
  readonly folder: string;
  readonly now: () => Instant;
  /** Looks at the restored store before it gets its name; what it throws keeps it from that. */
  readonly examine: (folder: string) => Promise<void>;
  /** Large blobs that are damaged or missing are taken as they are: better the rest than nothing. */
  readonly evenDamaged?: boolean;
}

/**
 * Makes a store of a backup: all of it, as the manifest says, or none. It is another store than the one that was
 * backed up, because that one went on: UIDs, ids and the search index of then are not taken for its own.
 *
 * @throws Fault `restore-folder-taken`, `store-locked`, `backup-unreadable`, `backup-damaged`, `store-newer`, and
 * whatever `examine` throws
 */
export async function restoreStore(options: StoreRestoreOptions): Promise<BackupManifest> {
  const { from, folder, now, examine } = options;
  await refuseTaken(folder);
  const manifest = await readManifest(from);
  const work = `${folder}.restoring`;
  try {
    await rm(work, { recursive: true, force: true });
    await mkdir(join(work, 'blobs'), { recursive: true, mode: 0o700 });
    const path = join(work, 'store.db');
    await copyListed(from, manifest.database, path);
    await copyBlobs(from, { manifest, work, evenDamaged: options.evenDamaged === true });
    {
      using database = openDatabase(path, { readOnly: false });
      migrate(database);
      becomeAnother(database, now());
    }
    await examine(work);
    await syncFolder(work);
    await mkdir(folder, { recursive: true });
    // A rename takes the place of an empty folder.
    await rename(work, folder);
    await syncFolder(dirname(folder));
    return manifest;
  } catch (error) {
    // What `examine` throws is the caller's.
    throw error instanceof Error && 'code' in error ? storeFault(error) : error;
  }
}

async function refuseTaken(folder: string): Promise<void> {
  if (isFolderLocked(folder))
    throw new Fault('store-locked', `a provider runs in ${folder}: stop it first`, { temporary: true });
  const there = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw storeFault(error);
  });
  if (there.length === 0) return;
  throw new Fault('restore-folder-taken', `${folder} is not empty: move what is there out of the way`, {
    temporary: false,
  });
}

async function copyListed(from: string, wanted: Omit<BackedUpFile, 'bytes'>, to: string): Promise<void> {
  const { sha256 } = await copyMeasured(join(from, wanted.file), to).catch((error: unknown) => {
    throw damaged(wanted.file, (error as Error).message);
  });
  if (sha256 !== wanted.sha256) throw damaged(wanted.file, 'it is not the file that was written');
}

/** Each blob of the list, all of them, and nothing else. */
async function copyBlobs(
  from: string,
  what: { readonly manifest: BackupManifest; readonly work: string; readonly evenDamaged: boolean },
): Promise<void> {
  const { manifest, work, evenDamaged } = what;
  const list = join(work, 'blobs.list');
  await copyListed(from, manifest.list, list);
  const folders = new Set<string>();
  let files = 0;
  for await (const line of createInterface({
    input: createReadStream(list),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    const [sha256 = '', name = ''] = line.split('  ');
    if (!isBlobName(name)) throw damaged(manifest.list.file, `it names ${name}`);
    const target = join(work, name);
    if (!folders.has(dirname(target))) await mkdir(dirname(target), { mode: 0o700, recursive: true });
    folders.add(dirname(target));
    files += 1;
    try {
      await copyListed(from, { file: name, sha256 }, target);
    } catch (error) {
      if (!evenDamaged || !(error instanceof Fault)) throw error;
    }
  }
  if (files !== manifest.blobs.files) throw damaged(manifest.list.file, `it names ${files} files`);
  for (const folder of [...folders, join(work, 'blobs')]) await syncFolder(folder);
  await rm(list);
}

function damaged(file: string, why: string): Fault {
  return new Fault('backup-damaged', `the backup is damaged: ${file}: ${why}`, { temporary: false });
}

/** Folders that the lost store may have made after the backup, per restoring. */
const FOLDERS_SINCE = 2 ** 20;
/** Contents and blobs that it may have made. */
const CONTENTS_SINCE = 2 ** 32;

/**
 * RFC 9051 section 2.3.1.1: UIDs given after the backup are given again, to other messages, so that every folder gets a
 * greater UIDVALIDITY, and none that is made later gets one that the lost store may have given. RFC 8474: the ids of
 * messages (EMAILID) and folders (MAILBOXID) that came after the backup do not come back.
 */
function becomeAnother(database: Database, instant: Instant): void {
  const last = database
    .prepare<{ seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'folders'")
    .get();
  const uidValidity = Math.max(Math.floor(instant / 1000), (last?.seq ?? 0) + FOLDERS_SINCE);
  database.exec('BEGIN IMMEDIATE');
  database.exec('UPDATE identity SET value = hex(randomblob(16))');
  database.prepare('UPDATE folders SET uidValidity = ?').run(uidValidity);
  database.prepare("UPDATE sqlite_sequence SET seq = ? WHERE name = 'folders'").run(uidValidity);
  database
    .prepare("UPDATE sqlite_sequence SET seq = seq + ? WHERE name IN ('contents', 'blobs')")
    .run(CONTENTS_SINCE);
  database.exec('COMMIT');
}
