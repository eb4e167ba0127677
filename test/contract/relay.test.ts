// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AttemptNote, DueFilter } from '../../src/mailroom/queue/queue-store.ts';
import type { HouseStore } from '../../src/mailroom/steps/house-store.ts';
import type { Submission, Tracking } from '../../src/mailroom/tracking/tracking-store.ts';
import { ENGINES } from './engines.ts';
import { given, logRecord, message, NOW, queueEntry, step, textOf } from './steps.ts';

const IDENTIFIER = 'opec1@alfa.test';

async function enqueue(store: HouseStore, more: Parameters<typeof queueEntry>[1] = {}): Promise<number> {
  const brings = message(store, 'an envelope');
  const act = { do: 'enqueue', entry: queueEntry(brings.id, more) } as const;
  return given(await store.commit(step([act], { brings: [brings] })), 'entry').entry;
}

for (const engine of ENGINES) {
  describe(`queue, ${engine.name}`, () => {
    test('the queue is told in figures, by what its entries wait for', async (t) => {
      const store = await engine.open(t);
      const figures = () => store.queueFigures(NOW).map(({ entries, oldestAt }) => [entries, oldestAt]);
      assert.deepEqual(
        store.queueFigures(NOW).map(({ state }) => state),
        ['due', 'put-off', 'held'],
      );
      assert.deepEqual(figures(), [
        [0, undefined],
        [0, undefined],
        [0, undefined],
      ]);
      await enqueue(store, { createdAt: NOW - 5 });
      await enqueue(store, { createdAt: NOW - 9 });
      const putOff = await enqueue(store, { createdAt: NOW - 7 });
      const held = await enqueue(store, { createdAt: NOW - 8 });
      await store.commit(step([{ do: 'retry-later', entry: putOff, notBefore: NOW + 60, error: 'later' }]));
      await store.commit(step([{ do: 'hold', entry: held, held: true }]));
      // What has just been put into the queue is due at the instant it was created.
      assert.deepEqual(figures(), [
        [2, NOW - 9],
        [1, NOW - 7],
        [1, NOW - 8],
      ]);
    });

    test('an entry waits, is put off, held and settled path by path', async (t) => {
      const store = await engine.open(t);
      const entry = await enqueue(store, { forwardPaths: ['a@beta.test', 'b@beta.test'] });
      const found = store.findQueueEntry(entry) ?? assert.fail();
      assert.deepEqual(found, {
        ...queueEntry(found.content, { forwardPaths: ['a@beta.test', 'b@beta.test'] }),
        id: entry,
        attempts: 0,
        notBefore: NOW,
        history: [],
        held: false,
      });
      await store.commit(step([{ do: 'retry-later', entry, notBefore: NOW + 60, error: '451 later' }]));
      const { attempts, notBefore, lastError } = store.findQueueEntry(entry) ?? assert.fail();
      assert.deepEqual([attempts, notBefore, lastError], [1, NOW + 60, '451 later']);
      await store.commit(step([{ do: 'hold', entry, held: true }]));
      assert.equal(store.findQueueEntry(entry)?.held, true);
      await store.commit(step([{ do: 'settle', entry, forwardPaths: ['a@beta.test', 'nobody@beta.test'] }]));
      assert.deepEqual(store.findQueueEntry(entry)?.forwardPaths, ['b@beta.test']);
      await store.commit(step([{ do: 'settle', entry, forwardPaths: ['b@beta.test'] }]));
      assert.equal(store.findQueueEntry(entry), undefined);
      assert.equal(store.findContent(found.content), undefined);
      // Settled by somebody else in the meantime: there is nothing left to do.
      await store.commit(
        step([
          { do: 'settle', entry, forwardPaths: ['b@beta.test'] },
          { do: 'retry-later', entry, notBefore: NOW, error: '' },
          { do: 'hold', entry, held: true },
        ]),
      );
      assert.deepEqual(store.listQueue(), []);
    });

    test('entries are due in the order of their instants, but for those held', async (t) => {
      const store = await engine.open(t);
      assert.equal(store.nextDueAt(), undefined);
      const [late, first, second, held] = [
        await enqueue(store, { createdAt: NOW + 100 }),
        await enqueue(store, { createdAt: NOW }),
        await enqueue(store, { createdAt: NOW }),
        await enqueue(store, { createdAt: NOW - 5 }),
      ];
      await store.commit(step([{ do: 'hold', entry: held, held: true }]));
      const due = (now: number, limit: number) => store.listDue(now, limit).map(({ id }) => id);
      assert.equal(store.nextDueAt(), NOW);
      assert.deepEqual(due(NOW - 1, 9), []);
      assert.deepEqual(due(NOW, 9), [first, second]);
      assert.deepEqual(due(NOW, 1), [first]);
      await store.commit(step([{ do: 'retry-later', entry: first, notBefore: NOW + 50, error: '' }]));
      assert.deepEqual(due(NOW + 100, 9), [second, first, late]);
      assert.deepEqual(
        store.listQueue().map(({ id }) => id),
        [late, first, second, held],
      );
    });

    test('a destination is listed alone, or left out, so that a long queue hides nobody', async (t) => {
      const store = await engine.open(t);
      const toBeta = [await enqueue(store), await enqueue(store), await enqueue(store)];
      const toGamma = await enqueue(store, { destination: 'gamma.test', createdAt: NOW + 10 });
      const toDelta = await enqueue(store, { destination: 'delta.test', createdAt: NOW + 5 });
      const due = (limit: number, filter: DueFilter) =>
        store.listDue(NOW + 10, limit, filter).map(({ id }) => id);
      assert.deepEqual(due(2, { only: 'beta.test' }), toBeta.slice(0, 2));
      assert.deepEqual(due(9, { only: 'gamma.test' }), [toGamma]);
      assert.deepEqual(due(9, { only: 'nobody.test' }), []);
      assert.deepEqual(due(1, { except: ['beta.test'] }), [toDelta]);
      assert.deepEqual(due(9, { except: ['beta.test', 'delta.test'] }), [toGamma]);
      assert.deepEqual(due(9, { except: [] }), [...toBeta, toDelta, toGamma]);
    });

    test('what comes due next is told from an instant on', async (t) => {
      const store = await engine.open(t);
      const soon = await enqueue(store, { expiresAt: NOW + 500 });
      await enqueue(store, { createdAt: NOW + 100 });
      assert.equal(store.nextDueAt(NOW - 1), NOW);
      assert.equal(store.nextDueAt(NOW), NOW + 100);
      assert.equal(store.nextDueAt(NOW + 100), undefined);
      await store.commit(step([{ do: 'hold', entry: soon, held: true }]));
      assert.equal(store.nextDueAt(), NOW + 100);
      assert.equal(store.nextDueAt(NOW + 100), NOW + 500, 'the end of a held entry');
    });

    test('AP-33 a held entry is not due, but is listed when its life is over', async (t) => {
      const store = await engine.open(t);
      const ids = [
        await enqueue(store, { expiresAt: NOW + 20 }),
        await enqueue(store, { expiresAt: NOW + 10 }),
        await enqueue(store, { expiresAt: NOW + 5 }),
      ];
      const [late = 0, early = 0] = ids;
      for (const entry of [late, early]) await store.commit(step([{ do: 'hold', entry, held: true }]));
      const ended = (now: number, limit = 9) => store.listExpiredHeld(now, limit).map(({ id }) => id);
      assert.deepEqual(ended(NOW + 9), []);
      assert.deepEqual(ended(NOW + 20), [early, late]);
      assert.deepEqual(ended(NOW + 20, 1), [early]);
    });

    test('a destination is held with all that comes for it, until it is released', async (t) => {
      const store = await engine.open(t);
      const before = await enqueue(store);
      const hold = (held: boolean) =>
        store.commit(step([{ do: 'hold-destination', destination: 'beta.test', held }]));
      await hold(true);
      await hold(true);
      const after = await enqueue(store);
      const other = await enqueue(store, { destination: 'gamma.test' });
      assert.deepEqual(store.listHeldDestinations(), ['beta.test']);
      const held = () => [before, after, other].map((id) => store.findQueueEntry(id)?.held);
      assert.deepEqual(held(), [true, true, false]);
      assert.deepEqual(
        store.listDue(NOW, 9).map(({ id }) => id),
        [other],
      );
      await hold(false);
      assert.deepEqual(held(), [false, false, false]);
      assert.deepEqual(store.listHeldDestinations(), []);
    });

    test('entries are made due by number, by destination, or all', async (t) => {
      const store = await engine.open(t);
      const ids = [
        await enqueue(store),
        await enqueue(store),
        await enqueue(store, { destination: 'gamma.test' }),
      ];
      const [one = 0, two = 0, three = 0] = ids;
      const history: AttemptNote[] = [{ at: NOW, met: '451 later', peerSpoke: true, tried: [] }];
      for (const entry of ids) {
        const putOff = {
          do: 'retry-later',
          entry,
          notBefore: NOW + 1000,
          error: '451 later',
          history,
        } as const;
        await store.commit(step([putOff]));
      }
      const due = () => store.listDue(NOW + 1, 9).map(({ id }) => id);
      assert.deepEqual(due(), []);
      await store.commit(step([{ do: 'make-due', entries: { entry: two }, notBefore: NOW }]));
      assert.deepEqual(due(), [two]);
      assert.deepEqual(store.findQueueEntry(two)?.history, history, 'what was met is still known');
      assert.equal(store.findQueueEntry(two)?.attempts, 1);
      await store.commit(step([{ do: 'make-due', entries: { destination: 'gamma.test' }, notBefore: NOW }]));
      assert.deepEqual(due(), [two, three]);
      await store.commit(step([{ do: 'make-due', entries: { all: true }, notBefore: NOW + 1 }]));
      assert.deepEqual(due(), [one, two, three]);
      await store.commit(step([{ do: 'retry-later', entry: one, notBefore: NOW + 5, error: '' }]));
      assert.deepEqual(store.findQueueEntry(one)?.history, history, 'kept when nothing is said of it');
    });
  });

  describe(`tracking, ${engine.name}`, () => {
    const submission: Submission = {
      identifier: IDENTIFIER,
      mailbox: 1,
      sender: 'protocollo@alfa.test',
      messageId: '<m1@client.test>',
      replyTo: 'protocollo@alfa.test',
      recipients: [{ address: 'sindaco@beta.test', certified: true }],
      receiptType: 'breve',
      acceptedAt: NOW,
    };

    test('the first submission of an identifier stays', async (t) => {
      const store = await engine.open(t);
      await store.commit(step([{ do: 'put-submission', submission }]));
      await store.commit(step([{ do: 'put-submission', submission: { ...submission, subject: 'later' } }]));
      assert.deepEqual(store.findSubmission(IDENTIFIER), submission);
      assert.equal(store.findSubmission('other@alfa.test'), undefined);
    });

    test('each mark of a recipient is set once', async (t) => {
      const store = await engine.open(t);
      const tracking: Tracking = {
        identifier: IDENTIFIER,
        recipient: 'Sindaco@beta.test',
        dispatchedAt: NOW,
      };
      const other: Tracking = { ...tracking, recipient: 'b@beta.test' };
      await store.commit(step([tracking, other].map((each) => ({ do: 'track', tracking: each }))));
      await store.commit(step([{ do: 'track', tracking: { ...tracking, dispatchedAt: 5 } }]));
      const mark = { do: 'mark-tracking', identifier: IDENTIFIER, recipient: 'sindaco@BETA.test' } as const;
      await store.commit(step([{ ...mark, takenInChargeAt: NOW + 1 }]));
      await store.commit(
        step([{ ...mark, takenInChargeAt: NOW + 9, outcome: 'delivered', outcomeAt: NOW + 2 }]),
      );
      await store.commit(step([{ ...mark, outcome: 'expired', outcomeAt: NOW + 3, firstNoticeAt: NOW + 4 }]));
      const marked: Tracking = {
        ...tracking,
        takenInChargeAt: NOW + 1,
        outcome: 'delivered',
        outcomeAt: NOW + 2,
        firstNoticeAt: NOW + 4,
      };
      assert.deepEqual(store.findTracking(IDENTIFIER, 'SINDACO@beta.test'), marked);
      assert.deepEqual(store.listTrackings(IDENTIFIER), [marked, other]);
      await store.commit(step([{ ...mark, identifier: 'unknown', outcome: 'expired' }]));
      assert.deepEqual(store.listTrackings('unknown'), []);
    });

    test('an envelope is kept until the last of its recipients has an outcome or a second notice', async (t) => {
      const store = await engine.open(t);
      const brings = message(store, 'an envelope with a large original');
      const track = (recipient: string) => {
        const tracking: Tracking = { identifier: IDENTIFIER, recipient, dispatchedAt: NOW };
        return { do: 'track', tracking, envelope: brings.id } as const;
      };
      const recipients = ['Sindaco@beta.test', 'b@beta.test', 'c@beta.test'];
      await store.commit(step(recipients.map(track), { brings: [brings] }));
      assert.equal(store.findAwaitedEnvelope(IDENTIFIER), brings.id);
      assert.equal(store.findAwaitedEnvelope('other@alfa.test'), undefined);
      const mark = { do: 'mark-tracking', identifier: IDENTIFIER } as const;
      const delivered = { outcome: 'delivered', outcomeAt: NOW } as const;
      const noEnd = { takenInChargeAt: NOW, firstNoticeAt: NOW };
      await store.commit(step(recipients.map((recipient) => ({ ...mark, recipient, ...noEnd }))));
      await store.commit(step([{ ...mark, recipient: 'sindaco@beta.test', ...delivered }]));
      await store.commit(step([{ ...mark, recipient: 'b@beta.test', secondNoticeAt: NOW }]));
      // What has an end already keeps nothing, however often it is told.
      await store.commit(step([{ ...mark, recipient: 'b@beta.test', ...delivered }, track('b@beta.test')]));
      assert.equal(await textOf(store, brings.id), 'an envelope with a large original');
      await store.commit(step([{ ...mark, recipient: 'c@beta.test', ...delivered }]));
      assert.equal(store.findAwaitedEnvelope(IDENTIFIER), undefined);
      assert.equal(store.findContent(brings.id), undefined);
    });

    test('AP-37 AP-38 a recipient is silent until an end, a notice or a take-charge', async (t) => {
      const store = await engine.open(t);
      const track = (recipient: string, more: Partial<Tracking> = {}) => {
        const tracking = { identifier: IDENTIFIER, recipient, dispatchedAt: NOW, ...more };
        return store.commit(step([{ do: 'track', tracking }]));
      };
      await track('b@beta.test');
      await track('older@beta.test', { identifier: 'opec2@alfa.test', dispatchedAt: NOW - 5 });
      await track('A@beta.test');
      await track('taken@beta.test', { takenInChargeAt: NOW });
      await track('warned@beta.test', { firstNoticeAt: NOW });
      await track('ended@beta.test', { outcome: 'delivered', outcomeAt: NOW });
      await track('given-up@beta.test', { secondNoticeAt: NOW });
      const silent = (firstBefore: number, secondBefore: number, limit = 9) =>
        store.listSilent({ firstBefore, secondBefore, limit }).map(({ recipient }) => recipient);
      assert.deepEqual(silent(NOW - 6, NOW - 6), []);
      assert.deepEqual(silent(NOW - 5, NOW - 6), ['older@beta.test']);
      const first = ['older@beta.test', 'A@beta.test', 'b@beta.test'];
      assert.deepEqual(silent(NOW, NOW - 6), first);
      assert.deepEqual(silent(NOW - 6, NOW), [...first, 'taken@beta.test', 'warned@beta.test']);
      assert.deepEqual(silent(NOW, NOW, 2), first.slice(0, 2));
    });

    test('DP-24 the first outcome of a recipient stays', async (t) => {
      const store = await engine.open(t);
      const outcome = {
        identifier: IDENTIFIER,
        recipient: 'Ufficio@Beta.test',
        outcome: 'delivered',
        at: NOW,
      } as const;
      await store.commit(step([{ do: 'put-delivery-outcome', outcome }]));
      await store.commit(
        step([
          { do: 'put-delivery-outcome', outcome: { ...outcome, recipient: 'UFFICIO@beta.test', at: 1 } },
        ]),
      );
      assert.deepEqual(store.findDeliveryOutcome(IDENTIFIER, 'ufficio@beta.test'), outcome);
      assert.equal(store.findDeliveryOutcome('other', 'ufficio@beta.test'), undefined);
    });

    test('IP-28 each signer has outcomes of its own; one without signer counts for all', async (t) => {
      const store = await engine.open(t);
      const recipient = 'ufficio@beta.test';
      const signers = ['posta-certificata@alfa.test', 'posta-certificata@gamma.test'] as const;
      const common = { identifier: IDENTIFIER, recipient, at: NOW } as const;
      const [alfa, gamma] = signers.map((signer) => ({ ...common, signer, outcome: 'delivered' as const }));
      assert.ok(alfa && gamma);
      const put = (outcome: typeof alfa) =>
        step([{ do: 'put-delivery-outcome', outcome }], {
          onlyIf: [{ is: 'no-delivery-outcome', ...common, signer: outcome.signer }],
        });
      const done = async (outcome: typeof alfa) => (await store.commit(put(outcome))).parts[0]?.done;
      assert.deepEqual([await done(alfa), await done(alfa), await done(gamma)], [true, false, true]);
      assert.deepEqual(store.findDeliveryOutcome(IDENTIFIER, recipient), alfa, 'the first');
      assert.deepEqual(store.findDeliveryOutcome(IDENTIFIER, recipient, gamma.signer), gamma);
      assert.equal(store.findDeliveryOutcome(IDENTIFIER, recipient, 'x@delta.test'), undefined);
      const unsigned = { ...common, identifier: 'old', outcome: 'delivered' } as const;
      await store.commit(step([{ do: 'put-delivery-outcome', outcome: unsigned }]));
      assert.deepEqual(store.findDeliveryOutcome('old', recipient, gamma.signer), unsigned);
    });
  });

  describe(`certification log, ${engine.name}`, () => {
    test('LOG-1 records are numbered from 1 without gaps, whatever fails between them', async (t) => {
      const store = await engine.open(t);
      assert.equal(store.lastSequence(), 0);
      const first = await store.commit(step([{ do: 'record', record: logRecord() }]));
      assert.equal(given(first, 'record').sequence, 1);
      const failing = step([
        { do: 'record', record: logRecord() },
        { do: 'expunge', folder: 99, uids: [1] },
      ]);
      await assert.rejects(store.commit(failing));
      const records = [logRecord({ event: 'delivered', detail: { reply: '250 è fatto' } }), logRecord()];
      await store.commit(step(records.map((record) => ({ do: 'record', record }))));
      assert.equal(store.lastSequence(), 3);
      assert.deepEqual(
        store.listRecords(0, 10),
        [logRecord(), ...records].map((record, at) => ({ ...record, sequence: at + 1 })),
      );
      assert.deepEqual(
        store.listRecords(2, 1).map(({ sequence }) => sequence),
        [2],
      );
      assert.deepEqual(store.listRecords(4, 10), []);
    });

    test('LOG-2 records are found by PEC msgid and by the Message-ID of the client', async (t) => {
      const store = await engine.open(t);
      const { messageId: _, ...without } = logRecord({ identifier: 'opec2@alfa.test' });
      const records = [
        logRecord(),
        without,
        logRecord({ identifier: '', messageId: '<opec2@alfa.test>' }),
        logRecord({ identifier: 'm1@client.test', messageId: '<m1@client.test>' }),
      ];
      await store.commit(step(records.map((record) => ({ do: 'record', record }))));
      const about = (id: string) => store.recordsAbout(id).map(({ sequence }) => sequence);
      assert.deepEqual(about('opec1@alfa.test'), [1]);
      assert.deepEqual(about('opec2@alfa.test'), [2, 3]);
      assert.deepEqual(about('<opec2@alfa.test>'), [2, 3]);
      assert.deepEqual(about('m1@client.test'), [1, 4]);
      assert.deepEqual(about('nobody@client.test'), []);
      assert.deepEqual([about(''), about('<>')], [[], []]);
    });
  });
}
