// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { access, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, type TestContext, test } from 'node:test';
import { openDatabase } from '../../src/engines/sqlite/driver.ts';
import { openSqliteStore, type SqliteStore } from '../../src/engines/sqlite/sqlite-store.ts';
import type { Fault } from '../../src/platform/faults.ts';
import { silentJournal } from '../../src/platform/journal.ts';
import { temporaryFolder } from './engines.ts';
import {
  append,
  composed,
  fileBlob,
  given,
  logRecord,
  memoryBlob,
  message,
  putMailbox,
  putMessages,
  queueEntry,
  step,
  textOf,
} from './steps.ts';

const limits = { inlineBlobBytes: 4096 };

async function open(t: TestContext, folder: string, more = {}): Promise<SqliteStore> {
  const store = await openSqliteStore({
    folder: join(folder, 'store'),
    journal: silentJournal,
    limits,
    ...more,
  });
  t.after(() => store[Symbol.asyncDispose]());
  return store;
}

function child(task: string, folder: string): ChildProcess {
  const script = join(import.meta.dirname, 'sqlite-child.ts');
  return spawn(process.execPath, [script, task, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function linesOf(process: ChildProcess): Promise<string[]> {
  assert.ok(process.stdout);
  const lines: string[] = [];
  for await (const line of createInterface({ input: process.stdout })) lines.push(line);
  return lines;
}

/** Paths of the files of large blobs, below the store's folder. */
async function blobFiles(folder: string): Promise<string[]> {
  const found = await readdir(join(folder, 'store', 'blobs'), { recursive: true, withFileTypes: true });
  return found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** Leaves the event loop no rest, so that steps are gathered. */
async function keepBusy(forMs: number): Promise<void> {
  const until = performance.now() + forMs;
  while (performance.now() < until) await new Promise((resolve) => setImmediate(resolve));
}

describe('the SQLite engine', () => {
  test('a busy thread gathers steps: few of them and many are committed in their order', async (t) => {
    const store = await open(t, await temporaryFolder(t));
    for (const [at, many] of [1, 16, 40].entries()) {
      await keepBusy(150);
      const done: number[] = [];
      const commits = Array.from({ length: many }, async (_, number) => {
        await store.commit(
          step([{ do: 'record', record: logRecord({ identifier: `opec${at}-${number}@alfa.test` }) }]),
        );
        done.push(number);
      });
      await Promise.all([...commits, keepBusy(50)]);
      assert.deepEqual(
        done,
        Array.from({ length: many }, (_, number) => number),
      );
    }
  });

  test('what is kept in case it is needed can be let go at any time, also between steps that wait', async (t) => {
    const store = await open(t, await temporaryFolder(t));
    const { mailbox, inbox } = await putMailbox(store);
    store.letGo();
    const put = ['first', 'second', 'x'.repeat(5000)].map(async (text) => {
      const messages = putMessages(store, mailbox, [text]);
      store.letGo();
      return await messages;
    });
    await Promise.all(put);
    store.letGo();
    assert.deepEqual(
      store.listMessages(inbox).map(({ uid }) => uid),
      [1, 2, 3],
    );
    await store[Symbol.asyncDispose]();
    store.letGo();
  });

  test('a store opened again has everything, and goes on counting where it was', async (t) => {
    const folder = await temporaryFolder(t);
    const first = await open(t, folder);
    const { mailbox, inbox } = await putMailbox(first);
    const [kept = 0] = await putMessages(first, mailbox, ['kept', 'gone', 'x'.repeat(5000)]);
    await first.commit(step([{ do: 'expunge', folder: inbox, uids: [2, 3] }]));
    const blobId = first.nextBlobId();
    const brings = message(first, 'queued');
    const acts = [
      { do: 'enqueue', entry: queueEntry(brings.id) },
      { do: 'record', record: logRecord() },
    ] as const;
    await first.commit(step(acts, { brings: [brings] }));
    const before = [
      first.listMailboxes(),
      first.listFolders(mailbox),
      first.listMessages(inbox),
      first.listQueue(),
    ];
    await first[Symbol.asyncDispose]();
    const again = await open(t, folder);
    assert.deepEqual(
      [again.listMailboxes(), again.listFolders(mailbox), again.listMessages(inbox), again.listQueue()],
      before,
    );
    assert.equal(await textOf(again, kept), 'kept');
    assert.deepEqual(again.listExpunged(inbox, 0), [2, 3]);
    assert.equal(again.lastSequence(), 1);
    assert.ok(again.nextBlobId() > blobId);
    assert.ok(again.nextContentId() > brings.id);
    await putMessages(again, mailbox, ['next']);
    assert.deepEqual(
      again.listMessages(inbox).map(({ uid }) => uid),
      [1, 4],
    );
  });

  test('the folder belongs to one process, and says to which', async (t) => {
    const folder = await temporaryFolder(t);
    const store = await open(t, folder);
    const held = { name: 'Fault', code: 'store-locked', message: new RegExp(`process ${process.pid} on `) };
    await assert.rejects(open(t, folder), held);
    const [line = ''] = await linesOf(child('opening', folder));
    assert.match(line, new RegExp(`^store-locked: .* process ${process.pid} on `));
    await store[Symbol.asyncDispose]();
    assert.deepEqual(await linesOf(child('opening', folder)), ['open']);
    await open(t, folder);
  });

  test('nobody else on the machine can read the files', async (t) => {
    const folder = await temporaryFolder(t);
    const store = await open(t, folder);
    const { mailbox } = await putMailbox(store);
    await putMessages(store, mailbox, ['x'.repeat(5000)]);
    for (const name of ['store.db', 'store.db-wal', 'store.db-shm'])
      assert.equal((await stat(join(folder, 'store', name))).mode & 0o077, 0, name);
    for (const path of await blobFiles(folder)) assert.equal((await stat(path)).mode & 0o077, 0, path);
  });

  test('a store written by a later program is left alone', async (t) => {
    const folder = await temporaryFolder(t);
    await (await open(t, folder))[Symbol.asyncDispose]();
    using database = openDatabase(join(folder, 'store', 'store.db'), { readOnly: false });
    database.exec("INSERT INTO migrations (version, name) VALUES (999, 'from the future')");
    await assert.rejects(open(t, folder), { name: 'Fault', code: 'store-newer', temporary: false });
    database.exec('DELETE FROM migrations WHERE version = 999');
    await open(t, folder);
  });

  test('large blobs are files that go with their last reference', async (t) => {
    const folder = await temporaryFolder(t);
    const store = await open(t, folder);
    const { mailbox, inbox } = await putMailbox(store);
    await putMessages(store, mailbox, ['y'.repeat(4096), 'x'.repeat(4097), 'x'.repeat(4097)]);
    const files = await blobFiles(folder);
    assert.equal(files.length, 2);
    for (const path of files) {
      const digest = createHash('sha256').update('x'.repeat(4097)).digest('hex');
      assert.match(path, new RegExp(`/${digest.slice(0, 2)}/${digest}\\.[0-9]+$`));
    }
    await store.commit(step([{ do: 'expunge', folder: inbox, uids: [1, 2] }]));
    await store.settled();
    assert.equal((await blobFiles(folder)).length, 1);
    await store.commit(step([{ do: 'delete-folder', folder: inbox }]));
    await store.settled();
    assert.deepEqual(await blobFiles(folder), []);
  });

  test('steps that bring the same blob at once share its file', async (t) => {
    const folder = await temporaryFolder(t);
    const store = await open(t, folder);
    const { mailbox, inbox } = await putMailbox(store);
    const path = join(folder, 'spool');
    const octets = Buffer.alloc(9000, 'z');
    await writeFile(path, octets);
    const blob = fileBlob(store, octets, path);
    const slices = [{ blob: blob.id, offset: 0, length: blob.size }];
    const [one, other, failing] = [0, 1, 2].map(() => composed(store, [blob], slices));
    assert.ok(one && other && failing);
    const commits = await Promise.allSettled([
      store.commit(step([append(999, failing.id)], { brings: [failing] })),
      store.commit(step([append(mailbox, one.id)], { brings: [one] })),
      store.commit(step([append(mailbox, other.id)], { brings: [other] })),
    ]);
    assert.deepEqual(
      commits.map(({ status }) => status),
      ['rejected', 'fulfilled', 'fulfilled'],
    );
    assert.equal(await textOf(store, one.id), octets.toString());
    assert.equal(await textOf(store, other.id), octets.toString());
    assert.equal((await blobFiles(folder)).length, 1);
    await store.commit(step([{ do: 'expunge', folder: inbox, uids: [1] }]));
    await store.settled();
    assert.equal(await textOf(store, other.id), octets.toString());
  });

  test('what a crash left beside the database is swept at the next start', async (t) => {
    const folder = await temporaryFolder(t);
    const first = await open(t, folder);
    const { mailbox } = await putMailbox(first);
    const [kept = 0] = await putMessages(first, mailbox, ['x'.repeat(5000)]);
    await first[Symbol.asyncDispose]();
    const [file = ''] = await blobFiles(folder);
    const orphans = [`${file}0`, `${file.slice(0, -1)}77`, `${file}8.partial`];
    for (const orphan of orphans) await writeFile(orphan, 'left');
    const stranger = join(folder, 'store', 'blobs', 'aa', 'README');
    await mkdir(join(stranger, '..'), { recursive: true });
    await writeFile(stranger, 'not ours');
    const again = await open(t, folder);
    await again.settled();
    for (const orphan of orphans) await assert.rejects(access(orphan), { code: 'ENOENT' });
    await access(stranger);
    assert.equal(await textOf(again, kept), 'x'.repeat(5000));
  });

  test('a content that went while it was read is a fault, not wrong octets', async (t) => {
    const folder = await temporaryFolder(t);
    const store = await open(t, folder);
    const { mailbox, inbox } = await putMailbox(store);
    const contents = await putMessages(store, mailbox, ['small', 'x'.repeat(5000)]);
    const found = contents.map((id) => store.findContent(id));
    await store.commit(step([{ do: 'expunge', folder: inbox, uids: [1, 2] }]));
    await store.settled();
    for (const content of found)
      await assert.rejects(async () => content?.octets.read(0, 5), {
        code: 'content-gone',
        temporary: false,
      });
  });

  test('a folder for blobs that cannot be written is a temporary fault, and the spool file stays', async (t) => {
    const folder = await temporaryFolder(t);
    const store = await open(t, folder);
    const { mailbox } = await putMailbox(store);
    const octets = Buffer.alloc(5000, 'x');
    const path = join(folder, 'spool');
    await writeFile(path, octets);
    const blob = fileBlob(store, octets, path);
    const digest = blob.sha256.toString('hex');
    // A file where the fan-out folder should be.
    await writeFile(join(folder, 'store', 'blobs', digest.slice(0, 2)), '');
    const brings = composed(store, [blob], [{ blob: blob.id, offset: 0, length: blob.size }]);
    const commit = store.commit(step([append(mailbox, brings.id)], { brings: [brings] }));
    await assert.rejects(commit, { name: 'Fault', code: 'store-unavailable', temporary: true });
    await access(path);
  });

  test('more steps than may wait are refused, and no others', async (t) => {
    const folder = await temporaryFolder(t);
    const store = await open(t, folder, { limits: { ...limits, waitingSteps: 10 } });
    const commits = Array.from({ length: 11 }, () =>
      store.commit(step([{ do: 'record', record: logRecord() }])),
    );
    const settled = await Promise.allSettled(commits);
    const refused = settled.flatMap((each) => (each.status === 'rejected' ? [each.reason as Fault] : []));
    assert.deepEqual(
      refused.map(({ code, temporary }) => [code, temporary]),
      [['store-overloaded', true]],
    );
    assert.equal(settled.at(-1)?.status, 'rejected');
    assert.equal(store.lastSequence(), 10);
  });

  test('much waits at once without being handed over at once', async (t) => {
    const folder = await temporaryFolder(t);
    const store = await open(t, folder, { limits: { inlineBlobBytes: 256 * 1024 } });
    const { mailbox, inbox } = await putMailbox(store, { quotaBytes: 1e12 });
    const octets = Buffer.alloc(200_000, 'm');
    const commits = Array.from({ length: 250 }, () => {
      const blob = memoryBlob(store, octets);
      const brings = composed(store, [blob], [{ blob: blob.id, offset: 0, length: blob.size }]);
      return store.commit(step([append(mailbox, brings.id)], { brings: [brings] }));
    });
    await Promise.all(commits);
    assert.equal(store.findFolderById(inbox)?.sizeBytes, 250 * 200_000);
  });
});

describe('crashes of the SQLite engine', () => {
  test('every commit that resolved survives kill -9, and the folder is free again', async (t) => {
    const folder = await temporaryFolder(t);
    const told: { address: string; uid: number; sequence: number; sha256: string }[] = [];
    for (const commitsBeforeKill of [1, 150, 400]) {
      const process = child('load', folder);
      assert.ok(process.stdout);
      let commits = 0;
      for await (const line of createInterface({ input: process.stdout })) {
        told.push(JSON.parse(line));
        commits += 1;
        if (commits === commitsBeforeKill) process.kill('SIGKILL');
      }
      assert.equal(process.signalCode ?? (await once(process, 'exit'))[1], 'SIGKILL');
    }
    const store = await open(t, folder);
    await store.settled();
    const sequences = store.listRecords(1, 1e6).map(({ sequence }) => sequence);
    assert.deepEqual(
      sequences,
      sequences.map((_, at) => at + 1),
    );
    for (const { address, uid, sequence, sha256 } of told) {
      const mailbox = store.findMailbox(address)?.id ?? assert.fail();
      const inbox = store.findFolder(mailbox, 'INBOX')?.id ?? assert.fail();
      const [entry] = store.listMessages(inbox, { fromUid: uid, toUid: uid });
      assert.ok(entry && sequence <= sequences.length);
      const text = await textOf(store, entry.content);
      assert.equal(createHash('sha256').update(text).digest('hex'), sha256);
    }
    using database = openDatabase(join(folder, 'store', 'store.db'), { readOnly: true });
    const check = database.prepare<{ integrity_check: string }>('PRAGMA integrity_check').all();
    assert.deepEqual(
      check.map((row) => row.integrity_check),
      ['ok'],
    );
    const files = database.prepare<{ files: number }>('SELECT count(*) AS files FROM blobs WHERE isFile = 1');
    assert.equal((await blobFiles(folder)).length, files.get()?.files);
  });

  test('a writer that dies takes only its waiting commits with it, and is replaced', async (t) => {
    const folder = await temporaryFolder(t);
    const failures: [string, boolean][] = [];
    const onFailure = (fault: Fault, restarted: boolean) => failures.push([fault.code, restarted]);
    const store = await open(t, folder, { onFailure });
    const record = () => store.commit(step([{ do: 'record', record: logRecord() }]));
    await record();
    const waiting = Array.from({ length: 20 }, record);
    // In the next turn, when they are handed over.
    await new Promise((resolve) => setImmediate(resolve));
    await store.terminateWriter();
    const settled = await Promise.allSettled(waiting);
    for (const each of settled)
      if (each.status === 'rejected') assert.equal((each.reason as Fault).code, 'store-unavailable');
    assert.deepEqual(failures, [['store-unavailable', true]]);
    const outcome = await record();
    const resolved = settled.filter((each) => each.status === 'fulfilled').length;
    assert.ok(given(outcome, 'record').sequence >= resolved + 2);
  });

  test('a writer that dies again before it did anything is not replaced for ever', async (t) => {
    const folder = await temporaryFolder(t);
    const restarts: boolean[] = [];
    const store = await open(t, folder, {
      onFailure: (_: Fault, restarted: boolean) => restarts.push(restarted),
    });
    await store.commit(step([{ do: 'record', record: logRecord() }]));
    await store.terminateWriter();
    await store.terminateWriter();
    assert.deepEqual(restarts, [true, false]);
    const commit = store.commit(step([{ do: 'record', record: logRecord() }]));
    await assert.rejects(commit, { code: 'store-unavailable', temporary: true });
    assert.equal(store.lastSequence(), 1);
  });

  test('a message of 100 MB is kept and read in bounded memory', async (t) => {
    const folder = await temporaryFolder(t);
    const [line = '{}'] = await linesOf(child('large', folder));
    const { intact, longestChunk, maxRssBytes } = JSON.parse(line);
    assert.equal(intact, true);
    assert.ok(longestChunk <= 256 * 1024);
    assert.ok(maxRssBytes < 200 * 1024 * 1024, `${maxRssBytes} octets of memory`);
  });
});
