// SPDX-License-Identifier: EUPL-1.2
import { link, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import type { Instant } from '../../../platform/clock.ts';
import { Fault } from '../../../platform/faults.ts';
import type { Finding } from '../../../platform/findings.ts';
import { BlobFiles, type BlobName, syncFolder } from '../../blobs/blobs.ts';
import { type Database, openDatabase, storeFault } from '../driver.ts';
import { lockFolder } from '../folder-lock.ts';
import { SqliteContentReader } from '../readers/content-reader.ts';
import { versionOf } from '../schema.ts';
import { holdsStore } from '../stored-records.ts';
import { BACKUP_FORMAT, type BackedUpFile, copyMeasured, measure, writeManifest } from './backup-manifest.ts';

export interface StoreBackupOptions {
  /** Folder of the store, which may be open elsewhere. */
  readonly folder: string;
  /** Folder of the backup; one taken there before is brought up to date. */
  readonly to: string;
  readonly now: () => Instant;
  /** Links large blobs instead of copying them: at once and without room, but on the same disk. */
  readonly link?: boolean;
}

export interface StoreBackup {
  readonly takenAt: Instant;
  readonly databaseBytes: number;
  /** Large blobs that were brought, and those that an earlier backup had brought. */
  readonly brought: number;
  readonly known: number;
  readonly bytes: number;
  /** Blobs that are not what they should be in the store itself: they are in the backup as they are. */
  readonly findings: readonly Finding[];
}

/** Moments tried until one stands still for as long as its large blobs need. */
const ATTEMPTS = 20;

/**
 * Backs one moment of a store up, beside the process that has it open: readers of the write-ahead log hold up
 * nobody, and large blobs never change. Those that go while they are brought make it begin again with a later
 * moment, for which nearly all are there already.
 *
 * @throws Fault `store-missing`, `store-locked` (another backup to the same folder), `backup-unsettled`,
 * `store-full`, `store-unavailable`
 */
export async function backUpStore(options: StoreBackupOptions): Promise<StoreBackup> {
  const { folder, to } = options;
  if (!holdsStore(folder)) throw new Fault('store-missing', `no store in ${folder}`, { temporary: false });
  try {
    await mkdir(join(to, 'blobs'), { recursive: true, mode: 0o700 });
    using _lock = lockFolder(to);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const backup = await new StoreBackupAttempt(options).make();
      if (backup !== undefined) return backup;
    }
  } catch (error) {
    throw storeFault(error);
  }
  throw new Fault('backup-unsettled', `large messages go faster than they can be brought to ${to}`, {
    temporary: true,
  });
}

interface BlobRow extends BlobName {
  readonly size: number;
}

class StoreBackupAttempt {
  readonly #options: StoreBackupOptions;
  readonly #source: BlobFiles;
  readonly #target: BlobFiles;
  readonly #touched = new Set<string>();
  readonly #findings: Finding[] = [];
  #brought = 0;
  #known = 0;
  #bytes = 0;

  constructor(options: StoreBackupOptions) {
    this.#options = options;
    this.#source = new BlobFiles(join(options.folder, 'blobs'), () => true);
    this.#target = new BlobFiles(join(options.to, 'blobs'), () => true);
  }

