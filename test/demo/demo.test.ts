// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { NO_ANTIVIRUS } from '../../src/composition/scanning.ts';
import type { World } from '../../src/demo/world-file.ts';
import {
  ceralacca,
  DemoProcess,
  demoWords,
  freePortBase,
  KEPT_PORT_BASES,
  temporaryFolder,
} from './demo-process.ts';

/** Members of an object, in order. */
const keys = (value: object) => Object.keys(value);

/** Of a path like `providers[].pop3s.port`, the type of each value that is there. */
function shapeOf(value: unknown, path = ''): Record<string, string> {
  if (Array.isArray(value)) {
    const shapes = value.map((item) => shapeOf(item, `${path}[]`));
    return Object.assign({}, ...shapes);
  }
  if (typeof value !== 'object' || value === null) return { [path]: value === null ? 'null' : typeof value };
  return Object.assign(
    {},
    ...Object.entries(value).map(([key, item]) => shapeOf(item, path === '' ? key : `${path}.${key}`)),
  );
}

const endpoint = (path: string, words: object = {}) => ({
  [`${path}.host`]: 'string',
  [`${path}.port`]: 'number',
  ...words,
});

/** How far a demo's clock is ahead, after an order. */
async function aheadHours(folder: string, ...order: string[]): Promise<number> {
  const { stdout } = await ceralacca('demo', 'clock', ...order, '--dir', folder);
  return Math.abs(Math.round((Date.parse(stdout.trim()) - Date.now()) / 360_000) / 10);
}

const WITHOUT_ANTIVIRUS = `ceralacca: ${NO_ANTIVIRUS}\n`;

