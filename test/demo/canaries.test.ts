// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { canariesIn, guises, say } from './canaries.ts';
import { ceralacca, DemoProcess, freePortBase, KEPT_PORT_BASES, Program, until } from './demo-process.ts';

/** What must not be written down, wherever it passes. */
const CANARIES = {
  subject: 'Oggetto-kanarin-7f3a91',
  body: 'Corpo-kanarin-c20e55d8',
  attachment: 'Allegato-kanarin-e8841b',
  wrongPassword: 'parola-kanarin-5d17aa',
  passphrase: 'frase-kanarin-93bb04ce',
  command: 'comando-kanarin-1f6c2d',
  search: 'ricerca-kanarin-8ab377',
};

/** AUTH PLAIN in one line. */
const plain = (user: string, password: string) => Buffer.from(`\0${user}\0${password}`).toString('base64');
const base64 = (text: string) => Buffer.from(text).toString('base64');

const letter = (from: string, to: string) =>
  [
    `From: ${from}`,
    `To: ${to}`,
    `Subject: ${CANARIES.subject}`,
    'Message-ID: <kanarin@example.test>',
    'Date: Mon, 2 Mar 2026 10:15:02 +0100',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary="b"',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    CANARIES.body,
    '--b',
    'Content-Type: application/octet-stream; name="a.bin"',
    'Content-Transfer-Encoding: base64',
    '',
    base64(CANARIES.attachment),
    '--b--',
    '',
  ].join('\r\n');

test('a canary is found in each of its guises, wherever it stands', () => {
  for (const before of ['', 'x', 'xy', 'xyz']) {
    const inside = `{"a":"${base64(`${before}${CANARIES.body}${before}`)}"}`;
    assert.deepEqual(canariesIn(inside, { body: CANARIES.body }), ['body'], before);
  }
  assert.equal(guises(CANARIES.body).length, 5);
  assert.deepEqual(canariesIn('nothing of it', CANARIES), []);
});

