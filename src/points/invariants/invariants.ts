// SPDX-License-Identifier: EUPL-1.2
import type { LogReader, LogRecord } from '../../evidence/certification-log/log-store.ts';
import type { QueueReader } from '../../mailroom/queue/queue-store.ts';
import type { TrackingReader } from '../../mailroom/tracking/tracking-store.ts';
import type { Instant } from '../../platform/clock.ts';
import type { Finding } from '../../platform/findings.ts';
import { messageTransitions } from '../lifecycle.ts';
import { NOTIFICATION_KEY } from '../records.ts';
import type { Life } from './life.ts';
import { judgeReception } from './reception.ts';
import { judgeTrackings } from './trackings.ts';

/** What the invariants are read from: every `HouseStore` has it. */
export type LifeReaders = Pick<LogReader, 'stories' | 'recordsAbout' | 'listRecords'> &
  Pick<QueueReader, 'listQueue'> &
  Pick<TrackingReader, 'findSubmission' | 'listTrackings' | 'listDeliveryOutcomes' | 'identifiers'>;

/**
 * Looks at every message that a store knows, in one go: on a store that changes meanwhile the readers must
 * show one moment of it. What must hold follows from the table of lifecycle.ts.
 */
export function* examineLives(readers: LifeReaders): Generator<Finding> {
  const queue = Map.groupBy(readers.listQueue(), ({ identifier }) => identifier);
  const lifeOf = (identifier: string, records: readonly LogRecord[]) =>
    gather(readers, { identifier, records, queued: queue.get(identifier) ?? [] });
  // LOG-3: of what is older than the records that are kept, the log has nothing left to say.
  const [oldest] = readers.listRecords(1, 1);
  const since = oldest === undefined || oldest.sequence === 1 ? undefined : oldest.instant;
  for (const records of readers.stories()) {
    const [first] = records;
    if (first !== undefined) yield* judgeSince(lifeOf(first.identifier, records), since);
  }
  for (const identifier of new Set([...readers.identifiers(), ...queue.keys()])) {
    if (identifier.startsWith(NOTIFICATION_KEY)) continue;
    const known = readers.recordsAbout(identifier).some((record) => record.identifier === identifier);
    if (!known) yield* judgeSince(lifeOf(identifier, []), since);
  }
}

function judgeSince(life: Life, since: Instant | undefined): readonly Finding[] {
  const { submission, trackings, outcomes } = life;
  const begun = [
    ...(submission === undefined ? [] : [submission.acceptedAt]),
    ...trackings.map(({ dispatchedAt }) => dispatchedAt),
    ...outcomes.map(({ at }) => at),
  ];
  return since !== undefined && begun.some((at) => at < since) ? [] : judgeLife(life);
}

/** Looks at one message, whatever the others are. */
export function examineLife(readers: LifeReaders, identifier: string): readonly Finding[] {
  const records = readers.recordsAbout(identifier).filter((record) => record.identifier === identifier);
  const queued = readers.listQueue().filter((entry) => entry.identifier === identifier);
  return judgeLife(gather(readers, { identifier, records, queued }));
}

function gather(readers: LifeReaders, known: Pick<Life, 'identifier' | 'records' | 'queued'>): Life {
  const { identifier } = known;
  const submission = readers.findSubmission(identifier);
  return {
    ...known,
    trackings: readers.listTrackings(identifier),
    outcomes: readers.listDeliveryOutcomes(identifier),
    ...(submission !== undefined && { submission }),
  };
}

/** What must hold of one message, whatever happened to it; empty when all of it does. */
export function judgeLife(life: Life): readonly Finding[] {
  return [...judgeAcceptance(life), ...judgeTrackings(life), ...judgeReception(life)];
}

/** AP-19, AP-21, AP-31: what was accepted is remembered, tracked, and on its way or at an end. */
function* judgeAcceptance(life: Life): Generator<Finding> {
  const { identifier, records, submission, trackings } = life;
  const where = identifier;
  const accepted = records.filter(({ event }) => event === messageTransitions.accept.record).length;
  const refused = records.filter(
    ({ event }) =>
      event === messageTransitions.refuse.record || event === messageTransitions.refuseForVirus.record,
  ).length;
  if (accepted + refused > 1)
    yield { code: 'decided-twice', what: 'accepted or refused more than once', where };
  if (accepted > 0 && submission === undefined)
    yield { code: 'submission-missing', what: 'accepted, but the submission is not kept', where };
  if (accepted === 0 && submission !== undefined)
    yield { code: 'record-missing', what: 'a submission without the record of its acceptance', where };
  if (submission === undefined) {
    if (trackings.length > 0)
      yield { code: 'submission-missing', what: 'recipients are tracked of what nobody submitted', where };
    return;
  }
  const ends = endsOfEnvelope(life);
  const tracked = new Set(trackings.map(({ recipient }) => recipient.toLowerCase()));
  for (const { address, certified } of submission.recipients) {
    const key = address.toLowerCase();
    const to = `${identifier} ${address}`;
    if (certified && !tracked.has(key))
      yield { code: 'tracking-missing', what: 'a certified recipient without a tracking', where: to };
    if (!ends.has(key))
      yield { code: 'envelope-lost', what: 'neither queued nor relayed nor failed', where: to };
  }
}

/** Recipients of our user's envelope for whom it waits, was relayed, or failed. */
function endsOfEnvelope({ records, queued }: Life): ReadonlySet<string> {
  const ends = new Set<string>();
  for (const { kind, forwardPaths } of queued)
    if (kind === ENVELOPE) for (const path of forwardPaths) ends.add(path.toLowerCase());
  for (const { event, detail, recipient } of records) {
    if (detail?.kind !== ENVELOPE) continue;
    if (event === 'envelope-sent')
      for (const path of (detail.to ?? '').split(' ')) ends.add(path.toLowerCase());
    if (event === 'smtp-failure' && recipient !== undefined) ends.add(recipient.toLowerCase());
  }
  return ends;
}

const ENVELOPE = 'transport-envelope';
