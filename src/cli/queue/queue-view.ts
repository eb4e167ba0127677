// SPDX-License-Identifier: EUPL-1.2
import { openStoredQueue } from '../../engines/sqlite/stored-records.ts';
import { orderProvider } from '../../fronts/control/control-client.ts';
import type { QueueEntry } from '../../mailroom/queue/queue-store.ts';
import type { Instant } from '../../platform/clock.ts';
import { Fault } from '../../platform/faults.ts';
import { storeFolder } from '../provider-folder.ts';
import type { EntryEnd, EntryState } from '../wording/queue-words.ts';

/** The queue as the commands see it: what the store says, and what the running provider does. */
export interface QueueView {
  readonly entries: readonly QueueEntry[];
  readonly heldDestinations: readonly string[];
  readonly running: boolean;
  /** By the clock of the provider where it runs: a demo's may have been moved. */
  readonly now: Instant;
  stateOf(entry: QueueEntry): EntryState;
}

/** Reads the queue of a provider's folder, while it runs or not. @throws Fault */
export async function viewQueue(folder: string, ourNow: Instant): Promise<QueueView> {
  const provider = await askProvider(folder);
  const now = provider?.now ?? ourNow;
  using stored = openStoredQueue(storeFolder(folder));
  return {
    entries: stored.queue.listQueue(),
    heldDestinations: stored.queue.listHeldDestinations(),
    running: provider !== undefined,
    now,
    stateOf({ id, held, notBefore }) {
      if (provider?.underWay.has(id) === true) return 'under-way';
      if (held) return 'held';
      return notBefore <= now ? 'due' : 'waiting';
    },
  };
}

/** What the provider tries at the moment, by its clock; undefined when none runs. */
async function askProvider(
  folder: string,
): Promise<{ readonly underWay: ReadonlySet<number>; readonly now: Instant | undefined } | undefined> {
  try {
    const { underWay, now } = await orderProvider(folder, { order: 'queue-under-way' });
    const ids = Array.isArray(underWay) ? underWay.filter((id) => typeof id === 'number') : [];
    return { underWay: new Set(ids), now: typeof now === 'number' ? now : undefined };
  } catch (error) {
    if (error instanceof Fault && error.code === 'provider-not-running') return undefined;
    throw error;
  }
}

/** AP-34, AP-35, GEN-16: what follows when the life of an entry ends. */
export function endOf({ kind, certified }: QueueEntry): EntryEnd {
  if (kind !== 'transport-envelope') return 'record';
  return certified ? 'non-delivery' : 'bounce';
}
