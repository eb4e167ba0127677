// SPDX-License-Identifier: EUPL-1.2
import type { Step, StepPart } from '../steps/step-store.ts';
import type { Refusal } from './courier.ts';
import type { QueueEntry } from './queue-store.ts';

/** What follows from the fate of a relay, committed in one step with it. */
export type Consequences = readonly StepPart[] | Partial<Step>;

/** What the points make of a relay: records of the certification log, M13 and the like. */
export interface RelayEvents {
  /** The other side has taken these forward paths. Must not fail: the entry would be held. */
  onRelayed(
    entry: QueueEntry,
    accepted: readonly string[],
    peerReply: string | undefined,
  ): Consequences | Promise<Consequences>;
  /** These will never be taken (AP-34). When it fails, the refusals are met and told again later. */
  onRefused(entry: QueueEntry, refusals: readonly Refusal[]): Consequences | Promise<Consequences>;
  /** The entry's life is over, with all forward paths still in it (AP-33, AP-34). Asked again when it fails. */
  onExpired(entry: QueueEntry): Consequences | Promise<Consequences>;
}

/**
 * One step out of an entry's own acts and what follows from them. The consequences hold only while
 * the entry is queued, and stand before its settling, which ends that.
 */
export function relayStep(facts: {
  readonly entry: QueueEntry;
  readonly parts: readonly StepPart[];
  readonly consequences: readonly Consequences[];
}): Step {
  const steps = facts.consequences.map((one): Partial<Step> => (isParts(one) ? { parts: one } : one));
  const queued = { is: 'queued', entry: facts.entry.id } as const;
  return {
    blobs: steps.flatMap(({ blobs }) => blobs ?? []),
    contents: steps.flatMap(({ contents }) => contents ?? []),
    parts: [
      ...steps
        .flatMap(({ parts }) => parts ?? [])
        .map((part) => ({ ...part, onlyIf: [queued, ...(part.onlyIf ?? [])] })),
      ...facts.parts,
    ],
  };
}

function isParts(consequences: Consequences): consequences is readonly StepPart[] {
  return Array.isArray(consequences);
}
