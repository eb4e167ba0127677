// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { Captured } from '../../test/cli/captured.ts';
import { openSqliteStore } from '../engines/sqlite/sqlite-store.ts';
import { ControlSocket } from '../fronts/control/control-socket.ts';
import { MailboxOrders } from '../fronts/control/mailbox-orders.ts';
import { verifyPassword } from '../mailroom/accounts/passwords.ts';
import { MAILBOXES_AT_ONCE, Provisioning } from '../mailroom/provisioning/provisioning.ts';
import type { HouseStore } from '../mailroom/steps/house-store.ts';
import { runCommandLine } from './command-line.ts';

const ANNA = 'anna@pec.alfa.test';

let folder: string;
let store: HouseStore;
let control: ControlSocket;
/** Every line of the journal. */
const told: string[] = [];

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ceralacca-mailbox-'));
  const write = (facts: Record<string, unknown>, sentence: string) =>
    void told.push(`${sentence} ${JSON.stringify(facts)}`);
  const journal = { info: write, warn: write, error: write, debug: write, child: () => journal };
  store = await openSqliteStore({ folder: join(folder, 'store'), journal });
  const facts = {
    ownDomains: new Set(['pec.alfa.test']),
    reserved: new Set(['posta-certificata@pec.alfa.test']),
    quotaBytes: 3 * 1024 ** 3,
  };
  const orders = new MailboxOrders(new Provisioning({ store, facts, journal }));
  control = await ControlSocket.listen({ folder, obey: (order) => orders.obey(order), journal });
});
after(async () => {
  await control[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

async function mailbox(...words: string[]) {
  const captured = new Captured();
  const code = await runCommandLine(['mailbox', ...words, '--folder', folder], captured);
  return { code, out: captured.stdout.text, err: captured.stderr.text };
}

const passwordOf = (text: string) => /: (\S+)\n$/.exec(text)?.[1] ?? assert.fail(text);

suite('ceralacca mailbox', () => {
  test('add makes one, with a password that is shown once and is nowhere else', async () => {
    const made = await mailbox('add', ANNA, '--holder', 'Anna Verdi', '--generate-password');
    assert.equal(made.code, 0, made.err);
    assert.match(
      made.out,
      /^Creata la casella anna@pec\.alfa\.test\.\nPassword, mostrata questa volta sola: /,
    );
    const password = passwordOf(made.out);
    assert.ok(await verifyPassword(store.findMailbox(ANNA)?.passwordHash ?? '', password));
    for (const text of [told.join(), (await mailbox('show', ANNA, '--json')).out])
      assert.doesNotMatch(text, new RegExp(`${password}|argon2`));
    const again = await mailbox('add', ANNA, '--holder', 'Altri', '--generate-password');
    assert.deepEqual(
      [again.code, again.out, again.err],
      [1, '', `${ANNA}: la casella esiste già, e resta com’è.\n`],
    );
    const bare = await mailbox('add', 'bruno@pec.alfa.test', '--holder', 'Bruno', '--lang', 'en');
    assert.match(bare.err, /^Nobody gets in until there is a password: ceralacca mailbox password bruno@/);
    const foreign = await mailbox('add', 'x@pec.beta.test', '--holder', 'X', '--json');
    assert.deepEqual(JSON.parse(foreign.out), {
      format: 'ceralacca-mailbox/1',
      done: false,
      address: 'x@pec.beta.test',
      because: 'foreign-domain',
    });
  });

  test('set changes what is given and nothing else', async () => {
    const before = store.findMailbox(ANNA) ?? assert.fail();
    assert.equal((await mailbox('set', ANNA, '--quota', '2g', '--files-receipts', 'on')).code, 0);
    assert.deepEqual(store.findMailbox(ANNA), { ...before, quotaBytes: 2 * 1024 ** 3, filesReceipts: true });
    const done = await mailbox('set', ANNA, '--ordinary', 'deliver', '--json');
    const { done: so, address, ordinaryMail, hasPassword } = JSON.parse(done.out);
    assert.deepEqual([so, address, ordinaryMail, hasPassword], [true, ANNA, 'deliver', true]);
    assert.match((await mailbox('set', ANNA)).err, /non è detto che cosa cambiare/);
    const none = await mailbox('set', 'chi@pec.alfa.test', '--quota', '1G');
    assert.deepEqual([none.code, none.err], [1, 'chi@pec.alfa.test: la casella non esiste.\n']);
    await mailbox('set', ANNA, '--ordinary', 'provider', '--files-receipts', 'off', '--quota', '3G');
    assert.deepEqual(store.findMailbox(ANNA), before);
  });

  test('disable and enable', async () => {
    assert.match((await mailbox('disable', ANNA)).out, /^Disabilitata la casella anna@/);
    assert.equal(store.findMailbox(ANNA)?.status, 'disabled');
    assert.match((await mailbox('enable', ANNA, '--lang', 'en')).out, /is active again\.$/m);
    assert.equal(store.findMailbox(ANNA)?.status, 'active');
  });

  test('password takes the first line of a file, of eight characters at least', async () => {
    const file = join(folder, 'password');
    writeFileSync(file, 'cavallo battito\nsecond line\n');
    assert.equal((await mailbox('password', ANNA, '--password-file', file)).code, 0);
    assert.ok(await verifyPassword(store.findMailbox(ANNA)?.passwordHash ?? '', 'cavallo battito'));
    const known = store.findMailbox(ANNA);
    writeFileSync(file, 'cavallo');
    const short = await mailbox('password', ANNA, '--password-file', file);
    assert.match(`${short.code} ${short.err}`, /^3 .*\(password-unfit\)/);
    assert.equal((await mailbox('password', ANNA)).code, 2);
    assert.equal((await mailbox('password', ANNA, '--password-file', file, '--generate-password')).code, 2);
    assert.deepEqual(store.findMailbox(ANNA), known);
  });

  test('list and show tell how mailboxes are', async () => {
    const { out } = await mailbox('list');
    const [head, , first, second] = out.split('\n');
    assert.match(head ?? '', /^indirizzo +stato +spazio occupato +posta ordinaria +ricevute +titolare$/);
    assert.match(
      first ?? '',
      /^anna@pec\.alfa\.test +attiva +0 byte \/ 3,0 GB \(0 %\) +come vuole il gestore +nella posta in arrivo +Anna Verdi$/,
    );
    assert.match(second ?? '', /^bruno@/);
    const { mailboxes } = JSON.parse((await mailbox('list', '--domain', 'PEC.alfa.test', '--json')).out);
    assert.deepEqual(mailboxes[1], {
      address: 'bruno@pec.alfa.test',
      holder: 'Bruno',
      status: 'active',
      role: 'user',
      quotaBytes: 3 * 1024 ** 3,
      filesReceipts: false,
      ordinaryMail: 'provider',
      hasPassword: false,
      countedBytes: 0,
      totalBytes: 0,
      warning: 0,
    });
    assert.match((await mailbox('list', '--domain', 'alfa.test')).out, /^Nessuna casella/);
    assert.match((await mailbox('list', '--state', 'disabled', '--lang', 'en')).out, /^No mailbox/);
    const shown = (await mailbox('show', 'bruno@pec.alfa.test')).out;
    assert.match(shown, /^ {2}accesso +nessuna password: non entra nessuno$/m);
    assert.match(shown, /^ {2}cartelle +Archivio: 0 messaggi, 0 da leggere, 0 byte$/m);
    assert.equal((await mailbox('show', 'chi@pec.alfa.test')).code, 1);
  });

  test('import makes all of a file or none, and tells each line that is in the way', async () => {
    const file = join(folder, 'caselle.csv');
    const secret = join(folder, 'password.csv');
    writeFileSync(
      file,
      `address;holder;quota\n${ANNA};Altri;1G\nx@pec.beta.test;X;1G\ny@pec.alfa.test;;1G\nz@pec.alfa.test;Z;much\n`,
    );
    const before = store.listMailboxes();
    const wrong = await mailbox('import', file, '--generate-passwords', secret);
    assert.equal(wrong.code, 1);
    assert.deepEqual(wrong.err.split('\n'), [
      `riga 2: ${ANNA}: la casella esiste già, e resta com’è`,
      'riga 3: x@pec.beta.test: il dominio non è di questo gestore',
      'riga 4: y@pec.alfa.test: serve il titolare: da 1 a 200 caratteri in una riga',
      'riga 5: quota: scrivere ad esempio 500M o 2G',
      'Nessuna casella è stata creata.',
      '',
    ]);
    const { done, errors } = JSON.parse((await mailbox('import', file, '--json')).out);
    assert.deepEqual([done, errors.length, errors[3]], [false, 4, { line: 5, because: 'quota' }]);
    assert.deepEqual(store.listMailboxes(), before);
    assert.equal(existsSync(secret), false);

    writeFileSync(file, 'address;holder;quota\r\nUno@pec.alfa.test;Uno;7K\r\ndue@pec.alfa.test;Due;\r\n');
    assert.match((await mailbox('import', file, '--check')).out, /^Tutte le 2 caselle si possono creare/);
    assert.deepEqual(store.listMailboxes(), before);
    const made = await mailbox('import', file, '--generate-passwords', secret);
    assert.deepEqual([made.code, made.out], [0, 'Caselle create: 2.\n'], made.err);
    assert.equal(statSync(secret).mode & 0o777, 0o600);
    const [, one, two] = readFileSync(secret, 'utf8').split('\r\n');
    for (const line of [one, two]) {
      const [address = '', password = ''] = line?.split(';') ?? [];
      assert.ok(await verifyPassword(store.findMailbox(address)?.passwordHash ?? '', password), address);
    }
    assert.equal(store.findMailbox('uno@pec.alfa.test')?.quotaBytes, 7 * 1024);
    assert.equal(store.findMailbox('due@pec.alfa.test')?.quotaBytes, 3 * 1024 ** 3);
    const again = await mailbox('import', file);
    assert.match(again.err, /^riga 2: uno@pec\.alfa\.test: la casella esiste già/);
    writeFileSync(file, Buffer.from('address;holder\nx@pec.alfa.test;Citt\xe0\n', 'latin1'));
    assert.match((await mailbox('import', file)).err, /it is not UTF-8 \(file-unreadable\)/);
    const many = Array.from({ length: MAILBOXES_AT_ONCE + 1 }, (_, at) => `m${at}@pec.alfa.test;M`);
    writeFileSync(file, `address;holder\n${many.join('\n')}\n`);
    assert.match((await mailbox('import', file)).err, /\(mailboxes-too-many\)/);
  });

  test('wrong words are wrong usage; what stands still needs its configuration', async () => {
    for (const words of [
      ['add', 'x@pec.alfa.test'],
      ['set', ANNA, '--quota', '0'],
      ['set', ANNA, '--quota', '1.5G'],
      ['set', ANNA, '--files-receipts', 'yes'],
      ['set', ANNA, '--ordinary', 'keep'],
    ])
      assert.equal((await mailbox(...words)).code, 2, words.join(' '));
    const captured = new Captured();
    const code = await runCommandLine(['mailbox', 'disable', ANNA, '--folder', join(folder, 'x')], captured);
    assert.match(`${code} ${captured.stderr.text}`, /^3 .*\(--config\) \(provider-not-running\)/);
  });

  test('orders that are none change nothing', async () => {
    const { orderProvider } = await import('../fronts/control/control-client.ts');
    const mailboxes = store.listMailboxes();
    for (const order of [
      { order: 'mailbox-remove', address: ANNA },
      { order: 'mailbox-add' },
      { order: 'mailbox-add', mailboxes: [] },
      { order: 'mailbox-add', mailboxes: [{ holder: 'x' }] },
      { order: 'mailbox-add', mailboxes: [{ address: 'y@pec.alfa.test', holder: 'x', role: 'service' }] },
      { order: 'mailbox-add', mailboxes: Array(10_001).fill({ address: 'y@pec.alfa.test', holder: 'x' }) },
      { order: 'mailbox-change', address: ANNA, terms: { address: 'y@pec.alfa.test' } },
      { order: 'mailbox-change', address: ANNA, terms: { quotaBytes: '1' } },
      { order: 'mailbox-change', terms: { quotaBytes: 1 } },
    ])
      await assert.rejects(orderProvider(folder, order), { code: 'order-refused' });
    assert.deepEqual(store.listMailboxes(), mailboxes);
  });
});
