// SPDX-License-Identifier: EUPL-1.2
import { join } from 'node:path';
import type { LogReader } from '../../evidence/certification-log/log-store.ts';
import type { FrameReader } from '../../mailroom/frames/frame-store.ts';
import { Fault } from '../../platform/faults.ts';
import { BlobFiles } from '../blobs/blobs.ts';
import { openDatabase, storeFault } from './driver.ts';
import { SqliteContentReader } from './readers/content-reader.ts';
import { SqliteFrameReader } from './readers/frame-reader.ts';
import { SqliteLogReader } from './readers/log-reader.ts';
import { holdsStore } from './stored-records.ts';

/** The frames of a store, with the log that says whose they are. */
export interface StoredFrames extends Disposable {
  readonly frames: FrameReader;
  readonly log: LogReader;
}

/**
 * Opens the frames of a store for reading, beside the process that has the store.
 *
 * @throws Fault `store-missing` when there is no store in the folder, `store-unavailable`
 */
export function openStoredFrames(folder: string): StoredFrames {
  if (!holdsStore(folder)) throw new Fault('store-missing', `no store in ${folder}`, { temporary: false });
  try {
    using stack = new DisposableStack();
    const database = stack.use(openDatabase(join(folder, 'store.db'), { readOnly: true }));
    const contents = new SqliteContentReader(database, new BlobFiles(join(folder, 'blobs'), () => true));
    const frames = new SqliteFrameReader(database, contents);
    const log = new SqliteLogReader(database);
    const open = stack.move();
    return { frames, log, [Symbol.dispose]: () => open.dispose() };
  } catch (error) {
    throw storeFault(error);
  }
}
