// SPDX-License-Identifier: EUPL-1.2
import { existsSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { openDatabase } from '../../src/engines/sqlite/driver.ts';
import { rowOf } from '../../src/engines/sqlite/search/search-schema.ts';
import { searchFile } from './kept-bytes.ts';

const LOOK_MS = 200;
const LONGEST_MS = 30 * 60_000;

/** Messages of a store that its search index does not know yet, by the two files. */
export function indexBacklog(storeFile: string): number {
  if (!existsSync(searchFile(storeFile))) throw new Error(`${searchFile(storeFile)} is not there`);
  using store = openDatabase(storeFile, { readOnly: true });
  store.exec(`ATTACH '${searchFile(storeFile).replaceAll("'", "''")}' AS search`);
  // A change of flags also raises the MODSEQ of a message that the index knows.
  const missing = store.prepare<{ number: number }>(
    `SELECT count(*) AS number FROM folders f
     LEFT JOIN search.mailboxes i ON i.mailbox = f.mailbox
     JOIN messages m ON m.folder = f.id AND m.modseq > coalesce(i.indexedUpTo, 0)
     LEFT JOIN search.facts k ON k.id = f.mailbox * ${rowOf(1, 0)} + m.content
     WHERE f.highestModseq > coalesce(i.indexedUpTo, 0) AND k.id IS NULL`,
  );
  return missing.get()?.number ?? 0;
}

/** Resolves when the search index of a provider knows every message; what follows is measured without its work. */
export async function indexComplete(storeFile: string): Promise<void> {
  const late = performance.now() + LONGEST_MS;
  while (indexBacklog(storeFile) > 0) {
    if (performance.now() > late) throw new Error(`${searchFile(storeFile)} does not catch up`);
    await setTimeout(LOOK_MS);
  }
}
