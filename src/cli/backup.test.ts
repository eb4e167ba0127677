// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openSqliteStore } from '../engines/sqlite/sqlite-store.ts';
import { systemClock } from '../platform/clock.ts';
import { randomIds } from '../platform/ids.ts';
import { silentJournal } from '../platform/journal.ts';
import { runCommandLine } from './command-line.ts';

async function run(...arguments_: string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { out: '', err: '' };
  const code = await runCommandLine(arguments_, {
    stdout: { write: (text: string) => (said.out += text) },
    stderr: { write: (text: string) => (said.err += text) },
    clock: systemClock,
    ids: randomIds,
    pause: async () => undefined,
    stopRequested: async () => undefined,
  });
  return { code, ...said };
}

test('backup of a running provider, restore into an empty folder, fsck of what is there', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'ceralacca-cli-backup-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const [alfa, to] = [join(folder, 'alfa'), join(folder, 'backup')];
  const store = await openSqliteStore({ folder: join(alfa, 'store'), journal: silentJournal });
  t.after(() => store[Symbol.asyncDispose]());
  const taken = await run('backup', to, '--folder', alfa);
  assert.deepEqual([taken.code, taken.err], [0, '']);
  assert.match(taken.out, /the store as of .*\n.*keys, certificates and configuration are not in it/);
  const endings = readdirSync(to).map((name) => /\.(db|sha256|json)$/.exec(name)?.[1]);
  for (const ending of ['db', 'sha256', 'json'])
    assert.equal(endings.filter((each) => each === ending).length, 1, ending);
});

test('restore tells what it did, and refuses to do it twice', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'ceralacca-cli-backup-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const [alfa, to, again] = [join(folder, 'alfa'), join(folder, 'backup'), join(folder, 'again')];
  await (await openSqliteStore({ folder: join(alfa, 'store'), journal: silentJournal }))[
    Symbol.asyncDispose
  ]();
  assert.equal((await run('backup', to, '--folder', join(alfa, 'store'))).code, 0);
  const restored = await run('restore', to, again);
  assert.deepEqual([restored.code, restored.err], [0, '']);
  assert.match(restored.out, /^the store is whole\n.*mail programs will read their folders anew\n$/);
  assert.deepEqual(await run('fsck', again), { code: 0, out: 'the store is whole\n', err: '' });
  const twice = await run('restore', to, again);
  assert.deepEqual([twice.code, /restore-folder-taken/.test(twice.err)], [3, true]);
  assert.deepEqual(
    [(await run('backup', to, '--folder', folder)).code, (await run('restore', alfa, to)).code],
    [3, 3],
  );
});
