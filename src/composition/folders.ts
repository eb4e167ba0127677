// SPDX-License-Identifier: EUPL-1.2
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../platform/faults.ts';

export interface Folders {
  readonly store: string;
  readonly spool: string;
  /** The last good copy of the provider index. */
  readonly indexCopy: string;
}

/** Makes the folders of a provider. Throws the Fault `folder-unusable`. */
export async function openFolders(folder: string): Promise<Folders> {
  const folders = {
    store: join(folder, 'store'),
    spool: join(folder, 'spool'),
    indexCopy: join(folder, 'index-last-good.p7m'),
  };
  try {
    await mkdir(folders.spool, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const sentence = `the folder ${folder} cannot be used: ${(cause as Error).message}`;
    throw new Fault('folder-unusable', sentence, { temporary: false, cause });
  }
  return folders;
}

/**
 * Removes spool files that a killed process left: their senders were never answered. To be called
 * once the store's lock is held, so that no living process loses its own.
 */
export async function sweepSpool(spool: string): Promise<void> {
  for (const name of await readdir(spool)) {
    if (name.startsWith('spool-')) await rm(join(spool, name), { force: true });
  }
}