  /** Undefined when a large blob went with its last reference before it was brought. */
  async make(): Promise<StoreBackup | undefined> {
    const { folder, to, now } = this.#options;
    using database = openDatabase(join(folder, 'store.db'), { readOnly: true });
    // From the first reading to the end of it the connection sees one moment.
    database.exec('BEGIN');
    const schema = versionOf(database);
    const takenAt = now();
    const partial = join(to, 'blobs.partial');
    const list = await open(partial, 'w', 0o600);
    try {
      for (const row of rowsOf(database)) {
        if (!(await this.#bring(row))) return undefined;
        await list.appendFile(`${digestOf(row)}  ${this.#nameOf(row)}\n`);
      }
      await list.sync();
    } finally {
      await list.close();
    }
    await this.#syncFolders();
    const listed = await this.#settle(partial, 'blobs', 'sha256');
    const copied = await this.#copyDatabase(database);
    const blobs = { files: this.#brought + this.#known, bytes: this.#bytes };
    const manifest = { format: BACKUP_FORMAT, takenAt: new Date(takenAt).toISOString(), schema } as const;
    await writeManifest(to, { ...manifest, database: copied, list: listed, blobs });
    await this.#removeOthers(new Set([copied.file, listed.file]), join(to, copied.file));
    return {
      takenAt,
      databaseBytes: copied.bytes,
      brought: this.#brought,
      known: this.#known,
      bytes: this.#bytes,
      findings: this.#findings,
    };
  }

  /** Brings one blob, unless an earlier backup did. */
  async #bring(row: BlobRow): Promise<boolean> {
    const target = this.#target.pathOf(row);
    const there = await stat(target).catch(() => undefined);
    this.#bytes += row.size;
    if (there?.size === row.size) {
      this.#known += 1;
      return true;
    }
    const fanOut = dirname(target);
    if (!this.#touched.has(fanOut)) await mkdir(fanOut, { recursive: true, mode: 0o700 });
    this.#touched.add(fanOut);
    try {
      await this.#place(row, target);
      this.#brought += 1;
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      if (!this.#isKeptNow(row)) return false;
      this.#tell('blob-missing', 'its file is not there', row);
      return true;
    }
  }

  async #place(row: BlobRow, target: string): Promise<void> {
    const source = this.#source.pathOf(row);
    if (this.#options.link === true) {
      await rm(target, { force: true });
      await link(source, target);
      return;
    }
    const { bytes, sha256 } = await copyMeasured(source, `${target}.partial`);
    await rename(`${target}.partial`, target);
    if (bytes !== row.size || sha256 !== digestOf(row))
      this.#tell('blob-damaged', 'its octets do not have its SHA-256', row);
  }

  #isKeptNow(row: BlobRow): boolean {
    using now = openDatabase(join(this.#options.folder, 'store.db'), { readOnly: true });
    return new SqliteContentReader(now, this.#source).hasBlob(row);
  }

  #tell(code: string, what: string, { id }: BlobRow): void {
    this.#findings.push({ code, what, where: `blob ${id}` });
  }

  #nameOf(row: BlobRow): string {
    return relative(this.#options.to, this.#target.pathOf(row));
  }

  async #copyDatabase(database: Database): Promise<BackedUpFile> {
    const partial = join(this.#options.to, 'store.partial');
    await rm(partial, { force: true });
    await database.copyTo(partial);
    {
      // One file that stands alone: nobody needs a write-ahead log to read it.
      using copy = openDatabase(partial, { readOnly: false });
      copy.exec('PRAGMA journal_mode = DELETE');
    }
    const file = await open(partial, 'r+');
    await file.chmod(0o600);
    await file.sync();
    await file.close();
    return this.#settle(partial, 'store', 'db');
  }

  /** Gives a file a name that is its own, so that the manifest before still has its files until the next is there. */
  async #settle(partial: string, name: string, ending: string): Promise<BackedUpFile> {
    const { bytes, sha256 } = await measure(partial);
    const file = `${name}-${sha256.slice(0, 16)}.${ending}`;
    await rename(partial, join(this.#options.to, file));
    return { file, bytes, sha256 };
  }

  async #syncFolders(): Promise<void> {
    for (const folder of this.#touched) await syncFolder(folder);
    await syncFolder(join(this.#options.to, 'blobs'));
    await syncFolder(this.#options.to);
  }

  /** What only the backup before needed. */
  async #removeOthers(needed: ReadonlySet<string>, databasePath: string): Promise<void> {
    const { to } = this.#options;
    for (const name of await readdir(to))
      if (/^(store|blobs)(-[0-9a-f]{16}\.|\.partial)/.test(name) && !needed.has(name))
        await rm(join(to, name), { force: true });
    using copy = openDatabase(databasePath, { readOnly: true });
    const contents = new SqliteContentReader(copy, this.#target);
    for await (const { path, named } of this.#target.list())
      if (named !== undefined && !contents.hasBlob(named)) await rm(path, { force: true });
  }
}

/** Page by page: files are brought in between. */
function* rowsOf(database: Database): Generator<BlobRow> {
  const page = database.prepare<BlobRow>(
    `SELECT id, size, sha256 FROM blobs WHERE isFile = 1 AND id > ? ORDER BY id LIMIT ${PAGE}`,
  );
  for (let after = 0; ; ) {
    const rows = page.all(after);
    yield* rows;
    after = rows.at(-1)?.id ?? 0;
    if (rows.length < PAGE) return;
  }
}

const PAGE = 1000;

function digestOf({ sha256 }: BlobName): string {
  return Buffer.from(sha256).toString('hex');
}

/** Whether a name could be that of a blob of a backup: nothing else is ever read by a list. */
export function isBlobName(name: string): boolean {
  return (
    /^blobs\/[0-9a-f]{2}\/[0-9a-f]{64}\.[0-9]{1,15}$/.test(name) &&
    basename(name).startsWith(name.slice(6, 8))
  );
}