suite('the journals of two providers at level debug', { timeout: 240_000 }, () => {
  let demo: DemoProcess;
  const providers: Program[] = [];

  before(async () => {
    // The providers' ports are taken only later.
    const portBase = await freePortBase(KEPT_PORT_BASES);
    demo = await DemoProcess.start({ portBase, further: ['--without', 'alfa', 'beta'] });
    for (const key of ['alfa', 'beta']) {
      const file = join(demo.folder, key, 'config.yaml');
      const config = JSON.parse(readFileSync(file, 'utf8'));
      config.journal.level = 'debug';
      // The signing key under a passphrase of its own.
      const keyFile = config.signing.keyFile;
      const passphraseFile = join(demo.folder, key, 'passphrase');
      writeFileSync(passphraseFile, `${CANARIES.passphrase}\n`, { mode: 0o600 });
      const sealed = createPrivateKey(readFileSync(keyFile)).export({
        type: 'pkcs8',
        format: 'pem',
        cipher: 'aes-256-cbc',
        passphrase: CANARIES.passphrase,
      });
      writeFileSync(keyFile, sealed, { mode: 0o600 });
      config.signing.passphraseFile = passphraseFile;
      writeFileSync(file, JSON.stringify(config));
      providers.push(new Program(['serve', '--config', file]));
    }
    for (const { watch } of demo.world.providers) {
      await until('a provider', async () =>
        fetch(`${watch}/health/ready`).then(
          ({ ok }) => (ok ? true : undefined),
          () => undefined,
        ),
      );
    }
  });
  after(async () => {
    await Promise.all(providers.map((provider) => provider.stop('SIGKILL')));
    await demo[Symbol.asyncDispose]();
  });

  test('hold no password, no subject, no body, no attachment, no passphrase and no AUTH line', async () => {
    const [alfa = assert.fail(), beta = assert.fail()] = demo.world.providers;
    const [from = assert.fail(), to = assert.fail()] = [alfa.mailboxes[1], beta.mailboxes[1]];
    const { address: user, password } = from;
    const submission = { port: alfa.submission.port, tls: true };
    const data = (text: string) => Buffer.from(`${text}.\r\n`);
    const transaction = [`MAIL FROM:<${user}>`, `RCPT TO:<${to.address}>`, 'DATA'];
    const session = ['EHLO canary.test', `AUTH PLAIN ${plain(user, password)}`, ...transaction];

    // Submission: accepted, refused by a notice, cut off, out of order, and with a wrong password in three ways.
    assert.match(
      await say(submission, [...session, data(letter(user, to.address))]),
      /^250 2\.0\.0 accepted/m,
    );
    assert.match(
      await say(submission, [...session, data(letter('altri@example.test', to.address))]),
      /^250 2\.0\.0 taken/m,
    );
    assert.match(await say(submission, [...session, data(`${CANARIES.body}\n\r\n`)]), /^55/m);
    assert.match(
      await say(submission, ['EHLO canary.test', `AUTH PLAIN ${plain(user, CANARIES.wrongPassword)}`]),
      /^535 /m,
    );
    assert.match(
      await say(submission, ['EHLO x', 'AUTH LOGIN', base64(user), base64(CANARIES.wrongPassword)]),
      /^(535|5\d\d) /m,
    );
    await say(submission, ['EHLO x', `AUTH ${CANARIES.wrongPassword} ${CANARIES.wrongPassword}`]);
    await say(submission, ['EHLO x', `AUTH PLAIN !!!${CANARIES.wrongPassword}`, `${CANARIES.command} x`]);
    // Before TLS, where it does not belong.
    const clear = { port: alfa.submissionStarttls.port, tls: false };
    await say(clear, ['EHLO x', `AUTH PLAIN ${plain(user, CANARIES.wrongPassword)}`, CANARIES.command]);

    // The exchange door: ordinary mail that is refused, garbage, a message cut off.
    const exchange = { port: beta.exchange.port, tls: false };
    const ordinary = ['EHLO x.test', 'MAIL FROM:<altri@example.test>', `RCPT TO:<${to.address}>`, 'DATA'];
    await say(exchange, [...ordinary, data(letter('altri@example.test', to.address))]);
    await say(exchange, [...ordinary, Buffer.from(letter('altri@example.test', to.address))]);
    await say(exchange, [`${CANARIES.command} ${CANARIES.body}`, 'MAIL FROM:<', 'QUIT']);

    // IMAP and POP3: wrong and right, with what people search, append and mistype.
    const imap = { port: beta.imaps.port, tls: true };
    await say(imap, [`a LOGIN ${to.address} ${CANARIES.wrongPassword}`]);
    await say(imap, [`a AUTHENTICATE PLAIN ${plain(to.address, CANARIES.wrongPassword)}`]);
    const appended = letter(user, to.address);
    assert.match(
      await say(imap, [
        `a LOGIN ${to.address} ${password}`,
        'b SELECT INBOX',
        `c SEARCH SUBJECT ${CANARIES.search}`,
        `d APPEND INBOX {${appended.length}}`,
        appended,
        `e ${CANARIES.command}`,
        'f FETCH 1 (BODY[])',
        'g LOGOUT',
      ]),
      /^d OK /m,
    );
    const pop3 = { port: beta.pop3s.port, tls: true };
    await say(pop3, [`USER ${to.address}`, `PASS ${CANARIES.wrongPassword}`]);
    await say(pop3, [`AUTH PLAIN ${plain(to.address, CANARIES.wrongPassword)}`]);
    await say(pop3, [`USER ${to.address}`, `PASS ${password}`, 'RETR 1', CANARIES.command, 'QUIT']);

    // A relay that cannot be made, and everything written down.
    await say(submission, [
      ...session.slice(0, 3),
      'RCPT TO:<chi@pec.silente.test>',
      'DATA',
      data(letter(user, 'chi@pec.silente.test')),
    ]);
    await until('the receipt', async () => {
      const { code } = await ceralacca('trace', 'kanarin@example.test', '--world', demo.worldFile);
      return code === 0 ? true : undefined;
    });
    const ends = await Promise.all(providers.map((provider) => provider.stop('SIGKILL')));

    const logins = [password, CANARIES.wrongPassword].flatMap((word) => [
      plain(user, word),
      plain(to.address, word),
    ]);
    for (const [at, key] of ['alfa', 'beta'].entries()) {
      const journal = readFileSync(join(demo.folder, key, 'journal.jsonl'), 'utf8');
      // A journal that says nothing would hold no secret either.
      assert.ok(journal.split('\n').length > 10, `${key}: ${journal}`);
      const written = journal + ends[at]?.stdout + ends[at]?.stderr;
      assert.deepEqual(canariesIn(written, CANARIES), [], key);
      for (const login of logins) assert.ok(!written.includes(login), `${key} has an AUTH line`);
      assert.doesNotMatch(written, /"(ceralacca|Y2VyYWxhY2Nh)"/, `${key} has the password`);
      for (const line of journal.trim().split('\n')) JSON.parse(line);
    }
    assert.match(readFileSync(join(demo.folder, 'alfa', 'journal.jsonl'), 'utf8'), /login failed/);
  });
});
