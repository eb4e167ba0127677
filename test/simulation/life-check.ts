// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import type { NewLogRecord } from '../../src/evidence/certification-log/log-store.ts';
import type { Act, Committed } from '../../src/mailroom/steps/step-store.ts';
import type { Tracking } from '../../src/mailroom/tracking/tracking-store.ts';
import {
  type ReceivedState,
  receivedTransitions,
  type TrackedState,
  type Transition,
  trackedTransitions,
} from '../../src/points/lifecycle.ts';
import type { Machine } from './machine.ts';

/** A quota too small for any message: how the simulation fills a mailbox. */
export const FULL_BYTES = 10;

type Mark = Extract<Act, { do: 'mark-tracking' }>;
/** The row of the table that gives a recipient of ours its end. */
const RECEIVED_ROWS = {
  delivered: 'deliver',
  'not-delivered': 'fail',
  virus: 'findVirus',
  anomaly: 'wrap',
} as const;

type OutcomeAct = Extract<Act, { do: 'put-delivery-outcome' }>;

/** What one part of a step did. */
interface Done {
  readonly acts: readonly Act[];
  readonly records: readonly NewLogRecord[];
}

/** An append or an entry that a transition may emit. */
interface Emission {
  readonly do: 'append' | 'enqueue';
  readonly kind?: string;
}

/**
 * Holds every commit of one provider against `lifecycle.ts`: a state changes only as the table says, with
 * the record and the emission of its row in the same part of the same step, and the log numbers its records
 * without gaps. It keeps states of its own and derives nothing from what the store says of itself.
 */
export class LifeCheck {
  readonly #machine: Machine;
  readonly #tracked = new Map<string, { state: TrackedState; readonly fields: Set<string> }>();
  readonly #received = new Map<string, ReceivedState>();
  readonly #accepted = new Set<string>();
  /** How many records of each event there are for each recipient: `event identifier recipient`. */
  readonly records = new Map<string, number>();
  /** How often each row of the table was gone through. */
  readonly rows = new Map<string, number>();
  sequence = 0;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  get providerName(): string {
    return this.#machine.provider.terms.name;
  }

  sees({ step, outcome }: Committed): void {
    step.parts.forEach((part, at) => {
      const fate = outcome.parts[at];
      assert.ok(fate, 'a part without an outcome');
      if (!fate.done) return;
      const done = doneBy(part.acts);
      for (const result of fate.results)
        if (result?.gave === 'record')
          assert.equal(result.sequence, ++this.sequence, `${this.#machine.key}: a gap in the log`);
      for (const { event, identifier, recipient = '' } of done.records)
        count(this.records, `${event} ${identifier} ${recipient.toLowerCase()}`);
      // M9 stands in a part of its own, before the one that moves the tracking.
      const whole = doneBy(step.parts.flatMap(({ acts }, other) => (outcome.parts[other]?.done ? acts : [])));
      for (const act of part.acts) this.#check(act, isVirus(act) ? whole : done);
    });
  }

  state(identifier: string, recipient: string): TrackedState | undefined {
    return this.#tracked.get(key(identifier, recipient))?.state;
  }

  recorded(event: string, identifier: string, recipient = ''): number {
    return this.records.get(`${event} ${identifier} ${recipient.toLowerCase()}`) ?? 0;
  }

