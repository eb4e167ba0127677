// SPDX-License-Identifier: EUPL-1.2
import { join } from 'node:path';
import { Fault } from '../../platform/faults.ts';
import { BlobFiles } from '../blobs/blobs.ts';
import { openDatabase, storeFault } from './driver.ts';
import { SqliteReaders } from './readers/sqlite-readers.ts';
import { holdsStore } from './stored-records.ts';

/** Everything a store can be asked; nothing changes it. */
export type StoredHouse = SqliteReaders & Disposable;

/**
 * Opens a store for reading, beside the process that has it.
 *
 * @throws Fault `store-missing` when there is no store in the folder, `store-unavailable`
 */
export function openStoredHouse(folder: string): StoredHouse {
  if (!holdsStore(folder)) throw new Fault('store-missing', `no store in ${folder}`, { temporary: false });
  try {
    using stack = new DisposableStack();
    const database = stack.use(openDatabase(join(folder, 'store.db'), { readOnly: true }));
    const readers = new SqliteReaders(database, new BlobFiles(join(folder, 'blobs'), () => true));
    const open = stack.move();
    return Object.assign(readers, { [Symbol.dispose]: () => open.dispose() });
  } catch (error) {
    throw storeFault(error);
  }
}
