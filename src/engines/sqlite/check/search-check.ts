// SPDX-License-Identifier: EUPL-1.2
import { existsSync } from 'node:fs';
import type { Finding } from '../../../platform/findings.ts';
import { type Database, openDatabase } from '../driver.ts';
import { whyUseless } from '../search/search-schema.ts';

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
    const what = whyUseless(index, database);
    if (what !== undefined) yield { code: 'search-index-ahead', what, where, passing: true };
  } catch (error) {
    yield { code: 'search-index-damaged', what: String((error as Error).message), where, passing: true };
  }
}
