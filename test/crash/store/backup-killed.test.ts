// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { examineStore } from '../../../src/composition/store-examination.ts';
import { readManifest } from '../../../src/engines/sqlite/backup/backup-manifest.ts';
import { restoreStore } from '../../../src/engines/sqlite/backup/store-restore.ts';
import { openSqliteStore, type SqliteStore } from '../../../src/engines/sqlite/sqlite-store.ts';
import { silentJournal } from '../../../src/platform/journal.ts';
import { append, composed, memoryBlob, NOW, putMailbox, step } from '../../contract/steps.ts';

const MAIN = join(import.meta.dirname, '../../../src/main.ts');
const KILLS = 5;
/** Every message is a file of its own in the store. */
const INLINE_BYTES = 4096;
const LARGE_BYTES = 200_000;
const PER_ROUND = 12;

async function openHouse(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'ceralacca-backup-killed-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const limits = { inlineBlobBytes: INLINE_BYTES };
  const store = await openSqliteStore({ folder: join(folder, 'alfa/store'), journal: silentJournal, limits });
  t.after(() => store[Symbol.asyncDispose]());
  const { mailbox, inbox } = await putMailbox(store, { quotaBytes: 1e12 });
  let written = 0;
  return {
    folder,
    from: join(folder, 'alfa'),
    to: join(folder, 'backup'),
    /** New messages come, and the oldest go: a backup has to bring and to remove. */
    async changes(): Promise<void> {
      for (let each = 0; each < PER_ROUND; each++) await bring(store, { mailbox, text: `${written++} ` });
      const uids = store.listMessages(inbox).map(({ uid }) => uid);
      const gone = uids.slice(0, Math.max(0, uids.length - 2 * PER_ROUND));
      if (gone.length > 0) await store.commit(step([{ do: 'expunge', folder: inbox, uids: gone }]));
    },
  };
}

async function bring(store: SqliteStore, what: { mailbox: number; text: string }): Promise<void> {
  const blob = memoryBlob(store, Buffer.alloc(LARGE_BYTES, what.text));
  const brings = composed(store, [blob], [{ blob: blob.id, offset: 0, length: blob.size }]);
  await store.commit(step([append(what.mailbox, brings.id)], { brings: [brings] }));
}

/** `ceralacca backup`, killed after so long; its exit code, or undefined when the kill came first. */
async function backsUp(from: string, to: string, killedAfterMs?: number): Promise<number | undefined> {
  const child = spawn(process.execPath, [MAIN, 'backup', to, '--folder', from], { stdio: 'ignore' });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  if (killedAfterMs !== undefined) {
    await Promise.race([ended, pause(killedAfterMs)]);
    child.kill('SIGKILL');
  }
  return (await ended)[0] ?? undefined;
}

/** Restores it, which compares every octet, and looks at what hangs together. */
async function requireWhole(to: string, folder: string): Promise<void> {
  const examine = async (restored: string) => {
    for await (const finding of examineStore({ folder: restored, quick: true }))
      assert.fail(JSON.stringify(finding));
  };
  await restoreStore({ from: to, folder, now: () => NOW, examine });
}

test('a backup that is killed: the one before is whole, or the new one; the next goes on from what is there', async (t) => {
  const { folder, from, to, changes } = await openHouse(t);
  await changes();
  const begun = performance.now();
  assert.equal(await backsUp(from, to), 0);
  const wholeMs = performance.now() - begun;
  let killed = 0;
  for (let round = 1; round <= KILLS; round++) {
    await changes();
    // The first part of its life is the start of the program.
    const code = await backsUp(from, to, wholeMs * (0.4 + (0.6 * round) / (KILLS + 1)));
    if (code === undefined) killed += 1;
    await requireWhole(to, join(folder, `restored-${round}`));
  }
  t.diagnostic(`${killed} of ${KILLS} were killed before their end`);
  assert.ok(killed > 0, 'every backup was faster than its kill');
  assert.equal(await backsUp(from, to), 0);
  await requireWhole(to, join(folder, 'restored'));
  const { blobs } = await readManifest(to);
  const there = readdirSync(to, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  assert.deepEqual(
    there.filter(({ name }) => name.endsWith('.partial')),
    [],
  );
  assert.equal(there.filter(({ parentPath }) => parentPath.includes('blobs')).length, blobs.files);
});

test('a first backup that is killed is no backup, and is told from one', async (t) => {
  const { folder, from, changes } = await openHouse(t);
  await changes();
  for (let attempt = 1; ; attempt++) {
    const to = join(folder, `first-${attempt}`);
    const child = spawn(process.execPath, [MAIN, 'backup', to, '--folder', from], { stdio: 'ignore' });
    const ended = once(child, 'exit');
    while (!existsSync(join(to, 'blobs')) && child.exitCode === null) await pause(1);
    child.kill('SIGKILL');
    await ended;
    assert.ok(attempt < 10, 'every backup was faster than its kill');
    if (existsSync(join(to, 'manifest.json'))) continue;
    await assert.rejects(readManifest(to), { code: 'backup-unreadable' });
    assert.equal(await backsUp(from, to), 0);
    await requireWhole(to, join(folder, 'restored'));
    return;
  }
});
