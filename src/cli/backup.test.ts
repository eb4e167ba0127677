// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommand } from '../../test/cli/captured.ts';
import { openSqliteStore } from '../engines/sqlite/sqlite-store.ts';
import { silentJournal } from '../platform/journal.ts';

test('backup of a running provider, restore into an empty folder, fsck of what is there', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'ceralacca-cli-backup-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const [alfa, to] = [join(folder, 'alfa'), join(folder, 'backup')];
  const store = await openSqliteStore({ folder: join(alfa, 'store'), journal: silentJournal });
  t.after(() => store[Symbol.asyncDispose]());
  const taken = await runCommand('backup', to, '--folder', alfa);
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
  assert.equal((await runCommand('backup', to, '--folder', join(alfa, 'store'))).code, 0);
  const restored = await runCommand('restore', to, again);
  assert.deepEqual([restored.code, restored.err], [0, '']);
  assert.match(restored.out, /^the store is whole\n.*mail programs will read their folders anew\n$/);
  assert.deepEqual(await runCommand('fsck', again), { code: 0, out: 'the store is whole\n', err: '' });
  const twice = await runCommand('restore', to, again);
  assert.deepEqual([twice.code, /restore-folder-taken/.test(twice.err)], [3, true]);
  assert.deepEqual(
    [(await runCommand('backup', to, '--folder', folder)).code, (await runCommand('restore', alfa, to)).code],
    [3, 3],
  );
});
