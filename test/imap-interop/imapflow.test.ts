// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import {
  type ExistsEvent,
  type ExpungeEvent,
  type FlagsEvent,
  ImapFlow,
  type ImapFlowOptions,
} from 'imapflow';
import { ADDRESS, type ImapHouse, PASSWORD } from '../imap/house.ts';
import { giveCommands } from './commands.ts';
import { makeMessage, makeMessages } from './corpus.ts';
import { countersOf, MESSAGE_COUNT, openOddHouse, SUITE_MS, sha256, stateOfHouse } from './interop-house.ts';
import { levels, levelsAbove, NEW_FOLDERS, ODD_FOLDERS } from './odd-folders.ts';

type Kind = 'tls' | 'starttls';

/** A client of the house, logged in; it ends with the scope. */
async function connect(house: ImapHouse, kind: Kind, options: Partial<ImapFlowOptions> = {}) {
  const client = new ImapFlow({
    host: 'localhost',
    port: kind === 'tls' ? house.imaps : house.imap,
    secure: kind === 'tls',
    doSTARTTLS: kind === 'starttls',
    tls: { ca: readFileSync(house.caFile) },
    auth: { user: ADDRESS, pass: PASSWORD },
    disableAutoIdle: true,
    logger: false,
    ...options,
  });
  await client.connect();
  return { client, [Symbol.asyncDispose]: () => client.logout() };
}

/** Hash of each message of a folder, in the order of UIDs. */
async function hashesOf(client: ImapFlow, folder: string): Promise<string[]> {
  const lock = await client.getMailboxLock(folder, { readOnly: true });
  const hashes: string[] = [];
  if (client.mailbox !== false && client.mailbox.exists > 0)
    for await (const { source } of client.fetch('1:*', { source: true }))
      hashes.push(sha256(source ?? Buffer.of()));
  lock.release();
  return hashes;
}

