// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { cpSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { checkStore } from '../../../src/engines/sqlite/check/store-check.ts';
import { openSqliteSearch } from '../../../src/engines/sqlite/search/sqlite-search.ts';
import { openSqliteStore } from '../../../src/engines/sqlite/sqlite-store.ts';
import { silentJournal } from '../../../src/platform/journal.ts';
import { temporaryFolder } from '../../contract/engines.ts';
import { append, given, logRecord, message, putMailbox, putMessages, step } from '../../contract/steps.ts';
import { noteOfDeath } from './deadly-card.ts';
import { StoreProcess } from './store-process.ts';

const COMMITS = 12;

/** A store as a crash leaves it, every step being in the write-ahead log. */
async function crashed(t: TestContext): Promise<string> {
  const folder = await temporaryFolder(t);
  const live = join(folder, 'live');
  const open = () =>
    openSqliteStore({ folder: live, journal: silentJournal, limits: { inlineBlobBytes: 4096 } });
  // The tables rest in the database when the steps begin.
  await (await open())[Symbol.asyncDispose]();
  const store = await open();
  t.after(() => store[Symbol.asyncDispose]());
  const { mailbox } = await putMailbox(store, { quotaBytes: 1e9 });
  for (let at = 0; at < COMMITS; at++) {
    const brings = message(store, `${at}`.repeat(at % 3 === 0 ? 9000 : 300));
    const acts = [append(mailbox, brings.id), { do: 'record', record: logRecord() } as const];
    const outcome = await store.commit(step(acts, { brings: [brings] }));
    assert.equal(given(outcome, 'record').sequence, at + 1);
  }
  cpSync(live, join(folder, 'crashed'), { recursive: true });
  return join(folder, 'crashed');
}

/** Whole up to some commit: as many messages as records, nothing half there. Returns how many. */
async function wholeUpTo(folder: string): Promise<number> {
  for await (const finding of checkStore({ folder }))
    assert.ok(finding.passing || finding.code === 'mime-index-wrong', JSON.stringify(finding));
  await using store = await openSqliteStore({ folder, journal: silentJournal });
  const [mailbox] = store.listMailboxes();
  const inbox = mailbox && store.findFolder(mailbox.id, 'INBOX');
  assert.equal(inbox?.messages ?? 0, store.lastSequence());
  const { mailbox: id } = await putMailbox(store, { quotaBytes: 1e9 });
  await putMessages(store, id, ['and it goes on']);
  return store.lastSequence();
}

suite('a torn database write', () => {
  test('a write-ahead log cut short anywhere: whole up to the last commit that is in it', async (t) => {
    const folder = await crashed(t);
    const size = statSync(join(folder, 'store.db-wal')).size;
    const found: number[] = [];
    for (const part of [1, 0.97, 0.8, 0.6, 0.501, 0.45]) {
      const copy = `${folder}-${part}`;
      cpSync(folder, copy, { recursive: true });
      truncateSync(join(copy, 'store.db-wal'), Math.floor(size * part));
      found.push(await wholeUpTo(copy));
    }
    assert.equal(found[0], COMMITS);
    assert.deepEqual(
      found,
      found.toSorted((one, other) => other - one),
    );
    assert.ok((found.at(-1) ?? COMMITS) < COMMITS);
  });

  test('an octet of the write-ahead log changed: what comes from there on is not believed', async (t) => {
    const folder = await crashed(t);
    for (const part of [0.99, 0.75, 0.55]) {
      const copy = `${folder}-${part}`;
      cpSync(folder, copy, { recursive: true });
      const path = join(copy, 'store.db-wal');
      const octets = readFileSync(path);
      const at = Math.floor(octets.length * part);
      octets.writeUInt8(octets.readUInt8(at) ^ 0xff, at);
      writeFileSync(path, octets);
      assert.ok((await wholeUpTo(copy)) < COMMITS);
    }
  });
});

suite('the indexer dies', () => {
  const derivationModule = new URL('./deadly-card.ts', import.meta.url).href;

  test('its thread alone: another one indexes what is left', async (t) => {
    const folder = await temporaryFolder(t);
    t.after(() => rmSync(noteOfDeath('DIE'), { force: true }));
    const store = await openSqliteStore({ folder, journal: silentJournal });
    t.after(() => store[Symbol.asyncDispose]());
    const { mailbox } = await putMailbox(store);
    const search = await openSqliteSearch({ folder, store, journal: silentJournal, derivationModule });
    const contents = await putMessages(store, mailbox, [
      '\n\nDELIBERA',
      '\n\nDELIBERA DIE',
      '\n\nDELIBERA DUE',
    ]);
    await search.settled();
    // A thread that died answers nobody; the next one looks at everything.
    for (let found: unknown[] = []; found.length < 3; ) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      await search.settled();
      const finding = await search.search(mailbox, { in: 'anywhere', text: 'DELIBERA' });
      found = [...(finding?.unknown ?? [])];
      if (found.length === 3) assert.deepEqual(found.toSorted(), contents);
    }
    await search[Symbol.asyncDispose]();
  });

  test('with the process: the store is whole, and the next start indexes what is left', async (t) => {
    const folder = await temporaryFolder(t);
    const child = new StoreProcess(t, { task: 'indexing', folder });
    await child.hears((line) => line === 'indexing');
    await child.ends();
    const path = join(folder, 'store');
    for await (const finding of checkStore({ folder: path }))
      assert.ok(finding.passing || finding.code === 'mime-index-wrong', JSON.stringify(finding));
    const store = await openSqliteStore({ folder: path, journal: silentJournal });
    t.after(() => store[Symbol.asyncDispose]());
    const plain = new URL('../../contract/plain-card.ts', import.meta.url).href;
    const search = await openSqliteSearch({
      folder: path,
      store,
      journal: silentJournal,
      derivationModule: plain,
    });
    await search.settled();
    const [mailbox] = store.listMailboxes();
    const finding = await search.search(mailbox?.id ?? 0, { in: 'anywhere', text: 'DELIBERA' });
    assert.equal(finding?.unknown.size, 3);
    await search[Symbol.asyncDispose]();
  });
});
