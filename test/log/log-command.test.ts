// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, suite, test } from 'node:test';
import { exportLog } from '../../src/cli/log/export.ts';
import { type ExtractOptions, extractLog } from '../../src/cli/log/extract.ts';
import { type CheckProofOptions, checkProofFile, proveLog } from '../../src/cli/log/prove.ts';
import { logStatistics } from '../../src/cli/log/statistics.ts';
import { openSigner } from '../../src/composition/signing.ts';
import { completed } from '../../src/composition/surroundings.ts';
import { PROVIDERS } from '../../src/demo/roster.ts';
import { PACKAGE_FILES } from '../../src/evidence/certification-log/log-package.ts';
import {
  type LogProof,
  readLogProof,
  writeLogProof,
} from '../../src/evidence/certification-log/log-proof.ts';
import { readSeal } from '../../src/evidence/certification-log/seal.ts';
import { readConfig } from '../../src/platform/config/config.ts';
import { randomIds } from '../../src/platform/ids.ts';
import { silentJournal } from '../../src/platform/journal.ts';
import { readSignedData } from '../../src/wire/cms/signed-data.ts';
import { Captured } from '../cli/captured.ts';
import { ceralacca, DemoProcess, until } from '../demo/demo-process.ts';
import { checkLogPackage, resignPackage } from './log-packages.ts';

/** In a configuration of the demo. */
const STAMPER = /"url": "http:[^"]+\/tsa"/;

