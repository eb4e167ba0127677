// SPDX-License-Identifier: EUPL-1.2
import { join } from 'node:path';
import type { ContentReader } from '../../mailroom/contents/content-store.ts';
import type { QuarantineReader } from '../../mailroom/quarantine/quarantine-store.ts';
import { Fault } from '../../platform/faults.ts';
import { BlobFiles } from '../blobs/blobs.ts';
import { openDatabase, storeFault } from './driver.ts';
import { SqliteContentReader } from './readers/content-reader.ts';
import { SqliteQuarantineReader } from './readers/quarantine-reader.ts';
import { holdsStore } from './stored-records.ts';

/** The quarantine of a store, with the messages that lie in it. */
export interface StoredQuarantine extends Disposable {
  readonly entries: QuarantineReader;
  readonly contents: ContentReader;
}

/**
 * Opens the quarantine of a store for reading, beside the process that has the store.
 *
 * @throws Fault `store-missing` when there is no store in the folder, `store-unavailable`
 */
export function openStoredQuarantine(folder: string): StoredQuarantine {
  if (!holdsStore(folder)) throw new Fault('store-missing', `no store in ${folder}`, { temporary: false });
  try {
    using stack = new DisposableStack();
    const database = stack.use(openDatabase(join(folder, 'store.db'), { readOnly: true }));
    const entries = new SqliteQuarantineReader(database);
    const files = new BlobFiles(join(folder, 'blobs'), () => true);
    const contents = new SqliteContentReader(database, files);
    const open = stack.move();
    return { entries, contents, [Symbol.dispose]: () => open.dispose() };
  } catch (error) {
    throw storeFault(error);
  }
}
