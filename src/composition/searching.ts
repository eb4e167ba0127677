// SPDX-License-Identifier: EUPL-1.2
import { openSqliteSearch, type SqliteSearch } from '../engines/sqlite/search/sqlite-search.ts';
import type { HouseStore } from '../mailroom/steps/house-store.ts';
import type { Journal } from '../platform/journal.ts';

/**
 * Opens the index over a store in its folder. What it keeps of messages is worked out in a thread of its own by
 * the module that knows what mail programs ask for. Throws the Fault `search-index-unavailable`.
 */
export function openSearch(options: {
  readonly folder: string;
  readonly store: HouseStore;
  readonly journal: Journal;
}): Promise<SqliteSearch> {
  // The build turns .ts files into .js ones, and their imports too, but it does not see this one.
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const derivation = new URL(`../fronts/imap/card-derivation.${extension}`, import.meta.url);
  return openSqliteSearch({ ...options, derivationModule: derivation.href });
}
