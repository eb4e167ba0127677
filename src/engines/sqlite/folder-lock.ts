// SPDX-License-Identifier: EUPL-1.2
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Fault } from '../../platform/faults.ts';
import { type Database, openDatabase, saysBusy, storeFault } from './driver.ts';

/**
 * Takes the folder for this process; throws `store-locked`, naming who has it. The lock is the
 * operating system's, on a file nothing else uses, so a killed process cannot leave it behind.
 */
export function lockFolder(folder: string): Disposable {
  const holderFile = join(folder, 'holder');
  const database = openDatabase(join(folder, 'lock'), { readOnly: false });
  try {
    // A write lock without a write: nothing reaches the file, and no journal stays behind.
    database.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  } catch (cause) {
    database[Symbol.dispose]();
    if (!saysBusy(cause)) throw storeFault(cause);
    const message = `the store in ${folder} is in use by ${holderIn(holderFile)}`;
    throw new Fault('store-locked', message, { temporary: true, cause });
  }
  writeFileSync(holderFile, `process ${process.pid} on ${hostname()}\n`);
  return { [Symbol.dispose]: () => release(database) };
}

/** Whether some process has the store of a folder open. Leaves no trace. @throws Fault `store-unavailable` */
export function isFolderLocked(folder: string): boolean {
  const path = join(folder, 'lock');
  if (!existsSync(path)) return false;
  const database = openDatabase(path, { readOnly: true });
  try {
    database.exec('PRAGMA busy_timeout = 0; PRAGMA user_version');
    return false;
  } catch (error) {
    if (saysBusy(error)) return true;
    throw storeFault(error);
  } finally {
    database[Symbol.dispose]();
  }
}

function release(database: Database): void {
  database.exec('ROLLBACK');
  database[Symbol.dispose]();
}

function holderIn(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim() || 'another process';
  } catch {
    return 'another process';
  }
}
