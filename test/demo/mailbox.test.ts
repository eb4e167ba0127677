// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { ImapFlow } from 'imapflow';
import { runCommandLine } from '../../src/cli/command-line.ts';
import { Captured } from '../cli/captured.ts';
import { Dialogue, plainToken } from '../smtp/dialogue.ts';
import { ceralacca, DemoProcess, until } from './demo-process.ts';

const ROSA = 'rosa.lume@cittadini.alfa.test';
const GINEVRA = 'ginevra.altobelli@cittadini.beta.test';

/** Mailboxes are made and changed by command, beside a provider in a process of its own, and used over the network. */
suite('a mailbox by command, beside the running provider', { timeout: 240_000 }, () => {
  let demo: DemoProcess;
  let password = '';
  const alfa = () => demo.world.providers[0] ?? assert.fail();
  const config = () => join(demo.folder, 'alfa', 'config.yaml');
  const mailbox = (...words: string[]) => ceralacca('mailbox', ...words, '--config', config());
  const done = async (...words: string[]) => {
    const { code, stderr } = await mailbox(...words);
    assert.equal(code, 0, stderr);
  };

  /** In this process: no provider runs that it could be mistaken for. */
  const here = async (...words: string[]) => {
    const captured = new Captured();
    const code = await runCommandLine(['mailbox', ...words], captured);
    return { code, stdout: captured.stdout.text, stderr: captured.stderr.text };
  };

  before(async () => {
    demo = await DemoProcess.start();
  });
  after(() => demo[Symbol.asyncDispose]());

  /** Logs in over IMAP with TLS; rejects when that is refused. */
  async function imap(pass = password): Promise<ImapFlow> {
    const client = new ImapFlow({
      ...alfa().imaps,
      secure: true,
      auth: { user: ROSA, pass },
      tls: { rejectUnauthorized: false },
      logger: false,
    });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  const messagesIn = async (client: ImapFlow, folder: string) =>
    (await client.status(folder, { messages: true })).messages;

  /** Hands a message to a door of Alfa; the reply to MAIL if that is a refusal, or to the whole message. */
  async function hands(terms: { from: string; to: string; user?: string }): Promise<string> {
    const { submission, exchange } = alfa();
    const inside = terms.user !== undefined;
    using door = await Dialogue.open(inside ? submission.port : exchange.port, { tls: inside });
    await door.reply();
    await door.say('EHLO client.test');
    if (inside) assert.match(await door.say(`AUTH PLAIN ${plainToken(ROSA, password)}`), /^235/);
    const begun = await door.say(`MAIL FROM:<${terms.from}>`);
    if (!begun.startsWith('250')) return begun;
    const taken = await door.say(`RCPT TO:<${terms.to}>`);
    if (!taken.startsWith('250')) return taken;
    assert.match(await door.say('DATA'), /^354/);
    const date = new Date().toUTCString().replace('GMT', '+0000');
    return await door.say(
      `From: <${terms.from}>\r\nTo: <${terms.to}>\r\nSubject: Prova\r\nDate: ${date}\r\n\r\nBuongiorno.\r\n.`,
    );
  }

  const certifies = () => hands({ from: ROSA, to: GINEVRA, user: ROSA });
  const writesOrdinarily = () => hands({ from: 'info@posta.test', to: ROSA });

  test('one that is added logs in at once', async () => {
    const { code, stdout, stderr } = await mailbox(
      'add',
      ROSA,
      '--holder',
      'Rosa Lume',
      '--generate-password',
      '--json',
    );
    assert.equal(code, 0, stderr);
    password = JSON.parse(stdout).password;
    const client = await imap();
    assert.equal(await messagesIn(client, 'INBOX'), 0);
    await client.logout();
    await assert.rejects(imap('ceralacca'));
  });

  test('receipts come into the INBOX, and into Ricevute once it is said so', async () => {
    const client = await imap();
    assert.match(await certifies(), /^250/);
    await until(
      'two receipts in the INBOX',
      async () => (await messagesIn(client, 'INBOX')) === 2 || undefined,
    );
    await done('set', ROSA, '--files-receipts', 'on');
    assert.match(await certifies(), /^250/);
    await until('two receipts in Ricevute', async () => {
      const folders = await client.list();
      if (!folders.some(({ path }) => path === 'Ricevute')) return undefined;
      return (await messagesIn(client, 'Ricevute')) === 2 || undefined;
    });
    assert.equal(await messagesIn(client, 'INBOX'), 2);
    await client.logout();
  });

  test('IP-22 ordinary mail is refused, and taken once it is said so', async () => {
    assert.match(await writesOrdinarily(), /^550 5\.7\.1/);
    await done('set', ROSA, '--ordinary', 'deliver');
    assert.match(await writesOrdinarily(), /^250/);
    const client = await imap();
    await until('the anomaly envelope', async () => (await messagesIn(client, 'INBOX')) === 3 || undefined);
    await client.logout();
    const shown = JSON.parse((await mailbox('show', ROSA, '--json')).stdout);
    assert.equal(shown.ordinaryMail, 'deliver');
    assert.ok(shown.countedBytes > 0 && shown.countedBytes < shown.totalBytes, 'receipts do not count');
  });

  test('SEC-1 a new password ends what the old one opened, and the old one is worth nothing', async () => {
    const client = await imap();
    const closed = new Promise<void>((resolve) => client.on('close', () => resolve()));
    const file = join(demo.folder, 'password');
    writeFileSync(file, 'un’altra, di Rosa\n');
    await done('password', ROSA, '--password-file', file);
    await closed;
    await assert.rejects(imap(), { authenticationFailed: true });
    password = 'un’altra, di Rosa';
    await (await imap()).logout();
  });

  test('DP-22 one that is disabled shuts out its holder, and senders hear of it; enabled it is as before', async () => {
    const client = await imap();
    const closed = new Promise<void>((resolve) => client.on('close', () => resolve()));
    await done('disable', ROSA);
    await closed;
    await assert.rejects(imap(), { authenticationFailed: true });
    assert.match(await writesOrdinarily(), /^550 5\.2\.1/);
    const sent = await ceralacca(
      ...['send', '--world', demo.worldFile, '--from', GINEVRA, '--to', ROSA, '--text', 'Ciao', '--json'],
    );
    assert.equal(JSON.parse(sent.stdout).outcome, 'failed');
    assert.match(sent.stdout, /5\.2\.1/);
    await done('enable', ROSA);
    const again = await imap();
    assert.equal(await messagesIn(again, 'INBOX'), 3);
    await again.logout();
  });

  test('beside a provider that stands still the store itself is changed, by the same rules', async () => {
    await demo.stop();
    const folder = join(demo.folder, 'alfa', 'data');
    const blind = await here('disable', ROSA, '--folder', folder);
    assert.match(`${blind.code} ${blind.stderr}`, /^3 .*\(provider-not-running\)/);
    const file = join(demo.folder, 'caselle.csv');
    writeFileSync(file, 'address;holder\nada.lume@cittadini.alfa.test;Ada Lume\nuno@pec.beta.test;Uno\n');
    const wrong = await here('import', file, '--lang', 'en', '--config', config());
    assert.match(`${wrong.code} ${wrong.stderr}`, /^1 line 3: uno@pec\.beta\.test: the domain is not of/);
    writeFileSync(file, 'address;holder\nada.lume@cittadini.alfa.test;Ada Lume\n');
    await done('import', file);
    await done('set', ROSA, '--quota', '2G');
    const service = await here('disable', 'ricevute@pec.alfa.test', '--config', config());
    assert.match(`${service.code} ${service.stderr}`, /^1 .*indirizzo di servizio/);
    const { stdout } = await here('show', ROSA, '--folder', folder, '--json');
    assert.equal(JSON.parse(stdout).quotaBytes, 2 * 1024 ** 3);
    const journal = readFileSync(join(demo.folder, 'alfa', 'journal.jsonl'), 'utf8');
    const told = journal.split('\n').filter((line) => /"a mailbox was (made|changed)"/.test(line));
    assert.equal(told.length, 8);
    assert.match(told.at(-2) ?? '', /ada\.lume@cittadini\.alfa\.test/);
    assert.doesNotMatch(told.join(), /Lume"|argon2/);
    assert.ok(!journal.includes(password));
  });
});
