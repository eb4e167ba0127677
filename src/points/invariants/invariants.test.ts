// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { LogEvent, LogRecord } from '../../evidence/certification-log/log-store.ts';
import type { Tracking } from '../../mailroom/tracking/tracking-store.ts';
import { judgeLife } from './invariants.ts';
import type { Life } from './life.ts';

const IDENTIFIER = 'opec1@pec.alfa.test';
const ANNA = 'anna@pec.alfa.test';
const CARLA = 'carla@pec.beta.test';

type Told = {
  readonly event: LogEvent;
  readonly recipient?: string;
  readonly detail?: Record<string, string>;
};

function records(...told: readonly Told[]): LogRecord[] {
  const common = { identifier: IDENTIFIER, sender: ANNA, recipients: [CARLA], instant: 1 };
  return told.map((record, at) => ({ sequence: at + 1, ...common, ...record }));
}

const SUBMITTED = {
  submission: {
    identifier: IDENTIFIER,
    mailbox: 1,
    sender: ANNA,
    replyTo: ANNA,
    recipients: [{ address: CARLA, certified: true }],
    receiptType: 'completa',
    acceptedAt: 1,
  },
} as const;
const ACCEPTED: Told = { event: 'acceptance' };
const SENT: Told = { event: 'envelope-sent', detail: { kind: 'transport-envelope', to: CARLA } };
const TRACKING: Tracking = { identifier: IDENTIFIER, recipient: CARLA, dispatchedAt: 1 };

function life(more: Partial<Life>): Life {
  return { identifier: IDENTIFIER, records: [], trackings: [], outcomes: [], queued: [], ...more };
}

function codes(more: Partial<Life>): string[] {
  return judgeLife(life(more)).map(({ code }) => code);
}

suite('what must hold of every message', () => {
  const tracked = (marks: Partial<Tracking>, ...told: readonly Told[]) =>
    codes({
      ...SUBMITTED,
      records: records(ACCEPTED, SENT, ...told),
      trackings: [{ ...TRACKING, ...marks }],
    });
  const arrived = (kind: string): Told => ({
    event: 'notification-received',
    recipient: CARLA,
    detail: { kind },
  });
  const notice = (event: 'timeout-12h' | 'timeout-24h'): Told => ({ event, recipient: CARLA });

  test('AP-19 a message accepted and on its way is in order, as is one nobody knows', () => {
    assert.deepEqual(tracked({}), []);
    assert.deepEqual(codes({}), []);
  });

  test('AP-14 nothing is accepted twice, or accepted and refused', () => {
    for (const event of ['acceptance', 'non-acceptance-formal', 'non-acceptance-virus'] as const)
      assert.deepEqual(tracked({}, { event }), ['decided-twice']);
  });

  test('AP-37 AP-38 both notices of a silent recipient, in their order', () => {
    const both = { firstNoticeAt: 2, secondNoticeAt: 3 };
    assert.deepEqual(tracked(both, notice('timeout-12h'), notice('timeout-24h')), []);
    assert.deepEqual(tracked(both, notice('timeout-24h'), notice('timeout-12h')), ['notice-unfounded']);
    assert.deepEqual(tracked(both, notice('timeout-12h'), notice('timeout-24h'), notice('timeout-24h')), [
      'notice-unfounded',
    ]);
  });

  test('AP-37 no first notice once the message was taken in charge', () => {
    const taken: Told = { event: 'take-charge-received', recipient: CARLA };
    const marks = { takenInChargeAt: 2, firstNoticeAt: 3 };
    assert.deepEqual(tracked(marks, taken, notice('timeout-12h')), ['notice-unfounded']);
    assert.deepEqual(tracked(marks, notice('timeout-12h'), taken), []);
  });

  test('AP-39 AP-40 no second notice after an end, but a receipt after the second notice', () => {
    const marks = { secondNoticeAt: 2, outcome: 'delivered', outcomeAt: 3 } as const;
    const receipt = arrived('avvenuta-consegna');
    assert.deepEqual(tracked(marks, receipt, notice('timeout-24h')), ['notice-unfounded']);
    assert.deepEqual(tracked(marks, notice('timeout-24h'), receipt), []);
  });

  test('AP-42 a tracking says what the log says, no more and no less', () => {
    assert.deepEqual(tracked({}, notice('timeout-12h')), ['tracking-behind']);
    assert.deepEqual(tracked({ secondNoticeAt: 1 }), ['record-missing']);
    assert.deepEqual(tracked({}, arrived('errore-consegna')), ['tracking-behind']);
    assert.deepEqual(tracked({ outcome: 'not-delivered', outcomeAt: 1 }), ['record-missing']);
    assert.deepEqual(tracked({ outcome: 'delivered', outcomeAt: 1 }, arrived('errore-consegna')), [
      'record-missing',
    ]);
    assert.deepEqual(tracked({ outcome: 'virus', outcomeAt: 1 }, arrived('errore-consegna')), []);
  });

  test('AP-34 a failed relay ends a recipient by its notice', () => {
    const failure: Told = {
      event: 'smtp-failure',
      recipient: CARLA,
      detail: { kind: 'transport-envelope' },
    };
    const told: Told = { event: 'nondelivery-emitted', recipient: CARLA, detail: { reply: 'no such user' } };
    const ended = { outcome: 'not-delivered', outcomeAt: 2 } as const;
    const after = (...more: readonly Told[]) =>
      codes({
        ...SUBMITTED,
        records: records(ACCEPTED, failure, ...more),
        trackings: [{ ...TRACKING, ...ended }],
      });
    assert.deepEqual(after(told), []);
    assert.deepEqual(after(), ['record-missing']);
  });

  test('IP-11 a recipient taken in charge and not decided passes: the peer sends again', () => {
    const told: Told = { event: 'take-charge-emitted', detail: { covers: CARLA } };
    const away: Told = {
      event: 'envelope-sent',
      detail: { kind: 'take-charge', to: 'servizio@pec.alfa.test' },
    };
    const [finding, ...others] = judgeLife(life({ records: records(told, away) }));
    assert.deepEqual([finding?.code, finding?.passing, others], ['recipient-undecided', true, []]);
    assert.ok(codes({ records: records(told) }).includes('receipt-lost'));
  });

  test('DP-5 a receipt that came back as undeliverable is not lost', () => {
    const outcomes = [{ identifier: IDENTIFIER, recipient: CARLA, outcome: 'delivered', at: 1 }] as const;
    const told: Told[] = [
      { event: 'delivered', recipient: CARLA },
      { event: 'delivery-receipt-emitted', recipient: CARLA },
    ];
    assert.deepEqual(codes({ outcomes, records: records(...told) }), ['receipt-lost']);
    const gone: Told = { event: 'notification-undeliverable', detail: { kind: 'delivery-complete' } };
    assert.deepEqual(codes({ outcomes, records: records(...told, gone) }), []);
  });
});