  #check(act: Act, done: Done): void {
    switch (act.do) {
      case 'put-submission':
        this.#accept(act.submission.identifier, done);
        break;
      case 'track':
        this.#track(act.tracking);
        break;
      case 'mark-tracking':
        this.#mark(act, done);
        break;
      case 'put-delivery-outcome':
        this.#receive(act, done);
        break;
      default:
        break;
    }
  }

  #accept(identifier: string, done: Done): void {
    assert.ok(!this.#accepted.has(identifier), `${identifier} accepted twice`);
    this.#accepted.add(identifier);
    this.#row('accept', { done, identifier });
    assert.ok(has(done, { do: 'append' }), `${identifier}: accepted without M1`);
    assert.ok(has(done, { do: 'enqueue', kind: 'transport-envelope' }), `${identifier}: without M4`);
  }

  #track({ identifier, recipient }: Tracking): void {
    const id = key(identifier, recipient);
    assert.ok(!this.#tracked.has(id), `${id} tracked twice`);
    this.#tracked.set(id, { state: 'dispatched', fields: new Set() });
  }

  #mark(act: Mark, done: Done): void {
    const id = key(act.identifier, act.recipient);
    const tracked = this.#tracked.get(id);
    // A receipt for an address that was not written to changes nothing.
    if (tracked === undefined) return;
    const { takenInChargeAt, firstNoticeAt, secondNoticeAt, outcome } = act;
    const given = { takenInChargeAt, firstNoticeAt, secondNoticeAt, outcome };
    for (const [field, value] of Object.entries(given)) {
      if (value === undefined || tracked.fields.has(field)) continue;
      const name = trackedRow(field, { outcome, done });
      const row: Transition<TrackedState> = trackedTransitions[name];
      if (field === 'takenInChargeAt' && !row.from.includes(tracked.state)) continue;
      assert.ok(row.from.includes(tracked.state), `${id}: ${name} from ${tracked.state}`);
      this.#row(name, { done, identifier: act.identifier, recipient: act.recipient, row });
      tracked.fields.add(field);
      tracked.state = row.to;
    }
  }

  #receive({ outcome }: OutcomeAct, done: Done): void {
    // What makes a notification count once is none of a message's life.
    if (outcome.identifier.startsWith('notification ')) return;
    const id = key(outcome.identifier, outcome.recipient);
    const before = this.#received.get(id) ?? 'received';
    const name = RECEIVED_ROWS[outcome.outcome];
    const row: Transition<ReceivedState> = receivedTransitions[name];
    assert.ok(row.from.includes(before), `${this.#machine.key}: ${id}: ${name} from ${before}`);
    this.#row(name, { done, identifier: outcome.identifier, recipient: outcome.recipient, row });
    if (name === 'deliver' || name === 'wrap')
      assert.ok(has(done, { do: 'append' }), `${id}: ${name} without a message`);
    if (name === 'deliver') assert.ok(has(done, { do: 'enqueue', kind: 'delivery-' }), `${id}: no receipt`);
    if (name === 'fail') assert.ok(has(done, { do: 'enqueue', kind: 'non-delivery' }), `${id}: no notice`);
    if (name === 'findVirus')
      assert.ok(has(done, { do: 'enqueue', kind: 'virus-detection' }), `${id}: no M8`);
    if (name === 'deliver' || name === 'fail') {
      // DP-22: what the mailbox is like at this moment, and nothing else, decides.
      const mailbox = this.#machine.provider.kept.findMailbox(outcome.recipient);
      const open = mailbox?.status === 'active' && mailbox.quotaBytes > FULL_BYTES;
      assert.equal(name === 'deliver', open, `${id}: ${name}`);
    }
    this.#received.set(id, row.to);
  }

  /** The row's record and that of its emission are in the same part. */
  #row(
    name: string,
    facts: {
      readonly done: Done;
      readonly identifier: string;
      readonly recipient?: string;
      readonly row?: Transition;
    },
  ): void {
    count(this.rows, name);
    const { done, identifier, recipient, row } = facts;
    const wanted = row === undefined ? ['acceptance'] : [row.emits?.record ?? row.record];
    for (const event of wanted) {
      const found = done.records.some(
        (record) =>
          record.event === event &&
          record.identifier === identifier &&
          (recipient === undefined || sameText(record.recipient ?? '', recipient)),
      );
      assert.ok(found, `${name} of ${identifier} ${recipient ?? ''} without its record ${event}`);
    }
    if (row?.emits?.to === 'sender' && name in trackedTransitions)
      assert.ok(has(done, { do: 'append' }), `${name} of ${identifier} without its notice`);
  }
}

function trackedRow(
  field: string,
  { outcome, done }: { readonly outcome: string | undefined; readonly done: Done },
): keyof typeof trackedTransitions {
  if (field === 'takenInChargeAt') return 'takeChargeArrives';
  if (field === 'firstNoticeAt') return 'firstDeadlinePasses';
  if (field === 'secondNoticeAt') return 'secondDeadlinePasses';
  if (outcome === 'delivered') return 'receiptArrives';
  if (outcome === 'virus') return 'virusNoticeArrives';
  const own = done.records.some(({ event }) => event === 'nondelivery-emitted');
  return own ? 'relayFails' : 'nonDeliveryArrives';
}

function doneBy(acts: readonly Act[]): Done {
  return { acts, records: acts.flatMap((act) => (act.do === 'record' ? [act.record] : [])) };
}

function isVirus(act: Act): boolean {
  return act.do === 'mark-tracking' && act.outcome === 'virus';
}

function has({ acts }: Done, emission: Emission): boolean {
  return acts.some(
    (act) =>
      act.do === emission.do &&
      (emission.kind === undefined || (act.do === 'enqueue' && act.entry.kind.startsWith(emission.kind))),
  );
}

function key(identifier: string, recipient: string): string {
  return `${identifier} ${recipient.toLowerCase()}`;
}

function sameText(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
