// SPDX-License-Identifier: EUPL-1.2
import type { NewQueueEntry, QueueEntry, QueueEntryId } from '../../mailroom/queue/queue-store.ts';
import type { Act, ActResult } from '../../mailroom/steps/step-store.ts';
import type {
  DeliveryOutcome,
  SilenceQuery,
  Submission,
  Tracking,
} from '../../mailroom/tracking/tracking-store.ts';
import type { Brought } from './content-acts.ts';
import { referToContent, releaseContent } from './content-acts.ts';
import { recipientKey, type Tables } from './tables.ts';

export function enqueue(tables: Tables, task: { entry: NewQueueEntry; brought: Brought }): ActResult {
  const { entry, brought } = task;
  referToContent(tables, { content: entry.content, brought });
  const id = tables.next('entry');
  const held = tables.heldDestinations.has(entry.destination);
  tables.queue.set(id, { ...entry, id, attempts: 0, notBefore: entry.createdAt, history: [], held });
  return { gave: 'entry', entry: id, held };
}

export function settle(tables: Tables, act: { entry: QueueEntryId; forwardPaths: readonly string[] }): void {
  const entry = tables.queue.get(act.entry);
  if (entry === undefined) return;
  const forwardPaths = entry.forwardPaths.filter((path) => !act.forwardPaths.includes(path));
  if (forwardPaths.length > 0) {
    tables.queue.set(entry.id, { ...entry, forwardPaths });
    return;
  }
  tables.queue.delete(entry.id);
  releaseContent(tables, entry.content);
}

/** Changes a queue entry; nothing happens when it is gone already. */
export function changeEntry(
  tables: Tables,
  task: { entry: QueueEntryId; change(entry: QueueEntry): QueueEntry },
): void {
  const entry = tables.queue.get(task.entry);
  if (entry !== undefined) tables.queue.set(entry.id, task.change(entry));
}

export function retryLater(tables: Tables, act: Extract<Act, { do: 'retry-later' }>): void {
  const { entry, notBefore, error: lastError } = act;
  const change = (before: QueueEntry) => {
    const { attempts, history } = before;
    return { ...before, attempts: attempts + 1, notBefore, lastError, history: act.history ?? history };
  };
  changeEntry(tables, { entry, change });
}

export function holdDestination(tables: Tables, act: Extract<Act, { do: 'hold-destination' }>): void {
  const { destination, held } = act;
  if (held) tables.heldDestinations.set(destination, { destination });
  else tables.heldDestinations.delete(destination);
  for (const entry of tables.queue.values()) {
    if (entry.destination === destination) tables.queue.set(entry.id, { ...entry, held });
  }
}

export function makeDue(tables: Tables, { entries, notBefore }: Extract<Act, { do: 'make-due' }>): void {
  for (const entry of tables.queue.values()) {
    if ('entry' in entries && entry.id !== entries.entry) continue;
    if ('destination' in entries && entry.destination !== entries.destination) continue;
    tables.queue.set(entry.id, { ...entry, notBefore });
  }
}

/** The first submission of an identifier stays. */
export function putSubmission(tables: Tables, submission: Submission): void {
  if (tables.submissions.get(submission.identifier) === undefined)
    tables.submissions.set(submission.identifier, submission);
}

/** What was tracked first stays. */
export function track(
  tables: Tables,
  { act, brought }: { readonly act: Extract<Act, { do: 'track' }>; readonly brought: Brought },
): void {
  const { tracking, envelope } = act;
  const { identifier, recipient } = tracking;
  const tracked = tables.trackings.get(identifier) ?? [];
  if (tracked.some((other) => isAbout(other, recipient))) return;
  setTrackings(tables, identifier, [...tracked, tracking]);
  if (envelope === undefined) return;
  referToContent(tables, { content: envelope, brought });
  tables.awaitedEnvelopes.set(recipientKey(identifier, recipient), envelope);
}

export function markTracking(tables: Tables, act: Extract<Act, { do: 'mark-tracking' }>): void {
  const { do: _, recipient, ...marks } = act;
  const tracked = tables.trackings.get(act.identifier);
  if (tracked === undefined) return;
  const marked = tracked.map((tracking) =>
    isAbout(tracking, recipient) ? { ...marks, ...tracking } : tracking,
  );
  setTrackings(tables, act.identifier, marked);
  if (act.outcome === undefined && act.secondNoticeAt === undefined) return;
  const key = recipientKey(act.identifier, recipient);
  const awaited = tables.awaitedEnvelopes.get(key);
  if (awaited === undefined) return;
  tables.awaitedEnvelopes.delete(key);
  releaseContent(tables, awaited);
}

function setTrackings(tables: Tables, identifier: string, trackings: readonly Tracking[]): void {
  tables.trackings.set(identifier, trackings);
  const waiting = trackings.filter(
    ({ outcome, secondNoticeAt }) => outcome === undefined && secondNoticeAt === undefined,
  );
  if (waiting.length > 0) tables.waiting.set(identifier, waiting);
  else if (tables.waiting.has(identifier)) tables.waiting.delete(identifier);
}

export function isAbout(tracking: Tracking, recipient: string): boolean {
  return tracking.recipient.toLowerCase() === recipient.toLowerCase();
}

/** Whether a notice is due for the recipient (AP-37, AP-38). */
export function isSilent(tracking: Tracking, query: SilenceQuery): boolean {
  const { outcome, secondNoticeAt, firstNoticeAt, takenInChargeAt, dispatchedAt } = tracking;
  if (outcome !== undefined || secondNoticeAt !== undefined) return false;
  if (dispatchedAt <= query.secondBefore) return true;
  return firstNoticeAt === undefined && takenInChargeAt === undefined && dispatchedAt <= query.firstBefore;
}

/** The first outcome of a recipient stays (DP-24), for each signer. */
export function putDeliveryOutcome(
  tables: Tables,
  { outcome }: Extract<Act, { do: 'put-delivery-outcome' }>,
): void {
  const key = recipientKey(outcome.identifier, outcome.recipient);
  const known = tables.outcomes.get(key) ?? [];
  if (known.some(({ signer }) => signer === outcome.signer)) return;
  tables.outcomes.set(key, [...known, outcome]);
}

/** An outcome without signer counts for every signer, and every outcome counts when none is asked for. */
export function findOutcome(
  tables: Tables,
  asked: { readonly identifier: string; readonly recipient: string; readonly signer?: string | undefined },
): DeliveryOutcome | undefined {
  const known = tables.outcomes.get(recipientKey(asked.identifier, asked.recipient));
  if (asked.signer === undefined) return known?.[0];
  return known?.find(({ signer }) => signer === undefined || signer === asked.signer);
}