suite('the sealed log of a demo, from outside', { timeout: 120_000 }, () => {
  let demo: DemoProcess;
  let config: string;
  let messageId: string;
  let sender: string;

  before(async () => {
    demo = await DemoProcess.start();
    config = join(demo.folder, 'alfa', 'config.yaml');
    const [alfa, beta] = demo.world.providers;
    const to = beta?.mailboxes[0]?.address ?? '';
    sender = alfa?.mailboxes[0]?.address ?? '';
    const world = join(demo.folder, 'world.json');
    const words = ['--from', sender, '--to', to, '--text', 'Prova', '--json'];
    const sent = await ceralacca('send', '--world', world, ...words);
    assert.equal(sent.code, 0, sent.stderr);
    ({ messageId } = JSON.parse(sent.stdout) as { messageId: string });
  });
  after(() => demo[Symbol.asyncDispose]());

  function prove(what: string) {
    const { stdout, stderr } = new Captured();
    const code = proveLog({ what, options: { config } }, { stdout, stderr });
    return { code, stdout: stdout.text, stderr: stderr.text };
  }

  async function checkProof(file: string, more: Omit<CheckProofOptions, 'ca'>) {
    const { stdout } = new Captured();
    const options = { ca: join(demo.folder, 'ca.pem'), ...more };
    return { code: await checkProofFile({ file, options }, { stdout }), stdout: stdout.text };
  }

  function checkPackage(folder: string) {
    return checkLogPackage(folder, join(demo.folder, 'ca.pem'));
  }

  async function seals(): Promise<{ day: string; stamped: boolean; records: string }[]> {
    const { stdout } = await ceralacca('log', 'seals', '--config', config, '--json');
    return JSON.parse(stdout).seals;
  }

  test('LOG-5 the day after, the log is sealed, stamped and whole', async () => {
    assert.match((await ceralacca('log', 'seals', '--config', config)).stdout, /Nessun giorno/);
    await ceralacca('demo', 'clock', '+26h', '--dir', demo.folder);
    let [closed] = await seals();
    while (closed?.stamped !== true) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      [closed] = await seals();
    }
    assert.match(closed.records, /^1-\d+$/);
    const verified = await ceralacca('log', 'verify', '--config', config);
    assert.match(verified.stdout, /^Il registro è integro \(\d+ registrazioni/);
    assert.equal(verified.code, 0);
    const english = await ceralacca('log', 'verify', '--config', config, '--lang', 'en');
    assert.match(english.stdout, /^The log is whole/);
  });

  test('a message is proved to whoever has the authorities, with the store gone', async () => {
    const file = join(demo.folder, 'prova.json');
    const ca = join(demo.folder, 'ca.pem');
    const { records } = JSON.parse(
      (await ceralacca('trace', messageId, '--folder', join(demo.folder, 'alfa', 'data'), '--json')).stdout,
    ) as { records: unknown[] };
    writeFileSync(file, prove(messageId).stdout);
    const checked = await ceralacca('log', 'check-proof', file, '--ca', ca);
    assert.match(
      checked.stdout,
      /^La prova è valida\. Registro di Gestore Alfa S\.p\.A\.\nregistrazione \d+: /,
    );
    assert.match(checked.stdout, /firmato da posta-certificata@pec\.alfa\.test, marca temporale \d\d\//);
    assert.equal(checked.code, 0);
    const json = JSON.parse((await checkProof(file, { json: true })).stdout);
    assert.equal(json.records.length, records.length);
    assert.deepEqual(
      [json.holds, json.records[0].record.messageId, json.seals[0].signer],
      [true, messageId, 'posta-certificata@pec.alfa.test'],
    );
    const other = await checkProof(file, { signer: 'pec@beta.test' });
    assert.match(other.stdout, /^La prova NON è valida: .* signed by somebody else than pec@beta\.test/);
    assert.equal(other.code, 1);
  });

  test('who signs the seal of another provider is found out, and what is altered in the file', async () => {
    const proof = readLogProof(Buffer.from(prove('1').stdout));
    const [seal, record] = [proof?.seals[0], proof?.records[0]];
    assert.ok(seal !== undefined && record !== undefined);
    const check = async (forged: LogProof) => {
      const file = join(demo.folder, 'forged.json');
      writeFileSync(file, writeLogProof(forged));
      return (await checkProof(file, { lang: 'en' })).stdout;
    };
    const opened = readSignedData(seal.signed);
    assert.ok(opened.ok && opened.value.content !== null);
    const beta = readConfig(join(demo.folder, 'beta', 'config.yaml'));
    assert.ok(beta.ok);
    await using stack = new AsyncDisposableStack();
    const around = completed({ journal: silentJournal });
    const theirs = await openSigner(beta.config, { around, stack });
    const closedAt = readSeal(opened.value.content)?.closedAt ?? 0;
    const signed = await theirs.seal(opened.value.content, closedAt);
    assert.match(
      await check({ records: [record], seals: [{ ...seal, signed }] }),
      /^The proof does NOT hold: seal 1 is broken: signed by .*Beta.*who is somebody else/,
    );
    const token = Buffer.from(seal.token ?? '');
    token.writeUInt8(token.readUInt8(token.length - 1) ^ 1, token.length - 1);
    assert.match(await check({ records: [record], seals: [{ ...seal, token }] }), /\(stamp-broken\)/);
    const text = record.text.replace('"event":"', '"event":"x-');
    assert.match(await check({ records: [{ ...record, text }], seals: [seal] }), /\(leaf-differs\)/);
    assert.match(await check({ records: [], seals: [seal] }), /is no proof of the log/);
  });

  test('what is not sealed yet, or not known, has no proof', async () => {
    const { code, stdout, stderr } = prove('nessuno@pec.alfa.test');
    assert.deepEqual([code, stdout, stderr], [1, '', 'Nessun registro conosce nessuno@pec.alfa.test.\n']);
    const later = await ceralacca('log', 'prove', '999999', '--config', config);
    assert.match(later.stderr, /^Il registro non ha la registrazione 999999/);
    assert.equal(later.code, 1);
  });

  test('LOG-11 a closed day leaves as a package that stands for itself', async () => {
    const [sealed] = await seals();
    const day = sealed?.day ?? '';
    const to = join(demo.folder, 'conservazione');
    const done = await ceralacca('log', 'export', day, '--to', to, '--config', config);
    assert.equal(done.code, 0, done.stderr);
    assert.deepEqual(readdirSync(to).sort(), Object.values(PACKAGE_FILES).sort());
    const whole = checkPackage(to);
    const [, last] = sealed?.records.split('-') ?? [];
    assert.match(
      whole.stdout,
      new RegExp(`^Gestore Alfa S\\.p\\.A\\., ${day}: ${last} records, all as they`),
    );
    assert.equal(whole.status, 0);
    const first = JSON.parse(readFileSync(join(to, 'records.jsonl'), 'utf8').split('\n')[1] ?? '');
    assert.deepEqual([first.sequence, first.record.messageId], [2, messageId]);

    // The next day stands on the tree before it.
    const words = ['--from', sender, '--to', sender, '--text', 'Domani', '--no-wait'];
    const sent = await ceralacca('send', '--world', demo.worldFile, ...words);
    assert.equal(sent.code, 0, sent.stderr);
    await ceralacca('demo', 'clock', '+52h', '--dir', demo.folder);
    const next = await until('the second seal', async () => {
      const [, second] = await seals();
      return second?.stamped === true ? second : undefined;
    });
    const after = `${to}-dopo`;
    const captured = new Captured({ ids: randomIds });
    assert.equal(await exportLog({ day: next.day, options: { to: after, config } }, captured), 0);
    assert.match(readFileSync(join(after, 'index.xml'), 'utf8'), /<impronta livello=/);
    assert.match(
      checkPackage(after).stdout,
      new RegExp(`${next.day}: [1-9]\\d* records, all as they were sealed`),
    );

    const again = await ceralacca('log', 'export', day, '--to', to, '--config', config);
    assert.deepEqual([again.code, again.stderr], [1, `${to} esiste già: nulla viene sovrascritto.\n`]);
    const open = await ceralacca('log', 'export', '2026-01-01', '--to', `${to}-2`, '--config', config);
    assert.match(open.stderr, /^Il 2026-01-01 non è sigillato/);
    assert.equal(open.code, 1);
    assert.equal(existsSync(`${to}-2`), false);
  });

  test('LOG-11 nothing in a package can be changed without the check in the handbook telling', () => {
    const told = (name: string, change: (folder: string) => void) => {
      const copy = join(demo.folder, `package-${name}`);
      cpSync(join(demo.folder, 'conservazione'), copy, { recursive: true });
      change(copy);
      const { status, stdout } = checkPackage(copy);
      assert.equal(status, 1, name);
      return stdout;
    };
    const edit = (file: string, from: string | RegExp, to: string) => (folder: string) => {
      const text = readFileSync(join(folder, file), 'latin1');
      assert.notEqual(text.replace(from, to), text, `${file} ${from}`);
      writeFileSync(join(folder, file), text.replace(from, to), 'latin1');
    };
    const { records, index, signedIndex, indexStamp, seal, stamp } = PACKAGE_FILES;
    assert.match(
      told('record', edit(records, 'acceptance', 'acceptancf')),
      /^WRONG: records\.jsonl is not what the index says/,
    );
    assert.match(told('index', edit(index, '<giorno>2', '<giorno>3')), /^WRONG: index\.xml is not what/);
    assert.match(told('shape', edit(index, '<giorno>', '<giorno/><giorno>')), /^WRONG: index\.xml: /);
    assert.match(
      told('signed', edit(signedIndex, '<giorno>2', '<giorno>3')),
      /^WRONG: index\.xml\.p7m is not/,
    );
    assert.match(told('seal', edit(seal, 'first: 1', 'first: 2')), /^WRONG: seal\.p7m is not what the index/);
    const swapped = (one: string, other: string) => (folder: string) =>
      cpSync(join(folder, other), join(folder, one));
    assert.match(
      told('stamp', swapped(indexStamp, stamp)),
      /^WRONG: index\.xml\.p7m\.tsr is no time stamp of/,
    );
    assert.match(told('other', swapped(stamp, indexStamp)), /^WRONG: seal\.tsr is not what the index says/);
  });

  test('LOG-11 what the provider itself signs anew is held against the seal', async () => {
    const told = async (name: string, change: (text: string) => string) => {
      const copy = join(demo.folder, `resigned-${name}`);
      cpSync(join(demo.folder, 'conservazione'), copy, { recursive: true });
      const index = (text: string) => (name === 'index' ? text.replace('totale="', 'totale="1') : text);
      await resignPackage(copy, { config, records: change, index });
      return checkPackage(copy).stdout;
    };
    assert.match(
      await told('text', (text) => text.replace('"event":"acceptance"', '"event":"delivered"')),
      /^WRONG: the records are not those that were sealed/,
    );
    assert.match(
      await told('gone', (text) => text.slice(text.indexOf('\n') + 1)),
      /^WRONG: record 1 is missing/,
    );
    assert.match(
      await told('last', (text) => text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1)),
      /^WRONG: record \d+ is missing/,
    );
    assert.match(await told('index', (text) => text), /^WRONG: the index and the seal differ in size/);
  });

  test('LOG-11 what cannot be exported leaves nothing behind', async () => {
    const [day = ''] = (await seals()).map((seal) => seal.day);
    const to = join(demo.folder, 'respinta');
    const exported = async (name: string, change: (folder: string, store: DatabaseSync) => void) => {
      const copy = join(demo.folder, `export-${name}`);
      cpSync(join(demo.folder, 'alfa'), copy, { recursive: true });
      const database = new DatabaseSync(join(copy, 'data', 'store', 'store.db'));
      change(copy, database);
      database.close();
      const captured = new Captured({ ids: randomIds });
      try {
        const options = { to, config: join(copy, 'config.yaml'), lang: 'en' } as const;
        const code = await exportLog({ day, options }, captured);
        assert.equal(code, 1);
        return captured.stderr.text;
      } finally {
        assert.deepEqual([existsSync(to), existsSync(`${to}.part`)], [false, false]);
      }
    };
    const config = (from: RegExp, into: string) => (folder: string) => {
      const file = join(folder, 'config.yaml');
      const text = readFileSync(file, 'utf8');
      assert.match(text, from);
      writeFileSync(file, text.replace(from, into));
    };
    const changed = await exported('changed', (_, store) =>
      store.exec(`DROP TRIGGER logNeverChanges;
        UPDATE log SET record = replace(record, '"event":"', '"event":"x-') WHERE sequence = 2`),
    );
    assert.match(changed, /does not lead to its seal/);
    const seal = (set: string) => (_: string, store: DatabaseSync) =>
      store.exec(`DROP TRIGGER logSealsNeverChange; UPDATE logSeals SET ${set}`);
    assert.match(await exported('unstamped', seal('token = NULL')), /has no time stamp yet/);
    assert.match(
      await exported('unsigned', seal("signed = x'3000'")),
      /^The seal of .* is broken: not a signed/,
    );
    const gone = await exported('removed', (_, store) =>
      store.exec('INSERT INTO logForgotten (upTo) SELECT max(size) FROM logSeals'),
    );
    assert.match(gone, /were removed after 30 months/);
    assert.match(
      await exported('alone', config(STAMPER, '"answerSeconds": 5')),
      /^No time-stamp authority is configured/,
    );
    const url = config(STAMPER, '"url": "http://127.0.0.1:1/tsa"');
    await assert.rejects(exported('unreachable', url), { code: 'timestamp-unavailable' });
  });

  test('LOG-10 a holder gets the records of the own messages, as text and as JSON', async () => {
    const extract = (options: Omit<ExtractOptions, 'config'>, limit?: number) => {
      const { stdout, stderr } = new Captured();
      const code = extractLog({ ...options, config }, { stdout, stderr, ...(limit && { limit }) });
      return { code, stdout: stdout.text, stderr: stderr.text };
    };
    const [day] = (await seals()).map((seal) => seal.day);
    assert.ok(day !== undefined);
    const whole = extract({ mailbox: sender });
    assert.equal(whole.code, 0, whole.stderr);
    assert.match(whole.stdout, new RegExp(`^Estratto del registro per ${sender}: \\d+ registrazioni\\.\\n`));
    assert.match(whole.stdout, /accettato/);
    const json = JSON.parse(
      extract({ mailbox: sender.toUpperCase(), json: true, from: day, to: day }).stdout,
    );
    assert.equal(json.format, 'ceralacca-log-extract/1');
    assert.ok(json.records.length >= 3);
    for (const record of json.records)
      assert.deepEqual([record.messageId, record.sender], [messageId, sender]);
    const neighbour = demo.world.providers[0]?.mailboxes[1]?.address ?? '';
    const nothing = extract({ mailbox: neighbour });
    assert.deepEqual([nothing.code, nothing.stdout], [1, '']);
    assert.match(nothing.stderr, /^Il registro non ha nulla di /);
    assert.equal(extract({ mailbox: sender, from: '2020-01-01', to: '2020-12-31' }).code, 1);
    assert.match(extract({ mailbox: 'a@pec.beta.test' }).stderr, /non è una casella di questo gestore/);
    const count = json.records.length;
    assert.equal(extract({ mailbox: sender, from: day, to: day }, count).code, 0);
    assert.match(
      extract({ mailbox: sender, from: day, to: day }, count - 1).stderr,
      /^Più di \d+ registrazioni/,
    );
    const wrong = await ceralacca('log', 'extract', '--mailbox', sender, '--from', '22/11/2026');
    assert.match(wrong.stderr, /a day is written yyyy-mm-dd/);
    assert.equal(wrong.code, 2);
  });

  test('the supervisor’s numbers are those of the log', () => {
    const captured = new Captured();
    assert.equal(logStatistics({ config, json: true }, captured), 0);
    const document = JSON.parse(captured.stdout.text);
    const { format, domains, mailboxes, disabledMailboxes, months } = document;
    const [alfa] = PROVIDERS;
    assert.deepEqual(
      [format, domains, mailboxes, disabledMailboxes],
      [
        'ceralacca-log-statistics/1',
        alfa?.domains.length,
        alfa?.mailboxes.length,
        alfa?.mailboxes.filter(({ status }) => status === 'disabled').length,
      ],
    );
    // A month may end while the clock of the demo moves on.
    const sums = ['acceptances', 'nonAcceptances', 'deliveries'].map((name) =>
      months.reduce((sum: number, month: Record<string, number>) => sum + (month[name] ?? 0), 0),
    );
    assert.deepEqual(sums, [2, 0, 1]);
    const table = new Captured();
    assert.equal(logStatistics({ config }, table), 0);
    assert.match(table.stdout.text, /^Domini: \d+\. Caselle, adesso: \d+/);
    assert.match(table.stdout.text, /^messaggi accettati +[12]/m);
    const empty = new Captured();
    assert.equal(logStatistics({ config, from: '2030-01-01' }, empty), 0);
    assert.match(empty.stdout.text, /Il registro non ha nulla/);
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
