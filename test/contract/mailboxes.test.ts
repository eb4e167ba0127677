// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ENGINES } from './engines.ts';
import { append, given, message, NOW, newMailbox, putMailbox, putMessages, step } from './steps.ts';

for (const engine of ENGINES) {
  describe(`mailboxes and folders, ${engine.name}`, () => {
    test('a mailbox is found by its address in any letter case', async (t) => {
      const store = await engine.open(t);
      const { mailbox } = await putMailbox(store, { address: 'Protocollo@Alfa.test' });
      const wanted = { ...newMailbox('protocollo@alfa.test'), id: mailbox };
      assert.deepEqual(store.findMailbox('PROTOCOLLO@alfa.TEST'), wanted);
      assert.deepEqual(store.getMailbox(mailbox), wanted);
      assert.equal(store.findMailbox('nessuno@alfa.test'), undefined);
      assert.throws(() => store.getMailbox(mailbox + 1), { code: 'no-such-mailbox' });
      assert.throws(() => store.usage(mailbox + 1), { code: 'no-such-mailbox' });
    });

    test('putting a mailbox again changes it and keeps number, folders and messages', async (t) => {
      const store = await engine.open(t);
      const { mailbox, inbox } = await putMailbox(store, {
        passwordHash: '$argon2id$1',
        ordinaryMail: 'deliver',
      });
      await putMessages(store, mailbox, ['one']);
      const changed = newMailbox('PROTOCOLLO@alfa.test', {
        holder: 'Comune',
        status: 'disabled',
        quotaBytes: 7,
      });
      const folders = [
        { name: 'INBOX', subscribed: false },
        { name: 'Inviata', specialUse: '\\Sent', subscribed: false },
      ];
      const again = await store.commit(step([{ do: 'put-mailbox', mailbox: changed, folders }]));
      assert.equal(given(again, 'mailbox').mailbox, mailbox);
      assert.deepEqual(store.getMailbox(mailbox), {
        ...changed,
        address: 'protocollo@alfa.test',
        id: mailbox,
      });
      const [first, second] = store.listFolders(mailbox);
      assert.deepEqual([first?.id, first?.subscribed, first?.messages], [inbox, true, 1]);
      assert.deepEqual([second?.name, second?.specialUse, second?.subscribed], ['Inviata', '\\Sent', false]);
    });

    test('mailboxes are listed by address', async (t) => {
      const store = await engine.open(t);
      for (const address of ['c@alfa.test', 'a@alfa.test', 'é@alfa.test', 'b@alfa.test'])
        await putMailbox(store, { address });
      const addresses = store.listMailboxes().map((mailbox) => mailbox.address);
      assert.deepEqual(addresses, ['a@alfa.test', 'b@alfa.test', 'c@alfa.test', 'é@alfa.test']);
    });

    test('a new folder is empty and an append makes the folder it needs', async (t) => {
      const store = await engine.open(t);
      const { mailbox } = await putMailbox(store);
      const folder = { name: 'Fatture/2026', specialUse: '\\Archive', subscribed: true };
      const outcome = await store.commit(step([{ do: 'create-folder', mailbox, folder }]));
      const id = given(outcome, 'folder').folder;
      const { uidValidity, highestModseq, ...found } = store.findFolderById(id) ?? assert.fail();
      const counters = { uidNext: 1, messages: 0, unseen: 0, deleted: 0, sizeBytes: 0 };
      assert.deepEqual(found, { id, mailbox, ...folder, ...counters });
      assert.ok(uidValidity > 0 && highestModseq > 0);
      const brings = message(store, 'a receipt');
      await store.commit(step([append(mailbox, brings.id, { folder: 'Ricevute' })], { brings: [brings] }));
      assert.equal(store.findFolder(mailbox, 'Ricevute')?.messages, 1);
      assert.deepEqual(
        store.listFolders(mailbox).map(({ name }) => name),
        ['Fatture/2026', 'INBOX', 'Ricevute'],
      );
    });

    test('a folder of a name that is taken, of no mailbox, or not there at all is a fault', async (t) => {
      const store = await engine.open(t);
      const { mailbox, inbox } = await putMailbox(store);
      const folder = { name: 'INBOX', subscribed: true };
      const acts = [
        [{ do: 'create-folder', mailbox, folder }, 'folder-exists'],
        [{ do: 'create-folder', mailbox: 99, folder }, 'no-such-mailbox'],
        [append(99, 1), 'no-such-mailbox'],
        [append(mailbox, 99), 'no-such-content'],
        [{ do: 'rename-folder', folder: 99, name: 'x' }, 'no-such-folder'],
        [{ do: 'subscribe', mailbox: 99, name: 'x', subscribed: true }, 'no-such-mailbox'],
        [{ do: 'expunge', folder: 99, uids: [1] }, 'no-such-folder'],
        [{ do: 'set-flags', folder: 99, uids: [1], mode: 'add', flags: ['\\Seen'] }, 'no-such-folder'],
        [{ do: 'copy', folder: inbox, uids: [1], to: 99, savedAt: NOW, move: false }, 'no-such-folder'],
        [{ do: 'set-flags', folder: inbox, uids: [1], mode: 'add', flags: ['a b'] }, 'step-malformed'],
      ] as const;
      await putMessages(store, mailbox, ['one']);
      for (const [act, code] of acts)
        await assert.rejects(store.commit(step([act])), { name: 'Fault', code, temporary: false });
      await store.commit(step([{ do: 'delete-folder', folder: 99 }]));
    });

    test('RFC 9051 section 6.3.6: a renamed folder takes those below it along', async (t) => {
      const store = await engine.open(t);
      const { mailbox, inbox } = await putMailbox(store);
      for (const name of ['a', 'a/b', 'a/b/c', 'ab', 'INBOX/x'])
        await store.commit(step([{ do: 'create-folder', mailbox, folder: { name, subscribed: true } }]));
      const names = () => store.listFolders(mailbox).map((folder) => folder.name);
      const a = store.findFolder(mailbox, 'a')?.id ?? 0;
      await store.commit(step([{ do: 'rename-folder', folder: a, name: 'a/b' }]));
      assert.deepEqual(names(), ['INBOX', 'INBOX/x', 'a/b', 'a/b/b', 'a/b/b/c', 'ab']);
      assert.equal(store.findFolder(mailbox, 'a/b')?.id, a);
      await assert.rejects(store.commit(step([{ do: 'rename-folder', folder: a, name: 'ab' }])), {
        code: 'folder-exists',
      });
      await store.commit(step([{ do: 'rename-folder', folder: inbox, name: 'Old' }]));
      assert.deepEqual(names(), ['INBOX/x', 'Old', 'a/b', 'a/b/b', 'a/b/b/c', 'ab']);
    });

    test('a deleted folder takes its messages along and leaves those below it', async (t) => {
      const store = await engine.open(t);
      const { mailbox } = await putMailbox(store);
      const brings = [message(store, '12345'), message(store, '123')] as const;
      const acts = [
        append(mailbox, brings[0].id, { folder: 'a' }),
        append(mailbox, brings[1].id, { folder: 'a/b' }),
      ];
      await store.commit(step(acts, { brings }));
      const folder = store.findFolder(mailbox, 'a') ?? assert.fail();
      await store.commit(step([{ do: 'delete-folder', folder: folder.id }]));
      assert.equal(store.findFolderById(folder.id), undefined);
      assert.equal(store.findContent(brings[0].id), undefined);
      assert.equal(store.findFolder(mailbox, 'a/b')?.messages, 1);
      assert.deepEqual(store.usage(mailbox), { countedBytes: 3, totalBytes: 3 });
      assert.deepEqual(store.listMessages(folder.id), []);
      assert.equal(store.listExpunged(folder.id, 0), undefined);
    });

    test('RFC 9051 section 2.3.1.1: a folder made again has a greater UIDVALIDITY', async (t) => {
      const store = await engine.open(t);
      const { mailbox } = await putMailbox(store);
      const make = async () => {
        await store.commit(
          step([{ do: 'create-folder', mailbox, folder: { name: 'Bozze', subscribed: true } }]),
        );
        return store.findFolder(mailbox, 'Bozze') ?? assert.fail();
      };
      const first = await make();
      await store.commit(step([{ do: 'delete-folder', folder: first.id }]));
      const second = await make();
      assert.ok(second.uidValidity > first.uidValidity);
      assert.ok(second.id > first.id);
      assert.ok(second.highestModseq > first.highestModseq);
    });

    test('RFC 9051 section 6.3.7: a name stays subscribed whatever becomes of its folder', async (t) => {
      const store = await engine.open(t);
      const { mailbox, inbox } = await putMailbox(store);
      await store.commit(step([{ do: 'subscribe', mailbox, name: 'INBOX', subscribed: false }]));
      assert.equal(store.findFolderById(inbox)?.subscribed, false);
      await store.commit(step([{ do: 'create-folder', mailbox, folder: { name: 'à', subscribed: true } }]));
      const folder = store.findFolder(mailbox, 'à') ?? assert.fail();
      assert.equal(folder.subscribed, true);
      await store.commit(step([{ do: 'rename-folder', folder: folder.id, name: 'b' }]));
      assert.equal(store.findFolderById(folder.id)?.subscribed, false);
      await store.commit(step([{ do: 'delete-folder', folder: folder.id }]));
      assert.deepEqual(store.listSubscriptions(mailbox), ['à']);
      await store.commit(step([{ do: 'subscribe', mailbox, name: 'à', subscribed: false }]));
      assert.deepEqual(store.listSubscriptions(mailbox), []);
    });

    test('RFC 9051 section 2.3.2: letter case makes no other flag, and the first spelling stays', async (t) => {
      const store = await engine.open(t);
      const { mailbox, inbox } = await putMailbox(store);
      await putMessages(store, mailbox, ['one']);
      const flagsAfter = async (mode: 'set' | 'add' | 'remove', flags: readonly string[]) => {
        await store.commit(step([{ do: 'set-flags', folder: inbox, uids: [1], mode, flags }]));
        return store.listMessages(inbox)[0]?.flags;
      };
      assert.deepEqual(await flagsAfter('add', ['Work', 'WORK']), ['Work']);
      assert.deepEqual(await flagsAfter('add', ['work', '\\Seen']), ['Work', '\\Seen']);
      assert.deepEqual(await flagsAfter('set', ['wORK', 'b']), ['Work', 'b']);
      assert.deepEqual(await flagsAfter('remove', ['WORK']), ['b']);
    });

    test('what is read at once is of one instant', async (t) => {
      const store = await engine.open(t);
      const { mailbox, inbox } = await putMailbox(store);
      const read = () => store.atOnce(() => store.listMessages(inbox).length);
      assert.equal(store.atOnce(read), 0);
      await putMessages(store, mailbox, ['one']);
      assert.equal(read(), 1);
      assert.throws(() => store.atOnce(() => assert.fail('as told')), /as told/);
      await putMessages(store, mailbox, ['two']);
      assert.equal(read(), 2);
    });
  });
}
