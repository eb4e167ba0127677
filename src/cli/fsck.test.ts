// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { runCommand } from '../../test/cli/captured.ts';
import { openDatabase } from '../engines/sqlite/driver.ts';
import { openSqliteStore } from '../engines/sqlite/sqlite-store.ts';
import { silentJournal } from '../platform/journal.ts';

/** A provider's folder with an empty store that is open. */
async function openHouse(t: TestContext): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'ceralacca-fsck-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const store = await openSqliteStore({ folder: join(folder, 'store'), journal: silentJournal });
  t.after(() => store[Symbol.asyncDispose]());
  return folder;
}

test('fsck of a running provider that is whole ends with 0, of its folder and of the store within', async (t) => {
  const folder = await openHouse(t);
  for (const named of [folder, join(folder, 'store')])
    assert.deepEqual(await runCommand('fsck', named), { code: 0, out: 'the store is whole\n', err: '' });
});

test('fsck tells what is damaged, line by line or as JSON, and ends with 1', async (t) => {
  const folder = await openHouse(t);
  {
    using database = openDatabase(join(folder, 'store', 'store.db'), { readOnly: false });
    database.exec("INSERT INTO blobOctets VALUES (7, x'00')");
  }
  const { code, out } = await runCommand('fsck', folder);
  assert.equal(code, 1);
  assert.equal(
    out,
    'DAMAGE  blob-orphaned: blob 7: octets among the rows that no blob names\nthe store is DAMAGED: 1 findings\n',
  );
  const json = await runCommand('fsck', '--json', '--quick', folder);
  assert.equal(json.code, 1);
  const { format, quick, findings } = JSON.parse(json.out);
  assert.deepEqual([format, quick], ['ceralacca-fsck/1', true]);
  assert.deepEqual(findings, [
    { code: 'blob-orphaned', what: 'octets among the rows that no blob names', where: 'blob 7' },
  ]);
});

test('fsck says what it cannot look at: no store, a configuration with errors', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'ceralacca-fsck-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const missing = await runCommand('fsck', folder);
  assert.deepEqual([missing.code, /store-missing/.test(missing.err)], [3, true]);
  const config = join(folder, 'ceralacca.yaml');
  writeFileSync(config, 'folder: 7\n');
  const wrong = await runCommand('fsck', '--config', config);
  assert.equal(wrong.code, 1);
  assert.match(wrong.err, /^folder: /m);
});
