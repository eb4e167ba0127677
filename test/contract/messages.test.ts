// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FolderId } from '../../src/mailroom/mailboxes/mailbox-store.ts';
import type { HouseStore } from '../../src/mailroom/steps/house-store.ts';
import { ENGINES } from './engines.ts';
import { append, given, message, NOW, putMailbox, putMessages, step, textOf } from './steps.ts';

const uidsOf = (store: HouseStore, folder: FolderId) => store.listMessages(folder).map(({ uid }) => uid);

for (const engine of ENGINES) {
  describe(`messages, ${engine.name}`, () => {
    test('an appended message is there with all that was said of it', async (t) => {
      const store = await engine.open(t);
      const { mailbox, inbox } = await putMailbox(store);
      const brings = message(store, 'Subject: x\r\n\r\n');
      const act = append(mailbox, brings.id, {
        flags: ['\\Seen', '$Forwarded', '\\Seen'],
        receivedAt: NOW - 5,
        counted: false,
      });
      const gave = given(await store.commit(step([act], { brings: [brings] })), 'message');
      const folder = store.findFolderById(inbox) ?? assert.fail();
      assert.deepEqual([gave.folder, gave.uid, gave.uidValidity], [inbox, 1, folder.uidValidity]);
      assert.equal(gave.modseq, folder.highestModseq);
      assert.equal(folder.uidNext, 2);
      const [entry] = store.listMessages(inbox);
      const { emailId, ...rest } = entry ?? assert.fail();
      assert.match(emailId, /^[A-Za-z0-9_-]{1,255}$/);
      assert.deepEqual(rest, {
        folder: inbox,
        uid: 1,
        modseq: gave.modseq,
        content: brings.id,
        sizeBytes: 14,
        flags: ['$Forwarded', '\\Seen'],
        receivedAt: NOW - 5,
        savedAt: NOW,
        counted: false,
      });
    });

    test('folder counters and usage follow every change', async (t) => {
      const store = await engine.open(t);
      const { mailbox, inbox } = await putMailbox(store);
      const counters = () => {
        const { messages, unseen, deleted, sizeBytes } = store.findFolderById(inbox) ?? assert.fail();
        return { messages, unseen, deleted, sizeBytes, ...store.usage(mailbox) };
      };
      await putMessages(store, mailbox, ['1', '22', '333']);
      const receipt = message(store, '4444');
      await store.commit(step([append(mailbox, receipt.id, { counted: false })], { brings: [receipt] }));
      const all = { messages: 4, unseen: 4, deleted: 0, sizeBytes: 10, countedBytes: 6, totalBytes: 10 };
      assert.deepEqual(counters(), all);
      const flags = ['\\Seen', '\\Deleted'];
      await store.commit(step([{ do: 'set-flags', folder: inbox, uids: [2, 3], mode: 'add', flags }]));
      assert.deepEqual(counters(), { ...all, unseen: 2, deleted: 2 });
      await store.commit(step([{ do: 'set-flags', folder: inbox, uids: [3], mode: 'set', flags: ['x'] }]));
      assert.deepEqual(counters(), { ...all, unseen: 3, deleted: 1 });
      await store.commit(step([{ do: 'expunge', folder: inbox, uids: [2, 4] }]));
      assert.deepEqual(counters(), {
        messages: 2,
        unseen: 2,
        deleted: 0,
        sizeBytes: 4,
        countedBytes: 4,
        totalBytes: 4,
      });
    });

    test('RFC 7162: only what changes gets a new MODSEQ, and UNCHANGEDSINCE refuses', async (t) => {
      const store = await engine.open(t);
      const { mailbox, inbox } = await putMailbox(store);
      await putMessages(store, mailbox, ['a', 'b', 'c']);
      const before = store.findFolderById(inbox)?.highestModseq ?? 0;
      const seen = { do: 'set-flags', folder: inbox, mode: 'add', flags: ['\\Seen'] } as const;
      const first = given(await store.commit(step([{ ...seen, uids: [3, 1, 77, 1] }])), 'flags');
      assert.deepEqual([first.changed, first.refused], [[1, 3], []]);
      assert.ok(first.modseq > before);
      const again = given(await store.commit(step([{ ...seen, uids: [1, 3] }])), 'flags');
      assert.deepEqual(again, { gave: 'flags', modseq: first.modseq, changed: [], refused: [] });
      const guarded = { ...seen, mode: 'remove', uids: [1, 2, 3], unchangedSince: before } as const;
      const second = given(await store.commit(step([guarded])), 'flags');
      assert.deepEqual([second.changed, second.refused], [[], [1, 3]]);
      const third = given(
        await store.commit(step([{ ...guarded, flags: [], mode: 'set', uids: [1] }])),
        'flags',
      );
      assert.deepEqual(third.refused, [1]);
      assert.deepEqual(
        store.listMessages(inbox).map(({ modseq }) => modseq > before),
        [true, false, true],
      );
      assert.equal(store.findFolderById(inbox)?.highestModseq, first.modseq);
    });

    test('messages are listed in UID order, by range, by change and up to a limit', async (t) => {
      const store = await engine.open(t);
      const { mailbox, inbox } = await putMailbox(store);
      await putMessages(store, mailbox, ['a', 'b', 'c', 'd', 'e']);
      const since = store.findFolderById(inbox)?.highestModseq ?? 0;
      await store.commit(
        step([{ do: 'set-flags', folder: inbox, uids: [4, 2], mode: 'add', flags: ['\\Flagged'] }]),
      );
      const list = (range: Parameters<HouseStore['listMessages']>[1]) =>
        store.listMessages(inbox, range).map(({ uid }) => uid);
      assert.deepEqual(list({}), [1, 2, 3, 4, 5]);
      assert.deepEqual(list({ fromUid: 2, toUid: 4 }), [2, 3, 4]);
      assert.deepEqual(list({ fromUid: 4 }), [4, 5]);
      assert.deepEqual(list({ limit: 2 }), [1, 2]);
      assert.deepEqual(list({ limit: 0 }), []);
      assert.deepEqual(list({ changedSince: since }), [2, 4]);
      assert.deepEqual(list({ changedSince: since, fromUid: 3 }), [4]);
      assert.deepEqual(list({ changedSince: since, limit: 1 }), [2]);
      assert.deepEqual(list({ changedSince: since + 1 }), []);
    });

    test('UIDs and MODSEQs are never used again, and what went is told by MODSEQ', async (t) => {
      const store = await engine.open(t);
      const { mailbox, inbox } = await putMailbox(store);
      await putMessages(store, mailbox, ['a', 'b', 'c']);
      const start = store.findFolderById(inbox)?.highestModseq ?? 0;
      const expunge = async (uids: number[]) =>
        given(await store.commit(step([{ do: 'expunge', folder: inbox, uids }])), 'expunged');
      const first = await expunge([3, 2, 9]);
      assert.deepEqual(first.uids, [2, 3]);
      assert.ok(first.modseq > start);
      assert.deepEqual(await expunge([3]), { gave: 'expunged', uids: [], modseq: first.modseq });
      await putMessages(store, mailbox, ['d']);
      assert.deepEqual(uidsOf(store, inbox), [1, 4]);
      const second = await expunge([1]);
      assert.ok(second.modseq > first.modseq);
      assert.deepEqual(store.listExpunged(inbox, 0), [1, 2, 3]);
      assert.deepEqual(store.listExpunged(inbox, first.modseq), [1]);
      assert.deepEqual(store.listExpunged(inbox, second.modseq), []);
    });

    test('RFC 7162: removals beyond the limit are forgotten, a MODSEQ at a time', async (t) => {
      const store = await engine.open(t, { expungedKept: 3 });
      const { mailbox, inbox } = await putMailbox(store);
      await putMessages(store, mailbox, ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
      const expunge = async (uids: number[]) =>
        given(await store.commit(step([{ do: 'expunge', folder: inbox, uids }])), 'expunged').modseq;
      const two = await expunge([1, 2]);
      const one = await expunge([3]);
      assert.deepEqual(store.listExpunged(inbox, 0), [1, 2, 3]);
      await expunge([4]);
      assert.equal(store.listExpunged(inbox, two - 1), undefined);
      assert.deepEqual(store.listExpunged(inbox, two), [3, 4]);
      const four = await expunge([5, 6, 7, 8]);
      assert.equal(store.listExpunged(inbox, one), undefined);
      assert.deepEqual(store.listExpunged(inbox, four), []);
    });

    test('a copy shares the content and keeps flags, date and EMAILID', async (t) => {
      const store = await engine.open(t);
      const { mailbox, inbox } = await putMailbox(store);
      const [, second = 0] = await putMessages(store, mailbox, ['a', 'bb', 'ccc']);
      await store.commit(
        step([{ do: 'set-flags', folder: inbox, uids: [2], mode: 'set', flags: ['\\Seen'] }]),
      );
      const folder = { name: 'Archivio', subscribed: true };
      const to = given(await store.commit(step([{ do: 'create-folder', mailbox, folder }])), 'folder').folder;
      const act = { do: 'copy', folder: inbox, uids: [3, 2, 8], to, savedAt: NOW + 9, move: false } as const;
      const copied = given(await store.commit(step([act])), 'copied');
      assert.deepEqual(
        [copied.from, copied.to],
        [
          [2, 3],
          [1, 2],
        ],
      );
      assert.equal(copied.uidValidity, store.findFolderById(to)?.uidValidity);
      assert.equal(copied.modseq, store.findFolderById(to)?.highestModseq);
      const original = store.listMessages(inbox)[1] ?? assert.fail();
      const copy = store.listMessages(to)[0] ?? assert.fail();
      const { modseq } = copied;
      assert.deepEqual(copy, { ...original, folder: to, uid: 1, modseq, savedAt: NOW + 9 });
      assert.deepEqual(store.usage(mailbox), { countedBytes: 11, totalBytes: 11 });
      await store.commit(step([{ do: 'expunge', folder: inbox, uids: [2] }]));
      assert.equal(await textOf(store, second), 'bb');
      await store.commit(step([{ do: 'expunge', folder: to, uids: [1] }]));
      assert.equal(store.findContent(second), undefined);
      const none = given(await store.commit(step([{ ...act, uids: [99] }])), 'copied');
      assert.deepEqual([none.from, none.to, none.modseq], [[], [], store.findFolderById(to)?.highestModseq]);
    });

    test('RFC 6851: a move is a copy and an expunge with one MODSEQ', async (t) => {
      const store = await engine.open(t);
      const { mailbox, inbox } = await putMailbox(store);
      await putMessages(store, mailbox, ['a', 'b', 'c']);
      const folder = { name: 'Cestino', subscribed: true };
      const to = given(await store.commit(step([{ do: 'create-folder', mailbox, folder }])), 'folder').folder;
      const before = store.findFolderById(inbox)?.highestModseq ?? 0;
      const act = { do: 'copy', folder: inbox, uids: [1, 3], to, savedAt: NOW, move: true } as const;
      const moved = given(await store.commit(step([act])), 'copied');
      assert.deepEqual(
        [moved.from, moved.to],
        [
          [1, 3],
          [1, 2],
        ],
      );
      assert.deepEqual([uidsOf(store, inbox), uidsOf(store, to)], [[2], [1, 2]]);
      assert.deepEqual(store.listExpunged(inbox, before), [1, 3]);
      assert.equal(store.findFolderById(inbox)?.highestModseq, moved.modseq);
      assert.equal(store.findFolderById(to)?.highestModseq, moved.modseq);
      assert.deepEqual(store.usage(mailbox), { countedBytes: 3, totalBytes: 3 });
      const within = await store.commit(step([{ ...act, folder: to, uids: [1] }]));
      assert.deepEqual(given(within, 'copied').to, [3]);
      assert.deepEqual(uidsOf(store, to), [2, 3]);
      assert.equal(store.findFolderById(to)?.messages, 2);
    });

    test('a message moved to another mailbox counts there', async (t) => {
      const store = await engine.open(t);
      const one = await putMailbox(store);
      const other = await putMailbox(store, { address: 'sindaco@alfa.test' });
      await putMessages(store, one.mailbox, ['12345']);
      const act = {
        do: 'copy',
        folder: one.inbox,
        uids: [1],
        to: other.inbox,
        savedAt: NOW,
        move: true,
      } as const;
      await store.commit(step([act]));
      assert.deepEqual(store.usage(one.mailbox), { countedBytes: 0, totalBytes: 0 });
      assert.deepEqual(store.usage(other.mailbox), { countedBytes: 5, totalBytes: 5 });
      assert.deepEqual(store.listExpunged(one.inbox, 0), [1]);
    });
  });
}
