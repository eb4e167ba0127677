// SPDX-License-Identifier: EUPL-1.2
import { existsSync } from 'node:fs';
import type { Finding } from '../../../platform/findings.ts';
import { type Database, openDatabase } from '../driver.ts';

/**
 * The search index is not ahead of the store. Nothing of it is damage: it is made anew from the store, so its
 * findings pass by themselves.
 */
export function* checkSearch(database: Database, path: string): Generator<Finding> {
  if (!existsSync(path)) return;
  const where = 'search.db';
  try {
    using index = openDatabase(path, { readOnly: true });
    for (const { quick_check: what } of index.prepare<{ quick_check: string }>('PRAGMA quick_check').each())
      if (what !== 'ok') yield { code: 'search-index-damaged', what, where, passing: true };
    const modseq = database.prepare<{ modseq: number }>('SELECT modseq FROM mailboxes WHERE id = ?');
    const indexed = index.prepare<{ mailbox: number; indexedUpTo: number }>(
      'SELECT mailbox, indexedUpTo FROM mailboxes',
    );
    for (const { mailbox, indexedUpTo } of indexed.all()) {
      const known = modseq.get(mailbox)?.modseq ?? 0;
      if (indexedUpTo <= known) continue;
      const what = `mailbox ${mailbox} is indexed up to ${indexedUpTo} and has come to ${known}`;
      yield { code: 'search-index-ahead', what, where, passing: true };
    }
  } catch (error) {
    yield { code: 'search-index-damaged', what: String((error as Error).message), where, passing: true };
  }
}
