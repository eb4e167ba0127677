// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { Captured } from '../../test/cli/captured.ts';
import { matchesGolden } from '../../test/cli/golden.ts';
import { World } from '../../test/world/world.ts';
import { Fault } from '../platform/faults.ts';
import { trace } from './trace.ts';

const MESSAGE_ID = '<delibera-7@client.test>';

let world: World;
let identifier: string;

before(async () => {
  world = await World.open(undefined, { engine: 'sqlite' });
  identifier = await world.alfa.user('anna').certifies({
    to: ['carla@pec.beta.test', 'ignoto@pec.beta.test'],
    cc: ['bruno@pec.alfa.test'],
    subject: '=?UTF-8?Q?Perch=C3=A9_no=3F?=',
    messageId: MESSAGE_ID,
  });
  await world.settles();
});
after(async () => {
  await world[Symbol.asyncDispose]();
});

const alfa = () => join(world.folder, 'alfa');

suite('ceralacca trace', () => {
  test('shows the records of a store that is in use, by the identifier or by the Message-ID', async () => {
    for (const id of [identifier, `<${identifier}>`, MESSAGE_ID, MESSAGE_ID.slice(1, -1)]) {
      const captured = new Captured();
      assert.equal(await trace({ id, options: { folder: alfa() } }, captured), 0);
      matchesGolden('trace-it', captured.stdout.text);
    }
    const captured = new Captured();
    const store = join(alfa(), 'store');
    assert.equal(await trace({ id: identifier, options: { folder: store, lang: 'en' } }, captured), 0);
    matchesGolden('trace-en', captured.stdout.text);
  });

  test('as JSON, with everything the records hold', async () => {
    const captured = new Captured();
    await trace({ id: MESSAGE_ID, options: { folder: alfa(), json: true } }, captured);
    const { format, id, records } = captured.json;
    assert.deepEqual([format, id], ['ceralacca-trace/1', MESSAGE_ID]);
    assert.ok(Array.isArray(records));
    const expected = world.alfa.log(identifier);
    assert.deepEqual(
      records.map(({ sequence, event }) => [sequence, event]),
      expected.map(({ sequence, event }) => [sequence, event]),
    );
    const { detail, generated, digests, original, ...first } = records[0];
    assert.deepEqual(first, {
      house: null,
      sequence: expected[0]?.sequence,
      instant: new Date(expected[0]?.instant ?? 0).toISOString(),
      event: 'acceptance',
      identifier,
      messageId: MESSAGE_ID,
      sender: 'anna@pec.alfa.test',
      recipients: ['carla@pec.beta.test', 'ignoto@pec.beta.test', 'bruno@pec.alfa.test'],
      subject: 'Perché no?',
      recipient: null,
      sendingProvider: 'Gestore Alfa S.p.A.',
    });
    assert.equal(generated.length, 2);
    assert.equal(digests.length, 2);
    for (const digest of [...digests, original]) assert.match(digest, /^[0-9a-f]{64}$/);
    assert.match(detail.sha256, /^[0-9a-f]{64}$/);
  });

  test('a message that nobody knows ends with 1', async () => {
    const captured = new Captured();
    assert.equal(await trace({ id: 'nessuno@pec.alfa.test', options: { folder: alfa() } }, captured), 1);
    assert.equal(captured.stdout.text, '');
    assert.equal(captured.stderr.text, 'Nessun registro conosce nessuno@pec.alfa.test.\n');
    const json = new Captured();
    await trace({ id: 'nessuno@pec.alfa.test', options: { folder: alfa(), json: true } }, json);
    assert.deepEqual(json.json.records, []);
  });

  test('a folder without a store, and no place at all, are faults', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'ceralacca-empty-'));
    try {
      for (const options of [{ folder: empty }, {}]) {
        await assert.rejects(
          () => trace({ id: 'x@y', options }, new Captured()),
          (error) => error instanceof Fault && error.code === 'store-missing',
        );
      }
    } finally {
      rmSync(empty, { recursive: true });
    }
  });
});
