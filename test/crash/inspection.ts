// SPDX-License-Identifier: EUPL-1.2
import { join } from 'node:path';
import { BlobFiles } from '../../src/engines/blobs/blobs.ts';
import { type Database, openDatabase } from '../../src/engines/sqlite/driver.ts';
import { SqliteReaders } from '../../src/engines/sqlite/readers/sqlite-readers.ts';

/** A look into the store of a running provider, by a connection of its own that only reads. */
export class Inspection implements Disposable {
  readonly readers: SqliteReaders;
  readonly database: Database;

  /** To be closed before the provider is killed: who comes first afterwards has to recover the database. */
  constructor(data: string) {
    const store = join(data, 'store');
    this.database = openDatabase(join(store, 'store.db'), { readOnly: true });
    this.readers = new SqliteReaders(this.database, new BlobFiles(join(store, 'blobs'), () => true));
  }

  [Symbol.dispose](): void {
    this.database[Symbol.dispose]();
  }
}