suite('imapflow', { timeout: SUITE_MS }, () => {
  for (const kind of ['tls', 'starttls'] as const) {
    test(`goes through the commands over ${kind}`, async () => {
      await using house = await openOddHouse();
      const messages = makeMessages(12);
      for (const message of messages) await house.deliver(message);
      await using connection = await connect(house, kind);
      const { client } = connection;
      assert.equal(client.secureConnection, true);
      assert.equal(client.serverInfo?.name, 'Ceralacca');
      for (const extension of ['IMAP4REV2', 'CONDSTORE', 'UTF8=ACCEPT'])
        assert.ok(client.enabled.has(extension), extension);

      await lists(client);
      assert.deepEqual(await hashesOf(client, 'INBOX'), messages.map(sha256));
      await reads(client, messages);
      await changes(client, house);
    });
  }

  test('brings back every message, and a second look transfers nothing', async () => {
    await using house = await openOddHouse();
    const messages = makeMessages(MESSAGE_COUNT);
    for (const message of messages) await house.deliver(message);
    for (const { name } of ODD_FOLDERS) await house.deliver(makeMessage(400_000), { folder: name });
    await using connection = await connect(house, 'tls', { qresync: true });
    const { client } = connection;
    assert.deepEqual(await hashesOf(client, 'INBOX'), messages.map(sha256));
    for (const { name } of ODD_FOLDERS)
      assert.deepEqual(await hashesOf(client, name), [sha256(makeMessage(400_000))], name);
    const counters = countersOf(house);
    const { highestModseq = 0n } = await client.mailboxOpen('INBOX');
    const changed = await client.fetchAll('1:*', { flags: true }, { changedSince: highestModseq });
    assert.deepEqual(changed, []);
    assert.deepEqual(countersOf(house), counters);
  });

  test('is told in IDLE of what others do, by UID with QRESYNC', async () => {
    await using house = await openOddHouse();
    for (const message of makeMessages(5)) await house.deliver(message);
    await using connection = await connect(house, 'tls', { qresync: true });
    const { client } = connection;
    await client.mailboxOpen('INBOX');
    const idling = client.idle();
    const arrived = once(client, 'exists') as Promise<[ExistsEvent]>;
    await house.deliver(makeMessage(77));
    assert.equal((await arrived)[0].count, 6);
    const marked = once(client, 'flags') as Promise<[FlagsEvent]>;
    await giveCommands(house, ['SELECT INBOX', 'UID STORE 2 +FLAGS.SILENT (\\Flagged lavoro)']);
    const [{ uid, flags }] = await marked;
    assert.deepEqual([uid, [...flags].sort()], [2, ['\\Flagged', 'lavoro']]);
    const removed = once(client, 'expunge') as Promise<[ExpungeEvent]>;
    await giveCommands(house, ['SELECT INBOX', 'UID MOVE 3 Archivio']);
    const [event] = await removed;
    assert.deepEqual([event.uid, event.vanished, event.earlier ?? false], [3, true, false]);
    await client.noop();
    await idling;
    // It does not count what VANISHED took away; the server says so again.
    assert.equal((await client.mailboxOpen('INBOX')).exists, 5);
  });

  test('is told after a reconnection of just what changed (RFC 7162)', async () => {
    await using house = await openOddHouse();
    for (const message of makeMessages(30)) await house.deliver(message);
    const before = await connect(house, 'tls', { qresync: true });
    const { uidValidity, highestModseq = 0n } = await before.client.mailboxOpen('INBOX');
    await before.client.logout();
    await giveCommands(house, [
      'SELECT INBOX',
      'UID STORE 4,9 +FLAGS (\\Seen)',
      'UID MOVE 7:8 Archivio',
      'UID STORE 20 +FLAGS (\\Deleted)',
      'UID EXPUNGE 20',
    ]);
    await house.deliver(makeMessage(88));

    await using connection = await connect(house, 'tls', { qresync: true });
    const { client } = connection;
    const [vanished, flagged] = [[] as (number | undefined)[], [] as (number | undefined)[]];
    client.on('expunge', ({ uid, earlier }) => {
      if (earlier === true) vanished.push(uid);
    });
    client.on('flags', ({ uid }) => flagged.push(uid));
    // What its types do not tell.
    const since = { readOnly: false, changedSince: highestModseq, uidValidity };
    const { exists } = await client.mailboxOpen('INBOX', since);
    assert.equal(exists, 28);
    assert.deepEqual(vanished, [7, 8, 20]);
    assert.deepEqual(flagged, [4, 9, 31]);
    const changed = await client.fetchAll('1:*', { uid: true }, { uid: true, changedSince: highestModseq });
    assert.deepEqual(
      changed.map(({ uid }) => uid),
      [4, 9, 31],
    );
  });
});

async function lists(client: ImapFlow): Promise<void> {
  const folders = await client.list({ statusQuery: { messages: true, unseen: true, size: true } });
  const paths = folders.map(({ path }) => path);
  for (const { name } of ODD_FOLDERS) assert.ok(paths.includes(name), name);
  const uses = folders.flatMap(({ path, specialUse, specialUseSource }) =>
    specialUseSource === 'extension' ? [[path, specialUse]] : [],
  );
  assert.deepEqual(uses.sort(), [
    ['Archivio', '\\Archive'],
    ['Bozze', '\\Drafts'],
    ['Cestino', '\\Trash'],
    ['Indesiderata', '\\Junk'],
    ['Inviata', '\\Sent'],
  ]);
  assert.equal(folders.find(({ path }) => path === 'INBOX')?.status?.messages, 12);
}

