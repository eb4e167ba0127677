// SPDX-License-Identifier: EUPL-1.2
import type { ArchivedList, RevocationAct } from '../../trust/signing/revocation-archive-store.ts';
import type { Tables } from './tables.ts';

export function performRevocationAct(tables: Tables, act: RevocationAct): void {
  if (act.do === 'forget-revocation-list') {
    tables.revocationLists.delete(act.sha256);
    return;
  }
  const { list, der } = act;
  if (!tables.revocationLists.has(list.sha256))
    tables.revocationLists.set(list.sha256, { list, der: Buffer.from(der) });
}

/** The earliest first. */
export function revocationListsInOrder(tables: Tables): ArchivedList[] {
  const lists = tables.revocationLists.values().map(({ list }) => list);
  return lists.sort((one, other) => one.thisUpdate - other.thisUpdate);
}
