// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MailboxView } from './mailbox-view.ts';
import { UidSet } from './uid-set.ts';

/** A mailbox with its history, and what a client that believes every response knows of it. */
class Model {
  messages: { uid: number; modseq: number; flags: string[] }[] = [];
  gone: { uid: number; modseq: number }[] = [];
  modseq = 1;
  uidNext = 1;
  client: number[] = [];
  clientFlags = new Map<number, string>();

  since(modseq: number): { highestModseq: number; messages: Model['messages']; vanished: UidSet } {
    return {
      highestModseq: this.modseq,
      messages: this.messages.filter((message) => message.modseq > modseq).map((message) => ({ ...message })),
      vanished: UidSet.of(this.gone.filter((one) => one.modseq > modseq).map(({ uid }) => uid)),
    };
  }
}

type Act = {
  readonly do: 'add' | 'remove' | 'flag' | 'own-flag' | 'take-in' | 'tell' | 'tell-all';
  readonly at: number;
};

const act: fc.Arbitrary<Act> = fc.record({
  do: fc.constantFrom('add', 'add', 'remove', 'flag', 'own-flag', 'take-in', 'tell', 'tell-all'),
  at: fc.nat({ max: 30 }),
});

function perform(view: MailboxView, model: Model, { do: what, at }: Act): void {
  const message = model.messages[at % Math.max(1, model.messages.length)];
  switch (what) {
    case 'add':
      model.messages.push({ uid: model.uidNext++, modseq: ++model.modseq, flags: [] });
      return;
    case 'remove':
      if (message === undefined) return;
      model.gone.push({ uid: message.uid, modseq: ++model.modseq });
      model.messages = model.messages.filter((one) => one !== message);
      return;
    case 'flag':
    case 'own-flag':
      if (message === undefined) return;
      message.modseq = ++model.modseq;
      message.flags = [`f${at}-${model.modseq}`];
      if (what === 'own-flag' && view.sequenceOf(message.uid) > 0) {
        view.noteTold(message.uid, message.modseq);
        model.clientFlags.set(message.uid, message.flags.join());
      }
      return;
    case 'take-in':
      view.apply(model.since(view.modseq));
      return;
    default:
      tell(view, model, what === 'tell-all');
  }
}

/** Applies the news to what the client knows, as a client does: one response after the other. */
function tell(view: MailboxView, model: Model, expunge: boolean): void {
  const before = model.client.length;
  const news = view.takeNews({ expunge });
  for (const number of news.expunged.sequence) {
    assert.ok(number >= 1 && number <= model.client.length);
    model.client.splice(number - 1, 1);
  }
  if (!expunge) assert.equal(model.client.length, before);
  if (news.exists !== undefined) {
    assert.ok(news.exists > model.client.length);
    const fresh = [...view.uids].slice(model.client.length);
    model.client.push(...fresh);
    for (const uid of fresh) {
      model.clientFlags.set(
        uid,
        model.messages.find((message) => message.uid === uid)?.flags.join() ?? 'gone',
      );
    }
    assert.equal(model.client.length, news.exists);
  }
  for (const changed of news.changed) {
    assert.equal(model.client[view.sequenceOf(changed.uid) - 1], changed.uid);
    model.clientFlags.set(changed.uid, changed.flags.join());
  }
}

test('a client that believes every response knows the mailbox exactly, whatever happens when', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
      const view = new MailboxView({ uids: UidSet.EMPTY, highestModseq: 1 });
      const model = new Model();
      for (const one of acts) {
        perform(view, model, one);
        assert.deepEqual([...view.uids], model.client);
      }
      view.apply(model.since(view.modseq));
      tell(view, model, true);
      assert.deepEqual(
        model.client,
        model.messages.map(({ uid }) => uid),
      );
      for (const { uid, flags } of model.messages) assert.equal(model.clientFlags.get(uid), flags.join());
      assert.equal(view.hasNews({ expunge: true }), false);
    }),
    { numRuns: 1000 },
  );
});

const set = (...pairs: [number, number][]): { saved: false; ranges: { first: number; last: number }[] } => ({
  saved: false,
  ranges: pairs.map(([first, last]) => ({ first, last })),
});
const TOP = Number.POSITIVE_INFINITY;

test('sets of sequence numbers resolve within the view (RFC 9051 section 9)', () => {
  const view = new MailboxView({ uids: UidSet.of([2, 4, 6, 8]), highestModseq: 1 });
  assert.equal(String(view.resolveSequence(set([1, 2], [4, 4]))), '2,4,8');
  assert.equal(String(view.resolveSequence(set([TOP, TOP]))), '8');
  assert.equal(String(view.resolveSequence(set([3, TOP]))), '6,8');
  assert.equal(view.resolveSequence(set([5, 5])), undefined);
  assert.equal(view.resolveSequence(set([5, TOP])), undefined);
  assert.equal(String(view.resolveUids(set([3, 7]))), '4,6');
  assert.equal(String(view.resolveUids(set([100, TOP]))), '8');
  assert.equal(String(view.resolveUids(set([9, 9]))), '');
  const empty = new MailboxView({ uids: UidSet.EMPTY, highestModseq: 1 });
  assert.equal(String(empty.resolveSequence(set([1, TOP]))), '');
  assert.equal(empty.resolveSequence(set([1, 1])), undefined);
  assert.equal(String(empty.resolveUids(set([1, TOP]))), '');
});

test('the saved result loses what goes (RFC 5182 section 2.1)', () => {
  const view = new MailboxView({ uids: UidSet.of([1, 2, 3]), highestModseq: 1 });
  view.save(UidSet.of([2, 3, 9]));
  assert.equal(String(view.resolveUids({ saved: true })), '2:3');
  view.apply({ highestModseq: 2, messages: [], vanished: UidSet.of([3]) });
  assert.equal(String(view.resolveSequence({ saved: true })), '2');
});

test('arrivals are recent from the UID on that the mailbox says', () => {
  const view = new MailboxView({ uids: UidSet.of([1, 2, 3]), highestModseq: 1, firstRecentUid: 3 });
  assert.equal(String(view.recent), '3');
  const arrived = [4, 5].map((uid) => ({ uid, modseq: 2, flags: [] }));
  view.apply({ highestModseq: 2, messages: arrived, vanished: UidSet.EMPTY, firstRecentUid: 5 });
  assert.equal(String(view.recent), '3,5');
});
