// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, type TestContext, test } from 'node:test';
import { examineStore } from '../../src/composition/store-examination.ts';
import { openDatabase } from '../../src/engines/sqlite/driver.ts';
import { openIndex } from '../../src/engines/sqlite/search/search-schema.ts';
import type { Finding } from '../../src/platform/findings.ts';
import { examineLife } from '../../src/points/invariants/invariants.ts';
import { World } from '../world/world.ts';
import { DAMAGES } from './store-damages.ts';

const CARLA = 'carla@pec.beta.test';

/** Stores of two providers that have lived a little: certified mail, a large one, one that waits, one refused. */
let houses: string;

before(async () => {
  houses = mkdtempSync(join(tmpdir(), 'ceralacca-houses-'));
  await using world = await World.open(undefined, { engine: 'sqlite' });
  const anna = world.alfa.user('anna');
  await anna.certifies({ to: [CARLA] });
  await anna.certifies({ to: [CARLA], text: 'x'.repeat(76).concat('\r\n').repeat(6000) });
  await anna.certifies({ to: ['nessuno@pec.beta.test', 'bruno@pec.alfa.test'] });
  await world.settles();
  // Large enough that its envelope is kept for the receipt.
  const waiting = await anna.certifies({ to: [CARLA], text: 'x'.repeat(76).concat('\r\n').repeat(600) });
  for (const { store } of world.providers) assert.deepEqual(examineLife(store, waiting), []);
  // As a crash would leave them: with a write-ahead log.
  for (const key of ['alfa', 'beta']) cpSync(join(world.folder, key), join(houses, key), { recursive: true });
});

after(() => rmSync(houses, { recursive: true, force: true }));

