// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Act, Condition } from '../../src/mailroom/steps/step-store.ts';
import { ENGINES } from './engines.ts';
import { append, bringing, given, logRecord, message, putMailbox, queueEntry, step } from './steps.ts';

const identifier = 'opec1@alfa.test';
const recipient = 'Sindaco@Beta.test';
const record: Act = { do: 'record', record: logRecord() };

for (const engine of ENGINES) {
  describe(`steps, ${engine.name}`, () => {
    test('a condition that does not hold leaves out its part and names itself', async (t) => {
      const store = await engine.open(t);
      const { mailbox } = await putMailbox(store, { quotaBytes: 100 });
      const disabled = await putMailbox(store, { address: 'off@alfa.test', status: 'disabled' });
      const outcome = { identifier, recipient, outcome: 'delivered', at: 1 } as const;
      const brings = message(store, 'queued');
      const setUp: Act[] = [
        { do: 'put-delivery-outcome', outcome },
        { do: 'track', tracking: { identifier, recipient, dispatchedAt: 1 } },
        {
          do: 'track',
          tracking: { identifier, recipient: 'taken@beta.test', dispatchedAt: 1, takenInChargeAt: 2 },
        },
        {
          do: 'track',
          tracking: { identifier, recipient: 'done@beta.test', dispatchedAt: 1, outcome: 'expired' },
        },
        {
          do: 'track',
          tracking: { identifier, recipient: 'warned@beta.test', dispatchedAt: 1, secondNoticeAt: 2 },
        },
        { do: 'enqueue', entry: queueEntry(brings.id) },
      ];
      const { entry } = given(await store.commit(step(setUp, { brings: [brings] })), 'entry');
      const rows: readonly (readonly [Condition, boolean])[] = [
        [{ is: 'no-delivery-outcome', identifier, recipient: 'sindaco@beta.test' }, false],
        [{ is: 'no-delivery-outcome', identifier, recipient: 'other@beta.test' }, true],
        [{ is: 'no-tracking-outcome', identifier, recipient: 'sindaco@beta.test' }, true],
        [{ is: 'no-tracking-outcome', identifier, recipient: 'DONE@beta.test' }, false],
        [{ is: 'no-tracking-outcome', identifier, recipient: 'unknown@beta.test' }, true],
        [{ is: 'no-tracking-outcome', identifier, recipient: 'sindaco@beta.test', untaken: true }, true],
        [{ is: 'no-tracking-outcome', identifier, recipient: 'taken@beta.test', untaken: true }, false],
        [{ is: 'no-tracking-outcome', identifier, recipient: 'taken@beta.test' }, true],
        [{ is: 'no-tracking-outcome', identifier, recipient: 'unknown@beta.test', untaken: true }, true],
        [{ is: 'no-tracking-outcome', identifier, recipient: 'warned@beta.test' }, true],
        [{ is: 'no-tracking-outcome', identifier, recipient: 'Warned@beta.test', unexpired: true }, false],
        [{ is: 'no-tracking-outcome', identifier, recipient: 'taken@beta.test', unexpired: true }, true],
        [{ is: 'no-tracking-outcome', identifier, recipient: 'done@beta.test', unexpired: true }, false],
        [{ is: 'queued', entry }, true],
        [{ is: 'queued', entry: entry + 1 }, false],
        [{ is: 'room', mailbox, sizeBytes: 100 }, true],
        [{ is: 'room', mailbox, sizeBytes: 101 }, false],
        [{ is: 'room', mailbox: disabled.mailbox, sizeBytes: 0 }, false],
        [{ is: 'room', mailbox: 99, sizeBytes: 0 }, false],
        [{ is: 'folder', mailbox, name: 'INBOX', wanted: true }, true],
        [{ is: 'folder', mailbox, name: 'INBOX', wanted: false }, false],
        [{ is: 'folder', mailbox, name: 'Bozze', wanted: true }, false],
        [{ is: 'folder', mailbox, name: 'Bozze', wanted: false }, true],
      ];
      for (const [condition, holds] of rows) {
        const done = await store.commit(step([record], { onlyIf: [{ is: 'queued', entry }, condition] }));
        const [part] = done.parts;
        const wanted = holds ? { done: true } : { done: false, failed: condition };
        assert.deepEqual(part?.done ? { done: true } : part, wanted, JSON.stringify(condition));
      }
      assert.equal(store.lastSequence(), rows.filter(([, holds]) => holds).length);
    });

    test('what does not count has room even in a mailbox that is too full', async (t) => {
      const store = await engine.open(t);
      const { mailbox } = await putMailbox(store, { quotaBytes: 10 });
      const full = message(store, 'twelve octets');
      await store.commit(step([append(mailbox, full.id)], { brings: [full] }));
      const onlyIf = [{ is: 'room', mailbox, sizeBytes: 0 } as const];
      const outcome = await store.commit(step([record], { onlyIf }));
      assert.equal(outcome.parts[0]?.done, true);
    });

    test('a part sees what those before it did', async (t) => {
      const store = await engine.open(t);
      const { mailbox } = await putMailbox(store, { quotaBytes: 8 });
      const [one, two] = [message(store, '12345'), message(store, '12345')];
      const onlyIf = [{ is: 'room', mailbox, sizeBytes: 5 } as const];
      const outcome = await store.commit({
        ...bringing(one, two),
        parts: [one, two].map(({ id }) => ({ onlyIf, acts: [append(mailbox, id)] })),
      });
      assert.deepEqual(
        outcome.parts.map((part) => part.done),
        [true, false],
      );
      assert.deepEqual(store.usage(mailbox), { countedBytes: 5, totalBytes: 5 });
    });

    test('a step that fails keeps nothing of itself and takes no neighbour with it', async (t) => {
      const store = await engine.open(t);
      const { mailbox, inbox } = await putMailbox(store);
      const commits = Array.from({ length: 60 }, (_, at) => {
        const brings = message(store, `message ${at}`);
        const acts = [append(mailbox, brings.id, { folder: `f${at % 2}` }), record];
        if (at % 7 === 3) acts.push({ do: 'expunge', folder: inbox + 1000, uids: [1] });
        return store.commit(step(acts, { brings: [brings] }));
      });
      const settled = await Promise.allSettled(commits);
      const kept = settled.filter((each) => each.status === 'fulfilled').length;
      assert.equal(kept, 60 - 9);
      const failures = settled.flatMap((each) => (each.status === 'rejected' ? [each.reason.code] : []));
      assert.deepEqual(new Set(failures), new Set(['no-such-folder']));
      assert.equal(store.lastSequence(), kept);
      const folders = store.listFolders(mailbox);
      assert.equal(
        folders.reduce((sum, folder) => sum + folder.messages, 0),
        kept,
      );
    });

    test('two hundred callers at once each get their own UID and sequence', async (t) => {
      const store = await engine.open(t);
      const { mailbox, inbox } = await putMailbox(store);
      const outcomes = await Promise.all(
        Array.from({ length: 200 }, async (_, at) => {
          const brings = message(store, `message ${at}`);
          const outcome = await store.commit(
            step([append(mailbox, brings.id), record], { brings: [brings] }),
          );
          const { uid, modseq } = given(outcome, 'message');
          const entry = store.listMessages(inbox, { fromUid: uid, toUid: uid })[0];
          assert.deepEqual([entry?.content, entry?.modseq], [brings.id, modseq]);
          return { uid, sequence: given(outcome, 'record').sequence };
        }),
      );
      const all = Array.from({ length: 200 }, (_, at) => at + 1);
      assert.deepEqual(
        outcomes.map(({ uid }) => uid).sort((a, b) => a - b),
        all,
      );
      assert.deepEqual(
        outcomes.map(({ sequence }) => sequence).sort((a, b) => a - b),
        all,
      );
      assert.equal(store.findFolderById(inbox)?.messages, 200);
    });

    test('listeners hear of each commit in order, before its promise resolves', async (t) => {
      const store = await engine.open(t);
      const heard: number[] = [];
      const stop = store.onCommitted(({ step: heardStep, outcome }) => {
        assert.equal(heardStep.parts.length, 1);
        heard.push(given(outcome, 'record').sequence);
      });
      const resolved: Promise<void>[] = [];
      for (let at = 0; at < 50; at++) {
        const commit = store.commit(step([record]));
        resolved.push(
          commit.then((outcome) =>
            assert.ok(heard.includes(given(outcome, 'record').sequence), 'heard first'),
          ),
        );
      }
      const refused = store.commit(step([{ do: 'expunge', folder: 99, uids: [] }]));
      await assert.rejects(refused);
      await Promise.all(resolved);
      assert.deepEqual(
        heard,
        Array.from({ length: 50 }, (_, at) => at + 1),
      );
      stop();
      await store.commit(step([record]));
      assert.equal(heard.length, 50);
    });

    test('a step that cannot cross threads is refused, and its neighbours are not', async (t) => {
      const store = await engine.open(t);
      const strange = { do: 'hold', entry: 1, held: true, odd: () => 1 } as Act;
      const commits = [record, strange, record].map((act) => store.commit(step([act])));
      const settled = await Promise.allSettled(commits);
      assert.deepEqual(
        settled.map(({ status }) => status),
        ['fulfilled', 'rejected', 'fulfilled'],
      );
    });

    test('a closed store takes no steps', async (t) => {
      const store = await engine.open(t);
      const waiting = store.commit(step([record]));
      await store[Symbol.asyncDispose]();
      await waiting;
      await assert.rejects(store.commit(step([record])), { code: 'store-unavailable', temporary: true });
    });
  });
}
