// SPDX-License-Identifier: EUPL-1.2
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { checkStore } from '../engines/sqlite/check/store-check.ts';
import { isFolderLocked } from '../engines/sqlite/folder-lock.ts';
import { holdsStore } from '../engines/sqlite/stored-records.ts';
import type { Finding } from '../platform/findings.ts';
import { examineLives } from '../points/invariants/invariants.ts';

export interface StoreExaminationOptions {
  /** A provider's folder, or the store within. */
  readonly folder: string;
  /** Leaves the octets alone: no hash and no MIME index is worked out anew. */
  readonly quick?: boolean;
}

/**
 * Everything that must hold of a provider's store, looked at in one moment of it: what rests on disk, how it hangs
 * together, and the life of each certified message. Writes nothing; the provider may be running.
 *
 * @throws Fault `store-missing`, `store-newer`, `store-older`, `store-unavailable`
 */
export async function* examineStore(options: StoreExaminationOptions): AsyncGenerator<Finding> {
  const { folder, quick = false } = options;
  const inProvider = !holdsStore(folder);
  yield* checkStore({ folder: inProvider ? join(folder, 'store') : folder, quick, more: examineLives });
  if (inProvider) yield* examineSpool(folder);
}

/** What a killed process left of messages that were coming in. */
async function* examineSpool(folder: string): AsyncGenerator<Finding> {
  if (isFolderLocked(join(folder, 'store'))) return;
  const names = await readdir(join(folder, 'spool')).catch(() => []);
  for (const name of names.filter((each) => each.startsWith('spool-'))) {
    const what = 'of a message that was never answered: swept at the next start';
    yield { code: 'spool-file-left', what, where: join(folder, 'spool', name), passing: true };
  }
}
