// SPDX-License-Identifier: EUPL-1.2
import type { LogRecord } from '../../evidence/certification-log/log-store.ts';
import type { DeliveryOutcome } from '../../mailroom/tracking/tracking-store.ts';
import type { Finding } from '../../platform/findings.ts';
import { receivedTransitions } from '../lifecycle.ts';
import type { Life } from './life.ts';

const { deliver, fail, findVirus, takeCharge, wrap } = receivedTransitions;

/** DP-3, DP-5, DP-24, IP-11: at the receiving side each recipient comes to one end, and the sender hears of it. */
export function* judgeReception(life: Life): Generator<Finding> {
  const outcomes = Map.groupBy(life.outcomes, ({ recipient }) => recipient.toLowerCase());
  const stories = Map.groupBy(life.records, ({ recipient }) => recipient?.toLowerCase() ?? '');
  for (const key of new Set([...outcomes.keys(), ...stories.keys()])) {
    if (key === '') continue;
    const where = `${life.identifier} ${key}`;
    yield* judgeRecipient(stories.get(key) ?? [], outcomes.get(key) ?? [], where);
  }
  yield* judgeCharge(life, new Set(outcomes.keys()));
  yield* judgeNotifications(life);
}

function* judgeRecipient(
  story: readonly LogRecord[],
  outcomes: readonly DeliveryOutcome[],
  where: string,
): Generator<Finding> {
  const times = (event: string) => story.filter((record) => record.event === event).length;
  const delivered = times(deliver.record);
  const receipts = times(deliver.emits.record);
  // Identifiers are unique within a provider: each that signed an envelope of this one has an outcome of its own.
  const ended = outcomes.filter(({ outcome }) => outcome === deliver.to).length;
  if (delivered > Math.max(ended, 1))
    yield { code: 'delivered-twice', what: `delivered ${delivered} times`, where };
  if (delivered > receipts)
    yield { code: 'receipt-missing', what: 'delivered, and no receipt was made', where };
  if (receipts > delivered)
    yield { code: 'receipt-unfounded', what: 'a delivery receipt without its delivery', where };
  if (delivered > 0 && ended === 0)
    yield { code: 'outcome-missing', what: 'delivered, and the outcome says otherwise', where };
  for (const [outcome, record] of Object.entries(RECORDS)) {
    const kept = outcomes.filter((each) => each.outcome === outcome).length;
    if (kept > times(record))
      yield { code: 'record-missing', what: `the outcome is ${outcome}, and no record says so`, where };
  }
}

/** The record behind each outcome of a recipient of ours. */
const RECORDS: Readonly<Record<string, string>> = {
  [deliver.to]: deliver.record,
  [fail.to]: fail.record,
  [findVirus.to]: findVirus.record,
  [wrap.to]: wrap.record,
};

/** IP-11: whoever the take-charge receipt names comes to an end. */
function* judgeCharge({ identifier, records }: Life, ended: ReadonlySet<string>): Generator<Finding> {
  for (const { event, detail } of records) {
    if (event !== takeCharge.emits.record) continue;
    for (const recipient of (detail?.covers ?? '').split(' ')) {
      if (recipient === '' || ended.has(recipient.toLowerCase())) continue;
      const what = 'taken in charge and not decided: the peer, which was not answered, sends it again';
      // A mailbox that filled up between the two commits of a reception, and a crash between them.
      yield { code: 'recipient-undecided', what, where: `${identifier} ${recipient}`, passing: true };
    }
  }
}

/** DP-5, IP-11: what was made for the sender waits, was relayed, or is known to be undeliverable. */
function* judgeNotifications(life: Life): Generator<Finding> {
  const made = (event: string) => life.records.filter((record) => record.event === event).length;
  const refused = life.outcomes.filter(({ outcome }) => outcome === fail.to).length;
  const detected = life.records.filter(
    ({ event, generated }) => event === findVirus.record && generated !== undefined,
  ).length;
  const owed = [
    { of: 'take-charge', count: made(takeCharge.emits.record) },
    { of: 'delivery-', count: made(deliver.emits.record) },
    { of: 'non-delivery', count: refused },
    // IP-16; U-15, U-11: of some detections nobody is told.
    { of: 'virus-detection', count: detected },
  ];
  for (const { of, count } of owed) {
    const left = wayOf(life, of);
    if (left >= count) continue;
    const what = `${count} were made, ${left} wait, were relayed or are undeliverable`;
    yield { code: 'receipt-lost', what: `${of.replace(/-$/, '')}: ${what}`, where: life.identifier };
  }
}

function wayOf({ queued, records }: Life, of: string): number {
  const isOf = (kind: string | undefined) =>
    kind !== undefined && (of.endsWith('-') ? kind.startsWith(of) : kind === of);
  let count = queued.filter(({ kind }) => isOf(kind)).length;
  for (const { event, detail } of records) {
    if (!isOf(detail?.kind)) continue;
    if (event === 'envelope-sent') count += (detail?.to ?? '').split(' ').length;
    if (event === 'notification-undeliverable') count += 1;
  }
  return count;
}