suite('the demo, from outside', { timeout: 240_000 }, () => {
  let demo: DemoProcess;
  let world: World;

  before(async () => {
    demo = await DemoProcess.start();
    world = demo.world;
  });
  after(() => demo[Symbol.asyncDispose]());

  test('is ready within 5 s', () => {
    // Twice that: the machine has other things to do while tests run.
    assert.ok(demo.readyMs < 10_000, `${Math.round(demo.readyMs)} ms`);
  });

  test('world.json has the shape that clients are written for', () => {
    const { imaps, web, ...provider } = world.providers[0] ?? assert.fail();
    assert.deepEqual(keys(world), ['caFile', 'authority', 'providers', 'ordinary']);
    assert.deepEqual(keys(world.providers[0] ?? {}), [
      'name',
      'domain',
      'serviceAddress',
      'submission',
      'submissionStarttls',
      'exchange',
      'imaps',
      'pop3s',
      'watch',
      'web',
      'mailboxes',
    ]);
    assert.ok(imaps === null || (imaps.host === '127.0.0.1' && imaps.port > 0));
    assert.ok(web === null || /^https:\/\/127\.0\.0\.1:\d+$/.test(web));
    assert.ok(world.authority.tsaUrl === null || /^https?:/.test(world.authority.tsaUrl));
    assert.deepEqual(shapeOf(provider), {
      name: 'string',
      domain: 'string',
      serviceAddress: 'string',
      ...endpoint('submission', { 'submission.tls': 'string' }),
      ...endpoint('submissionStarttls', { 'submissionStarttls.tls': 'string' }),
      ...endpoint('exchange', { 'exchange.tls': 'string' }),
      ...endpoint('pop3s'),
      watch: 'string',
      'mailboxes[].address': 'string',
      'mailboxes[].password': 'string',
      'mailboxes[].holder': 'string',
    });
    assert.deepEqual(shapeOf(world.ordinary), {
      domain: 'string',
      ...endpoint('smtp'),
      imaps: 'null',
      'mailboxes[].address': 'string',
      'mailboxes[].maildir': 'string',
    });
    for (const { submission, submissionStarttls, exchange } of world.providers) {
      assert.deepEqual(
        [submission.tls, submissionStarttls.tls, exchange.tls],
        ['implicit', 'starttls', 'starttls'],
      );
    }
    assert.match(world.authority.indexUrl, /^https:\/\/127\.0\.0\.1:\d+\//);
    assert.match(world.authority.crlUrl, /^http:\/\/127\.0\.0\.1:\d+\/.*\.crl$/);
  });

  test('there are two providers, with a municipality, citizens and firms each', () => {
    assert.deepEqual(
      world.providers.map(({ name }) => name),
      ['Gestore Alfa S.p.A.', 'Gestore Beta S.r.l.'],
    );
    const offices = [
      'protocollo',
      'sindaco',
      'segretario',
      'ufficio.tecnico',
      'polizia.municipale',
      'servizi.demografici',
      'ragioneria',
    ];
    for (const { domain, serviceAddress, mailboxes } of world.providers) {
      assert.equal(serviceAddress, `posta-certificata@${domain}`);
      const addresses = mailboxes.map(({ address }) => address);
      const [town] = addresses
        .map((address) => address.split('@')[1])
        .filter((domain) => /^pec\.comune\./.test(domain ?? ''));
      for (const office of offices) assert.ok(addresses.includes(`${office}@${town}`), office);
      assert.ok(addresses.filter((address) => address.includes('@cittadini.')).length >= 2);
      assert.ok(addresses.filter((address) => address.includes('@imprese.')).length >= 2);
      assert.ok(addresses.every((address) => address.endsWith('.test')));
      assert.equal(new Set(addresses).size, addresses.length);
    }
  });

  test('what it names is there: the authority, maildirs, journals, configurations that pass', async () => {
    assert.match(readFileSync(world.caFile, 'utf8'), /^-----BEGIN CERTIFICATE-----/);
    for (const { maildir } of world.ordinary.mailboxes)
      assert.ok(statSync(join(maildir, 'new')).isDirectory());
    for (const key of ['alfa', 'beta']) {
      assert.ok(existsSync(join(demo.folder, key, 'journal.jsonl')));
      const { code, stdout, stderr } = await ceralacca('check-config', join(demo.folder, key, 'config.yaml'));
      assert.equal(code, 0, stdout + stderr);
    }
  });

  test('greets in Italian and English, with all that a mail client asks for', () => {
    const { stdout, stderr } = demo.program;
    assert.equal(stderr, WITHOUT_ANTIVIRUS, 'said aloud');
    assert.match(stdout, /Senza antivirus \(--clamd ne usa uno\)/);
    assert.match(stdout, /il mondo di prova è pronto/);
    assert.match(stdout, /the demo world is ready/);
    for (const { name, submission, submissionStarttls, pop3s, imaps, mailboxes } of world.providers) {
      assert.ok(stdout.includes(name));
      for (const door of [submission, submissionStarttls, pop3s, imaps]) {
        if (door !== null) assert.ok(stdout.includes(`${door.host}:${door.port}`), stdout);
      }
      for (const { address, password } of mailboxes) {
        const [localPart = '', domain] = address.split('@');
        assert.ok(stdout.includes(localPart) && stdout.includes(`@${domain}`) && stdout.includes(password));
      }
    }
    const hints = [
      'piena@',
      'sospesa@',
      'nessuno@',
      '@pec.silente.test',
      '@posta.test',
      'respinge@',
      'clock +13h',
    ];
    for (const hint of [...hints, ' send --from', ' trace ', ' verify ', world.caFile, demo.worldFile]) {
      assert.ok(stdout.includes(hint), `nothing of ${hint} in\n${stdout}`);
    }
    assert.ok(stdout.split('\n').every((line) => line.length <= 140));
  });

  test('a second one with the same folder says who has it, and harms nothing', async () => {
    const before = readFileSync(world.caFile, 'utf8');
    for (const further of [[], ['--fresh']]) {
      const { code, stdout, stderr } = await ceralacca(
        ...demoWords(demo.folder, await freePortBase(), further),
      );
      assert.equal(code, 3);
      assert.equal(stdout, '');
      assert.match(stderr, /^ceralacca: .*\(demo-folder-taken\)\n$/);
      assert.ok(stderr.includes(demo.folder) && stderr.includes(`process ${demo.program.child.pid}`), stderr);
      assert.match(stderr, /--dir/);
    }
    assert.equal(readFileSync(world.caFile, 'utf8'), before);
    assert.deepEqual(JSON.parse(readFileSync(demo.worldFile, 'utf8')), world);
    assert.ok(demo.program.running);
  });

  test('a second one on the same ports names them, and leaves no folder behind', async () => {
    const folder = join(demo.folder, '..', `${Math.random()}`);
    const { code, stdout, stderr } = await ceralacca(...demoWords(folder, demo.portBase));
    assert.equal(code, 3);
    assert.equal(stdout, '');
    assert.match(stderr, /^ceralacca: .*\(port-unavailable\)\n$/);
    assert.ok(stderr.includes(`127.0.0.1:${demo.portBase + 25}`), stderr);
    assert.match(stderr, /--port-base/);
    assert.equal(existsSync(folder), false);
  });

  test('a port base without room above it is refused in words', async () => {
    const { code, stderr } = await ceralacca(...demoWords(join(demo.folder, '..', 'x'), 65_000));
    assert.equal(code, 3);
    assert.match(stderr, /65535.*lower --port-base/);
  });

  test('its clock is shown and moved by orders, and nonsense is refused', async () => {
    assert.equal(await aheadHours(demo.folder), 0);
    assert.equal(await aheadHours(demo.folder, '+13h'), 13);
    assert.equal(await aheadHours(demo.folder, '+90m'), 14.5);
    assert.equal(await aheadHours(demo.folder), 14.5);
    assert.equal(await aheadHours(demo.folder, 'reset'), 0);
    const { code, stderr } = await ceralacca('demo', 'clock', 'tomorrow', '--dir', demo.folder);
    assert.equal(code, 3);
    assert.match(stderr, /\+13h, \+90m, \+30s, \+2d or reset/);
  });
});

test('an order without a demo says that none runs', async () => {
  const folder = temporaryFolder();
  const { code, stderr } = await ceralacca('demo', 'clock', '+1h', '--dir', folder);
  assert.equal(code, 3);
  assert.match(stderr, /no demo runs in .*\(demo-not-running\)/);
  rmSync(folder, { recursive: true });
});

suite('a demo that stops and starts', { timeout: 240_000 }, () => {
  test('both signals end it with 0; everything is kept, also after a kill; --fresh forgets, other files are left alone', async () => {
    const folder = temporaryFolder();
    const portBase = await freePortBase(KEPT_PORT_BASES);
    let known: World;
    let authority: string;
    {
      await using demo = await DemoProcess.start({ folder, portBase });
      writeFileSync(join(folder, 'notes.txt'), 'mine');
      assert.equal((await ceralacca('demo', 'clock', '+2h', '--dir', folder)).code, 0);
      known = demo.world;
      authority = readFileSync(known.caFile, 'utf8');
      const { code, signal, stdout, stderr } = await demo.stop('SIGINT');
      assert.deepEqual([code, signal, stderr], [0, null, WITHOUT_ANTIVIRUS]);
      assert.match(stdout, /mi fermo \/ stopping\n$/);
    }
    {
      await using demo = await DemoProcess.start({ folder, portBase });
      assert.equal(readFileSync(known.caFile, 'utf8'), authority);
      assert.deepEqual(demo.world, known);
      assert.equal(await aheadHours(folder), 2);
      const { code, signal, stderr } = await demo.stop('SIGTERM');
      assert.deepEqual([code, signal, stderr], [0, null, WITHOUT_ANTIVIRUS]);
    }
    {
      await using demo = await DemoProcess.start({ folder, portBase, further: ['--fresh'] });
      assert.notEqual(readFileSync(known.caFile, 'utf8'), authority);
      assert.equal(readFileSync(join(folder, 'notes.txt'), 'utf8'), 'mine');
      assert.equal(await aheadHours(folder), 0);
      assert.equal((await ceralacca('demo', 'clock', '+1h', '--dir', folder)).code, 0);
      assert.equal((await demo.stop('SIGKILL')).signal, 'SIGKILL');
    }
    {
      await using _demo = await DemoProcess.start({ folder, portBase });
      assert.equal(await aheadHours(folder), 1);
    }
    rmSync(folder, { recursive: true });
  });

  test('a folder with a long name will do', async () => {
    const parent = temporaryFolder();
    const folder = join(parent, 'una-cartella-dal-nome-molto-lungo'.repeat(4));
    await using demo = await DemoProcess.start({ folder });
    assert.equal((await ceralacca('demo', 'clock', '+1m', '--dir', folder)).code, 0);
    assert.equal((await demo.stop()).code, 0);
    rmSync(parent, { recursive: true, force: true });
  });
});
