// SPDX-License-Identifier: EUPL-1.2
import type { LogEvent, LogRecord } from '../../evidence/certification-log/log-store.ts';
import type { Tracking } from '../../mailroom/tracking/tracking-store.ts';
import type { Finding } from '../../platform/findings.ts';
import { type TrackedState, type Transition, trackedTransitions } from '../lifecycle.ts';
import type { Life } from './life.ts';

/** Marks of a tracking, and the transition whose record stands behind each. */
const MARKS = {
  takenInChargeAt: trackedTransitions.takeChargeArrives,
  firstNoticeAt: trackedTransitions.firstDeadlinePasses,
  secondNoticeAt: trackedTransitions.secondDeadlinePasses,
} as const;

/** Words of `X-Ricevuta` in the record of a notification that ends a recipient, and where it ends. */
const ENDING_NOTIFICATIONS: Readonly<Record<string, TrackedState>> = {
  'avvenuta-consegna': 'delivered',
  'errore-consegna': 'not-delivered',
};

/** AP-36 to AP-42: what is known of each certified recipient is what the log tells, and follows the table. */
export function* judgeTrackings(life: Life): Generator<Finding> {
  // IP-20: what a provider says of recipients that are not its own changes nothing.
  const moving = life.records.filter(({ detail }) => detail?.tracking === undefined);
  const stories = Map.groupBy(moving, ({ recipient }) => recipient?.toLowerCase());
  for (const tracking of life.trackings) {
    const story = stories.get(tracking.recipient.toLowerCase()) ?? [];
    const where = `${life.identifier} ${tracking.recipient}`;
    yield* judgeMarks(tracking, story, where);
    yield* judgeOutcome(tracking, story, where);
    yield* judgeNotices(story, where);
  }
}

function* judgeMarks(tracking: Tracking, story: readonly LogRecord[], where: string): Generator<Finding> {
  for (const [mark, { record }] of Object.entries(MARKS)) {
    const marked = tracking[mark as keyof typeof MARKS] !== undefined;
    const recorded = story.some(({ event }) => event === record);
    if (marked && !recorded)
      yield { code: 'record-missing', what: `the tracking has ${mark}, the log no ${record}`, where };
    if (recorded && !marked)
      yield { code: 'tracking-behind', what: `the log has ${record}, the tracking no ${mark}`, where };
  }
}

function* judgeOutcome(tracking: Tracking, story: readonly LogRecord[], where: string): Generator<Finding> {
  const { outcome, outcomeAt } = tracking;
  const recorded = endOf(story);
  if ((outcome === undefined) !== (outcomeAt === undefined))
    yield { code: 'tracking-broken', what: 'an outcome without its instant, or an instant alone', where };
  if (outcome === undefined && recorded !== undefined)
    yield { code: 'tracking-behind', what: `the log ends with ${recorded}, the tracking is open`, where };
  const leading = story.some((record) => outcome !== undefined && leadsTo(outcome, record));
  if (outcome !== undefined && outcome !== 'expired' && !leading)
    yield { code: 'record-missing', what: `ended as ${outcome}, and no record says so`, where };
}

/** AP-37 to AP-40: each notice once, and none after what the table says ends the waiting. */
function* judgeNotices(story: readonly LogRecord[], where: string): Generator<Finding> {
  let state: TrackedState = 'dispatched';
  for (const record of story) {
    const transition = transitionOf(record);
    if (transition === undefined) continue;
    const allowed = transition.from.includes(state);
    const isNotice = NOTICES.has(record.event);
    if (isNotice && !allowed)
      yield { code: 'notice-unfounded', what: `${record.event} to a recipient who was ${state}`, where };
    if (allowed)
      state = record.event === 'notification-received' ? (endingState(record) ?? state) : transition.to;
  }
}

const NOTICES: ReadonlySet<LogEvent> = new Set([
  trackedTransitions.firstDeadlinePasses.record,
  trackedTransitions.secondDeadlinePasses.record,
]);

const MOVING: readonly Transition<TrackedState>[] = Object.values(trackedTransitions).filter(
  (transition) => transition !== trackedTransitions.relayFails,
);

/** A failed relay ends a recipient by its notice, which is not told from that of the receiving side here. */
function transitionOf({ event, detail }: LogRecord): Transition<TrackedState> | undefined {
  if (event === 'envelope-sent') return undefined;
  if (event === 'notification-received' && ENDING_NOTIFICATIONS[detail?.kind ?? ''] === undefined)
    return undefined;
  return MOVING.find(({ record }) => record === event);
}

/** The end that arrived, if any. */
function endOf(story: readonly LogRecord[]): TrackedState | undefined {
  for (const record of story) {
    if (record.event === trackedTransitions.virusNoticeArrives.record) return 'virus';
    const state = endingState(record);
    if (state !== undefined) return state;
  }
  return undefined;
}

function endingState({ event, detail }: LogRecord): TrackedState | undefined {
  return event === 'notification-received' ? ENDING_NOTIFICATIONS[detail?.kind ?? ''] : undefined;
}

function leadsTo(state: TrackedState, record: LogRecord): boolean {
  const arrived = endingState(record);
  // IP-19: of a virus we hear by its own notice or by a notice of non-delivery.
  if (arrived !== undefined) return arrived === state || (state === 'virus' && arrived === 'not-delivered');
  const of: readonly Transition[] = Object.values(trackedTransitions).filter(({ to }) => to === state);
  return of.some((transition) => record.event === (transition.emits?.record ?? transition.record));
}