async function reads(client: ImapFlow, messages: readonly Buffer[]): Promise<void> {
  const size = messages.reduce((sum, { length }) => sum + length, 0);
  const status = await client.status('INBOX', { messages: true, uidNext: true, size: true, deleted: true });
  assert.deepEqual(status, { path: 'INBOX', messages: 12, uidNext: 13, size, deleted: 0 });
  await client.mailboxOpen('INBOX');
  assert.deepEqual(await client.search({ subject: 'punti' }, { uid: true }), [2]);
  assert.deepEqual(await client.search({ body: 'al sicuro' }, { uid: true }), [8]);
  const query = { envelope: true, bodyStructure: true, size: true, bodyParts: ['2'], headers: ['subject'] };
  const whole = await client.fetchOne('8', query, { uid: true });
  assert.ok(whole);
  assert.equal(whole.envelope?.messageId, '<m7@alfa.test>');
  assert.equal(whole.size, messages[7]?.length);
  assert.equal(whole.bodyStructure?.childNodes?.[1]?.envelope?.subject, 'dentro');
  assert.equal(whole.bodyParts?.get('2')?.toString(), 'Subject: dentro\r\n\r\nal sicuro');
  assert.equal(whole.headers?.toString(), 'Subject: parti\r\n\r\n');
  const part = await client.fetchOne('10', { source: { start: 100, maxLength: 50 } });
  assert.ok(part);
  assert.deepEqual(part.source, messages[9]?.subarray(100, 150));
  const { content } = await client.download('10', undefined, { chunkSize: 4096 });
  assert.equal(sha256(Buffer.concat(await content.toArray())), sha256(messages[9] ?? Buffer.of()));
  const quota = await client.getQuota('INBOX');
  const usage = Math.ceil(size / 1024) * 1024;
  // Its types call it `used`.
  const storage = { usage, limit: 10_000_000_000, status: '0%' };
  assert.deepEqual(quota, { path: 'INBOX', storage });
}

async function changes(client: ImapFlow, house: ImapHouse): Promise<void> {
  const fresh = makeMessage(99);
  const idate = new Date(Date.UTC(2024, 4, 6, 7, 8, 9));
  const appended = await client.append('INBOX', fresh, ['\\Flagged', 'lavoro'], idate);
  assert.deepEqual(appended && [appended.uid, appended.seq], [13, 13]);
  const back = await client.fetchOne('13', { source: true, internalDate: true, flags: true }, { uid: true });
  assert.ok(back);
  assert.deepEqual([back.source, back.internalDate], [fresh, idate]);
  assert.deepEqual([...(back.flags ?? [])].sort(), ['\\Flagged', 'lavoro']);

  assert.ok(await client.messageFlagsAdd('1:3', ['\\Seen', '$Forwarded'], { uid: true }));
  assert.ok(await client.messageFlagsRemove('2', ['\\Seen'], { uid: true }));
  assert.deepEqual(await client.search({ seen: true }, { uid: true }), [1, 3]);
  const [made] = NEW_FOLDERS;
  for (const name of [made?.name ?? '', levels('nuovo', 20)]) {
    assert.equal((await client.mailboxCreate(name)).created, true, name);
    const listed = new Set((await client.list()).map(({ path }) => path));
    for (const level of [...levelsAbove(name), name]) assert.ok(listed.has(level), level);
  }
  await client.mailboxOpen('INBOX');
  const copied = await client.messageCopy('1:2', made?.name ?? '', { uid: true });
  assert.deepEqual(copied && [...(copied.uidMap ?? [])], [
    [1, 1],
    [2, 2],
  ]);
  const moved = await client.messageMove('4:5', levels('nuovo', 20), { uid: true });
  assert.deepEqual(moved && [...(moved.uidMap ?? [])], [
    [4, 1],
    [5, 2],
  ]);
  assert.ok(await client.messageDelete('6', { uid: true }));
  await client.mailboxRename(made?.name ?? '', 'Tè & caffè');
  await client.mailboxDelete(levels('liv', 20));
  const state = await stateOfHouse(house);
  assert.deepEqual(state['Tè & caffè'], [`${sha256(makeMessage(0))} \\Seen`, sha256(makeMessage(1))].sort());
  assert.deepEqual(state[levels('nuovo', 20)], [makeMessage(3), makeMessage(4)].map(sha256).sort());
  assert.equal(state.INBOX?.length, 10);
  assert.ok(state[made?.name ?? ''] === undefined && state[levels('liv', 20)] === undefined);
}
