// SPDX-License-Identifier: EUPL-1.2
import type { LogRecord } from '../../evidence/certification-log/log-store.ts';
import type { HouseRecords } from './houses.ts';

/** A record and the provider whose log it stands in. */
export interface TrailRecord {
  readonly house: string | null;
  readonly record: LogRecord;
}

/**
 * All that the houses know of a message, by its PEC msgid or its client's Message-ID, in the order of
 * time. A Message-ID leads to every message that had it.
 */
export function findTrail(houses: readonly HouseRecords[], id: string): TrailRecord[] {
  const asked = houses.flatMap(({ records }) => records.log.recordsAbout(id));
  // What is known by the one name may be written under the other alone.
  const ids = new Set([id, ...asked.map(({ identifier }) => identifier).filter((found) => found !== '')]);
  const trail = houses.flatMap((house) => recordsOf(house, ids));
  return trail.sort((one, other) => one.record.instant - other.record.instant);
}

function recordsOf({ name, records }: HouseRecords, ids: ReadonlySet<string>): TrailRecord[] {
  const found = new Map<number, LogRecord>();
  for (const id of ids) {
    for (const record of records.log.recordsAbout(id)) found.set(record.sequence, record);
  }
  const inOrder = [...found.values()].sort((one, other) => one.sequence - other.sequence);
  return inOrder.map((record) => ({ house: name, record }));
}
