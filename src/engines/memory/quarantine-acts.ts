// SPDX-License-Identifier: EUPL-1.2
import type { NewQuarantined, QuarantineId } from '../../mailroom/quarantine/quarantine-store.ts';
import type { Instant } from '../../platform/clock.ts';
import { type Brought, referToContent, releaseContent } from './content-acts.ts';
import type { Tables } from './tables.ts';

export function quarantine(tables: Tables, task: { infected: NewQuarantined; brought: Brought }): void {
  const { infected, brought } = task;
  referToContent(tables, { content: infected.content, brought });
  const id = tables.next('quarantine');
  tables.quarantine.set(id, { ...infected, id });
}

/** LOG-9: whether the entry is there and its time is over. */
export function isQuarantineOver(
  tables: Tables,
  { entry, at }: { entry: QuarantineId; at: Instant },
): boolean {
  const kept = tables.quarantine.get(entry);
  return kept !== undefined && kept.keepUntil <= at;
}

export function endQuarantine(tables: Tables, ending: { entry: QuarantineId; at: Instant }): void {
  const kept = tables.quarantine.get(ending.entry);
  if (kept === undefined || !isQuarantineOver(tables, ending)) return;
  tables.quarantine.delete(ending.entry);
  releaseContent(tables, kept.content);
}
