// SPDX-License-Identifier: EUPL-1.2
import { join } from 'node:path';
import { Fault } from '../../../platform/faults.ts';
import type { Finding } from '../../../platform/findings.ts';
import { BlobFiles } from '../../blobs/blobs.ts';
import { type Database, openDatabase, saysDamaged, storeFault } from '../driver.ts';
import { SqliteContentReader } from '../readers/content-reader.ts';
import { SqliteReaders } from '../readers/sqlite-readers.ts';
import { migrationsKnown, versionOf } from '../schema.ts';
import { holdsStore } from '../stored-records.ts';
import { checkBlobs } from './blob-check.ts';
import { checkContents } from './content-check.ts';
import { checkDatabase, checkLog, checkRevocationLists, checkServingSpans } from './database-check.ts';
import { checkRows } from './row-checks.ts';
import { checkSearch } from './search-check.ts';

export interface StoreCheckOptions {
  /** Folder of the store alone. */
  readonly folder: string;
  /** Leaves the octets alone: no hash and no MIME index is worked out anew. */
  readonly quick?: boolean;
  /** Checks of others over the same moment of the store. */
  readonly more?: (readers: SqliteReaders) => Iterable<Finding>;
}

/**
 * Looks at one moment of a store, beside the process that has it open or of one that nobody has. Writes nothing
 * and holds up nobody, but the write-ahead log cannot start anew until it is done.
 *
 * @throws Fault `store-missing`, `store-newer`, `store-older`, `store-unavailable`
 */
export async function* checkStore(options: StoreCheckOptions): AsyncGenerator<Finding> {
  const { folder } = options;
  if (!holdsStore(folder)) throw new Fault('store-missing', `no store in ${folder}`, { temporary: false });
  const path = join(folder, 'store.db');
  try {
    using database = openMoment(path);
    using now = openDatabase(path, { readOnly: true });
    yield* checkMoment(options, { database, now });
  } catch (error) {
    // Pages that cannot be read end the check: what lies behind them is not known.
    if (!saysDamaged(error)) throw storeFault(error);
    yield { code: 'database-damaged', what: (error as Error).message, where: 'store.db' };
  }
}

/** A connection that sees this moment for as long as it lives. */
function openMoment(path: string): Database {
  let database: Database | undefined;
  try {
    database = openDatabase(path, { readOnly: true });
    database.exec('PRAGMA temp_store = MEMORY; BEGIN');
    const version = versionOf(database);
    if (version > migrationsKnown())
      throw new Fault('store-newer', `the store has version ${version}: use the program that wrote it`, {
        temporary: false,
      });
    if (version === migrationsKnown()) return database;
    throw new Fault('store-older', `the store has version ${version}: start the provider once`, {
      temporary: false,
    });
  } catch (error) {
    database?.[Symbol.dispose]();
    throw error;
  }
}

async function* checkMoment(
  { folder, quick = false, more }: StoreCheckOptions,
  { database, now }: { readonly database: Database; readonly now: Database },
): AsyncGenerator<Finding> {
  const files = new BlobFiles(join(folder, 'blobs'), () => true);
  const readers = new SqliteReaders(database, files);
  const current = new SqliteContentReader(now, files);
  const isKept = current.hasBlob.bind(current);
  yield* checkDatabase(database);
  yield* checkRows(database);
  yield* checkLog(database);
  yield* checkRevocationLists(database, { quick });
  yield* checkServingSpans(database);
  yield* more?.(readers) ?? [];
  yield* checkBlobs({ database, files, isKept, quick });
  yield* checkContents({ database, readers, quick });
  for await (const { path, named } of files.list()) {
    if (named === undefined) yield { code: 'blob-file-strange', what: STRANGE, where: path, passing: true };
    else if (!isKept(named)) yield { code: 'blob-file-unnamed', what: UNNAMED, where: path, passing: true };
  }
  yield* checkSearch(database, join(folder, 'search.db'));
}

const STRANGE = 'a file that is not ours: it is left alone';
const UNNAMED = 'of a step under way, or of one that was never committed: swept at the next start';