/** A copy of one provider's folder that a test may damage. */
function copyOf(t: TestContext, key: 'alfa' | 'beta'): string {
  const folder = mkdtempSync(join(tmpdir(), 'ceralacca-damaged-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(join(houses, key), folder, { recursive: true });
  return folder;
}

async function findingsOf(folder: string, quick = false): Promise<Finding[]> {
  const findings: Finding[] = [];
  for await (const finding of examineStore({ folder, quick })) findings.push(finding);
  return findings;
}

function change(folder: string, sql: string): void {
  using database = openDatabase(join(folder, 'store', 'store.db'), { readOnly: false });
  database.exec(sql);
  const { changes = 0 } =
    database.prepare<{ changes: number }>('SELECT total_changes() AS changes').get() ?? {};
  assert.ok(changes > 0, 'the damage was done');
}

suite('fsck', () => {
  test('stores that lived a little are whole, their octets too', async (t) => {
    for (const key of ['alfa', 'beta'] as const) assert.deepEqual(await findingsOf(copyOf(t, key)), [], key);
  });

  for (const { code, of, damage, sql } of DAMAGES) {
    test(`${code}: ${damage} is found`, async (t) => {
      const folder = copyOf(t, of);
      change(folder, sql);
      const findings = await findingsOf(folder);
      assert.ok(
        findings.some((finding) => finding.code === code && finding.passing === undefined),
        JSON.stringify(findings),
      );
    });
  }

  test('LOG-3 records that were forgotten are no gap, and what they told is not missed', async (t) => {
    const folder = copyOf(t, 'alfa');
    change(
      folder,
      `DROP TRIGGER logNeverForgets; DROP TRIGGER logForgetsWholeSeals; DROP TRIGGER logNeverChanges;
       UPDATE log SET instant = instant + 1000000, record = json_set(record, '$.instant', instant + 1000000)
         WHERE sequence > 8;
       DELETE FROM log WHERE sequence <= 8; INSERT INTO logForgotten VALUES (8)`,
    );
    assert.deepEqual(await findingsOf(folder), []);
  });

  test('blob-damaged: an octet flipped in a file is found, unless octets are left alone', async (t) => {
    const folder = copyOf(t, 'beta');
    const [path = ''] = largeFiles(folder);
    const octets = readFileSync(path);
    const at = Math.floor(octets.length / 2);
    octets.writeUInt8(octets.readUInt8(at) ^ 1, at);
    writeFileSync(path, octets);
    assert.deepEqual(codes(await findingsOf(folder)), ['blob-damaged']);
    assert.deepEqual(await findingsOf(folder, true), []);
  });

  test('blob-damaged: a file cut short is found, in haste too', async (t) => {
    const folder = copyOf(t, 'beta');
    const [path = ''] = largeFiles(folder);
    truncateSync(path, 1000);
    for (const quick of [false, true])
      assert.deepEqual(codes(await findingsOf(folder, quick)), ['blob-damaged']);
  });

  test('blob-missing: a file that is gone is found', async (t) => {
    const folder = copyOf(t, 'beta');
    const [path = ''] = largeFiles(folder);
    rmSync(path);
    assert.deepEqual(codes(await findingsOf(folder)), ['blob-missing']);
  });

  test('what a crash leaves beside the database passes, and is told apart from damage', async (t) => {
    const folder = copyOf(t, 'beta');
    const [path = ''] = largeFiles(folder);
    writeFileSync(`${path}7`, 'never committed');
    writeFileSync(`${path}.partial`, 'half');
    writeFileSync(join(folder, 'store', 'blobs', 'README'), 'not ours');
    mkdirSync(join(folder, 'store', 'blobs', 'zz'));
    writeFileSync(join(folder, 'store', 'blobs', 'zz', 'README'), 'not ours');
    writeFileSync(join(folder, 'spool', 'spool-1-1'), 'never answered');
    const findings = await findingsOf(folder);
    assert.ok(findings.every(({ passing }) => passing === true));
    const expected = ['blob-file-strange', 'blob-file-unnamed', 'blob-file-unnamed', 'spool-file-left'];
    assert.deepEqual(codes(findings).sort(), expected);
  });

  test('database-damaged: pages that are no pages are found, and end what can be told', async (t) => {
    for (const at of [8192, 40960, 81920]) {
      const folder = copyOf(t, 'beta');
      change(folder, 'CREATE TABLE scratch (x); INSERT INTO scratch VALUES (1); DROP TABLE scratch');
      const path = join(folder, 'store', 'store.db');
      const octets = readFileSync(path);
      octets.fill(0xa5, at, at + 4096);
      writeFileSync(path, octets);
      assert.ok(codes(await findingsOf(folder)).includes('database-damaged'), `octet ${at}`);
    }
  });

  test('search-index-ahead, search-index-damaged: an index that is of no use passes', async (t) => {
    const folder = copyOf(t, 'beta');
    const path = join(folder, 'store', 'search.db');
    {
      using store = openDatabase(join(folder, 'store', 'store.db'), { readOnly: true });
      using index = openIndex(path, store);
      index.exec('INSERT INTO mailboxes (mailbox, indexedUpTo) VALUES (1, 1000000)');
    }
    const [ahead, ...others] = await findingsOf(folder);
    assert.deepEqual([ahead?.code, ahead?.passing, others], ['search-index-ahead', true, []]);
    writeFileSync(path, 'no database'.repeat(1000));
    const [damaged] = await findingsOf(folder);
    assert.deepEqual([damaged?.code, damaged?.passing], ['search-index-damaged', true]);
  });

  test('a store that is not there, or of another program, cannot be told about', async (t) => {
    const folder = copyOf(t, 'beta');
    await assert.rejects(findingsOf(join(folder, 'spool')), { code: 'store-missing' });
    change(folder, "INSERT INTO migrations (version, name) VALUES (999, 'from the future')");
    await assert.rejects(findingsOf(folder), { code: 'store-newer' });
    change(folder, 'DELETE FROM migrations WHERE version > 1');
    await assert.rejects(findingsOf(folder), { code: 'store-older' });
  });
});

function largeFiles(folder: string): string[] {
  const found = readdirSync(join(folder, 'store', 'blobs'), { recursive: true, withFileTypes: true });
  return found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

function codes(findings: readonly Finding[]): string[] {
  return findings.map(({ code }) => code);
}
