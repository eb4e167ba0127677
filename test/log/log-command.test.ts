// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, suite, test } from 'node:test';
import { ceralacca, DemoProcess } from '../demo/demo-process.ts';

suite('the sealed log of a demo, from outside', { timeout: 120_000 }, () => {
  let demo: DemoProcess;
  let config: string;

  before(async () => {
    demo = await DemoProcess.start();
    config = join(demo.folder, 'alfa', 'config.yaml');
    const [alfa, beta] = demo.world.providers;
    const [from, to] = [alfa?.mailboxes[0]?.address ?? '', beta?.mailboxes[0]?.address ?? ''];
    const world = join(demo.folder, 'world.json');
    const sent = await ceralacca('send', '--world', world, '--from', from, '--to', to, '--text', 'Prova');
    assert.equal(sent.code, 0, sent.stderr);
  });
  after(() => demo[Symbol.asyncDispose]());

  async function sealed(): Promise<{ seals: { day: string; stamped: boolean; records: string }[] }> {
    const { stdout } = await ceralacca('log', 'seals', '--config', config, '--json');
    return JSON.parse(stdout);
  }

  test('LOG-5 the day after, the log is sealed, stamped and whole', async () => {
    assert.match((await ceralacca('log', 'seals', '--config', config)).stdout, /Nessun giorno/);
    await ceralacca('demo', 'clock', '+26h', '--dir', demo.folder);
    let { seals } = await sealed();
    while (seals[0]?.stamped !== true) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      ({ seals } = await sealed());
    }
    assert.match(seals[0].records, /^1-\d+$/);
    const verified = await ceralacca('log', 'verify', '--config', config);
    assert.match(verified.stdout, /^Il registro è integro \(\d+ registrazioni/);
    assert.equal(verified.code, 0);
    const english = await ceralacca('log', 'verify', '--config', config, '--lang', 'en');
    assert.match(english.stdout, /^The log is whole/);
  });

  test('LOG-7 who writes into the store is found out, record by record', async () => {
    const copy = join(demo.folder, 'changed');
    cpSync(join(demo.folder, 'alfa'), copy, { recursive: true });
    const database = new DatabaseSync(join(copy, 'data', 'store', 'store.db'));
    database.exec(`DROP TRIGGER logNeverChanges;
      UPDATE log SET record = replace(record, '"event":"', '"event":"x-') WHERE sequence = 2`);
    database.close();
    const { stdout, code } = await ceralacca('log', 'verify', '--config', join(copy, 'config.yaml'));
    assert.match(stdout, /^record-changed: la registrazione 2 non è quella che era stata scritta$/m);
    assert.match(stdout, /Il registro NON è integro: 1 /);
    assert.equal(code, 1);
  });

  test('a seal signed by somebody else, or a stamp of something else, is told', async () => {
    const copy = join(demo.folder, 'forged');
    cpSync(join(demo.folder, 'alfa'), copy, { recursive: true });
    const beta = new DatabaseSync(join(demo.folder, 'beta', 'data', 'store', 'store.db'), { readOnly: true });
    const theirs = beta.prepare('SELECT signed, token FROM logSeals WHERE number = 1').get() ?? {};
    beta.close();
    const { signed = null, token = null } = theirs;
    assert.ok(signed instanceof Uint8Array && token instanceof Uint8Array);
    const database = new DatabaseSync(join(copy, 'data', 'store', 'store.db'));
    database.exec('DROP TRIGGER logSealsNeverChange');
    database.prepare('UPDATE logSeals SET signed = ? WHERE number = 1').run(signed);
    database.close();
    const { stdout, code } = await ceralacca('log', 'verify', '--config', join(copy, 'config.yaml'));
    assert.match(stdout, /seal-broken: il sigillo 1 non è integro: signed by somebody else than/);
    assert.match(stdout, /stamp-broken: la marca temporale del sigillo 1 non vale/);
    assert.equal(code, 1);
  });
});
