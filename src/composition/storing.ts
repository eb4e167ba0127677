// SPDX-License-Identifier: EUPL-1.2
import { openSqliteStore, type SqliteStore } from '../engines/sqlite/sqlite-store.ts';
import { countRecords, timeCommits } from './counting.ts';
import type { Around } from './surroundings.ts';

/**
 * Opens the store, counted and timed. A writer that dies is an alert: of one that was replaced until it
 * answers, of one that was not for as long as the process lasts. Throws what `openSqliteStore` throws.
 */
export async function openStore(folder: string, { alerts, journal, metrics }: Around): Promise<SqliteStore> {
  const store = await openSqliteStore({
    folder,
    journal,
    onCommit: timeCommits(metrics),
    onFailure: (fault, restarted) =>
      alerts.raise({
        code: restarted ? 'store-writer-restarted' : 'store-writer-dead',
        sentence: restarted
          ? 'the writer of the store died and was replaced'
          : 'the writer of the store died: nothing is accepted any more',
        facts: { error: fault },
      }),
  });
  countRecords(store, metrics);
  return store;
}
