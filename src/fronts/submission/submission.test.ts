// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { TestAuthority } from '../../../test/smtp/certificates.ts';
import { Dialogue, plainToken } from '../../../test/smtp/dialogue.ts';
import { withSmtplib } from '../../../test/smtp/smtplib.ts';
import { DelayingLoginGuard, type LoginGuard } from '../../mailroom/accounts/login-guard.ts';
import { Spool } from '../../mailroom/contents/spool.ts';
import type { Mailbox } from '../../mailroom/mailboxes/mailbox-store.ts';
import { FixedClock } from '../../platform/clock.ts';
import { Fault } from '../../platform/faults.ts';
import { type Journal, silentJournal } from '../../platform/journal.ts';
import { ManualTimers, systemTimers, type Timers } from '../../platform/timers.ts';
import { noScanner } from '../../trust/antivirus/scanner.ts';
import { scanningSink } from '../../trust/antivirus/scanning-sink.ts';
import { RECEIVED_LIMIT } from '../../wire/smtp/hop-limit.ts';
import {
  JUDGED_AT_ONCE,
  type SubmissionAnswer,
  SubmissionFront,
  type SubmissionPoint,
} from './submission.ts';

type Submission = Parameters<SubmissionPoint['submit']>[0];

const ADDRESS = 'sindaco@comune.alfa.test';
const mailbox: Mailbox = {
  id: 1,
  address: ADDRESS,
  holder: 'Il sindaco',
  status: 'active',
  role: 'user',
  quotaBytes: 1_000_000,
  filesReceipts: false,
};

let authority: TestAuthority;
let identity: ReturnType<TestAuthority['issue']>;
let folder: string;
let nextId = 1;

interface Taken extends Omit<Submission, 'message'> {
  readonly octets: Buffer;
  readonly sha256: string;
}

async function openFront(
  options: {
    answer?: (submission: Submission) => Promise<SubmissionAnswer>;
    authenticate?: (address: string, password: string) => Promise<Mailbox | undefined>;
    guard?: LoginGuard;
    timers?: Timers;
    journal?: Journal;
    mode?: 'implicit' | 'starttls';
    hardSizeBytes?: number;
  } = {},
) {
  const taken: Taken[] = [];
  const hardSizeBytes = options.hardSizeBytes ?? 1_000_000;
  const front = new SubmissionFront({
    accessPoint: {
      limits: { hardSizeBytes, recipients: 3 },
      submit: async (submission) => {
        const { mailbox, reversePath, forwardPaths, message } = submission;
        const octets = await message.octets.read(0, message.size);
        const sha256 = message.blob.sha256.toString('hex');
        taken.push({ mailbox, reversePath, forwardPaths, octets, sha256 });
        return options.answer?.(submission) ?? { outcome: 'accepted', identifier: 'opec1@alfa.test' };
      },
    },
    accounts: {
      stillOpens: () => true,
      authenticate:
        options.authenticate ??
        (async (address, password) =>
          address.toLowerCase() === ADDRESS && password === 'segreta' ? mailbox : undefined),
    },
    guard: options.guard ?? new DelayingLoginGuard({ clock: new FixedClock(0) }),
    openSpool: () =>
      scanningSink(
        new Spool({
          numbers: { nextBlobId: () => nextId++, nextContentId: () => nextId++ },
          folder,
          maxSizeBytes: hardSizeBytes,
          memoryBytes: 64 * 1024,
        }),
        noScanner,
      ),
    hostName: 'smtps.alfa.test',
    identity,
    mode: options.mode ?? 'implicit',
    timers: options.timers ?? systemTimers,
    journal: options.journal ?? silentJournal,
    limits: { closeMs: 100 },
  });
  const { port } = await front.listen({ port: 0, host: '127.0.0.1' });
  return { front, port, taken };
}

async function loggedIn(port: number): Promise<Dialogue> {
  const dialogue = await Dialogue.open(port, { tls: true });
  await dialogue.reply();
  await dialogue.say('EHLO client.test');
  assert.match(await dialogue.say(`AUTH PLAIN ${plainToken(ADDRESS, 'segreta')}`), /^235/);
  return dialogue;
}

/** The reply to a whole message. */
async function send(dialogue: Dialogue, message: string): Promise<string> {
  await dialogue.say(`MAIL FROM:<${ADDRESS}>`);
  await dialogue.say('RCPT TO:<b@beta.test>');
  assert.match(await dialogue.say('DATA'), /^354/);
  return dialogue.say(`${message}\r\n.`);
}

suite('submission', () => {
  before(() => {
    authority = new TestAuthority();
    identity = authority.issue('smtps.alfa.test');
    folder = mkdtempSync(join(tmpdir(), 'ceralacca-submission-'));
  });
  after(() => {
    authority[Symbol.dispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  test('AP-1 a message of a logged-in user reaches the access point octet by octet', async () => {
    const { front, port, taken } = await openFront();
    await using _ = front;
    using dialogue = await loggedIn(port);
    assert.equal(
      await send(dialogue, 'Subject: \xe0\r\n\r\n..ciao'),
      '250 2.0.0 accepted as opec1@alfa.test',
    );
    assert.equal(taken[0]?.mailbox, mailbox);
    assert.deepEqual(taken[0]?.forwardPaths, ['b@beta.test']);
    assert.equal(taken[0]?.octets.toString('latin1'), 'Subject: \xe0\r\n\r\n.ciao\r\n');
  });

  test('SEC-13 however many messages come in at the same time, few are judged at the same time', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { promise: full, resolve: tellFull } = Promise.withResolvers<void>();
    const { front, port, taken } = await openFront({
      answer: async () => {
        if (taken.length === JUDGED_AT_ONCE) tellFull();
        await released;
        return { outcome: 'accepted', identifier: 'opec1@alfa.test' };
      },
    });
    await using _ = front;
    const dialogues = await Promise.all(Array.from({ length: JUDGED_AT_ONCE + 3 }, () => loggedIn(port)));
    const replies = dialogues.map((dialogue) => send(dialogue, 'ciao'));
    await full;
    using beside = await loggedIn(port);
    assert.match(await send(beside, 'bare \n'), /^554 5\.6\.0/);
    assert.equal(taken.length, JUDGED_AT_ONCE);
    release();
    for (const reply of await Promise.all(replies)) assert.match(reply, /^250/);
    assert.equal(taken.length, JUDGED_AT_ONCE + 3);
    for (const dialogue of dialogues) dialogue[Symbol.dispose]();
  });

  test('AP-2 SEC-2 nothing is submitted without a login, and no login without TLS', async () => {
    const { front, port, taken } = await openFront({ mode: 'starttls' });
    await using _ = front;
    using dialogue = await Dialogue.open(port);
    await dialogue.reply();
    assert.doesNotMatch(await dialogue.say('EHLO client.test'), /AUTH/);
    assert.match(await dialogue.say(`AUTH PLAIN ${plainToken(ADDRESS, 'segreta')}`), /^538/);
    assert.match(await dialogue.say(`MAIL FROM:<${ADDRESS}>`), /^530 5\.7\.0/);
    assert.match(await dialogue.startTls(), /AUTH PLAIN LOGIN/);
    assert.match(await dialogue.say(`MAIL FROM:<${ADDRESS}>`), /^530 5\.7\.0/);
    assert.match(await dialogue.say(`AUTH PLAIN ${plainToken(ADDRESS, 'sbagliata')}`), /^535 5\.7\.8/);
    assert.match(await dialogue.say(`AUTH PLAIN ${plainToken(ADDRESS, 'segreta')}`), /^235/);
    assert.equal(taken.length, 0);
  });

  test('AP-3 a sender that is not the user is refused with 5xx, the null one too', async () => {
    const { front, port } = await openFront();
    await using _ = front;
    using dialogue = await loggedIn(port);
    assert.match(await dialogue.say('MAIL FROM:<altri@comune.alfa.test>'), /^553 5\.7\.1/);
    assert.match(await dialogue.say('MAIL FROM:<>'), /^553 5\.7\.1/);
    assert.match(await dialogue.say('MAIL FROM:<Sindaco@COMUNE.alfa.test>'), /^250/);
  });

  test('AP-15 above the hard limit: 552, by SIZE before DATA and by count after it', async () => {
    const { front, port, taken } = await openFront({ hardSizeBytes: 200_000 });
    await using _ = front;
    using dialogue = await loggedIn(port);
    assert.match(await dialogue.say(`MAIL FROM:<${ADDRESS}> SIZE=200001`), /^552 5\.3\.4/);
    const line = `${'x'.repeat(98)}\r\n`;
    assert.match(await send(dialogue, `${line.repeat(2000)}x`), /^552 5\.3\.4/);
    assert.match(await send(dialogue, line.repeat(1999) + 'x'.repeat(98)), /^250/);
    assert.equal(taken.length, 1);
    assert.deepEqual(readdirSync(folder), [], 'spool files are removed');
  });

  test('AP-16 U-8 what the access point notifies is answered 250; what it refuses, 5xx', async () => {
    const answers: SubmissionAnswer[] = [
      { outcome: 'not-accepted', identifier: 'opec2@alfa.test', reason: 'formal' },
      { outcome: 'refused', reason: 'too-large', text: 'il messaggio è troppo grande' },
      { outcome: 'refused', reason: 'too-many-recipients', text: 'no' },
      { outcome: 'refused', reason: 'whatever', text: 'no' },
    ];
    const { front, port } = await openFront({
      answer: async () => answers.shift() ?? { outcome: 'accepted', identifier: 'x' },
    });
    await using _ = front;
    using dialogue = await loggedIn(port);
    assert.match(await send(dialogue, 'a'), /^250 2\.0\.0 taken as opec2@alfa\.test/);
    assert.equal(await send(dialogue, 'a'), '552 5.3.4 il messaggio e troppo grande');
    assert.match(await send(dialogue, 'a'), /^554 5\.5\.3 no/);
    assert.match(await send(dialogue, 'a'), /^554 5\.7\.1 no/);
  });

  test('IP-29 bare CR, bare LF, NUL and loops are refused after the whole message, without a notice', async () => {
    const { front, port, taken } = await openFront();
    await using _ = front;
    using dialogue = await loggedIn(port);
    assert.match(await send(dialogue, 'a\nb'), /^554 5\.6\.0 bare CR or LF/);
    assert.match(await send(dialogue, 'a\rb'), /^554 5\.6\.0 bare CR or LF/);
    assert.match(await send(dialogue, 'a\n.\r\nMAIL FROM:<x@y.test>'), /^554 5\.6\.0/);
    assert.match(await send(dialogue, 'a\0b'), /^554 5\.6\.0 NUL/);
    const looping = (count: number) => `${'Received: by x\r\n'.repeat(count)}\r\nciao`;
    assert.match(await send(dialogue, looping(RECEIVED_LIMIT + 1)), /^554 5\.4\.6/);
    assert.match(await send(dialogue, looping(RECEIVED_LIMIT)), /^250/);
    assert.equal(taken.length, 1);
  });

  test('one recipient above the limit meets 452; any address will do, one without domain will not', async () => {
    const { front, port } = await openFront();
    await using _ = front;
    using dialogue = await loggedIn(port);
    await dialogue.say(`MAIL FROM:<${ADDRESS}>`);
    assert.match(await dialogue.say('RCPT TO:<postmaster>'), /^553 5\.1\.3/);
    for (const address of ['a@ovunque.test', '"b c"@xn--caff-8oa.test', 'd@[192.0.2.1]']) {
      assert.match(await dialogue.say(`RCPT TO:<${address}>`), /^250/, address);
    }
    assert.match(await dialogue.say('RCPT TO:<e@beta.test>'), /^452 4\.5\.3/);
  });

  test('faults are vague outside and precise in the journal; the message may be sent again', async () => {
    const faults = [
      [new Fault('store-full', 'disk /x is full', { temporary: true }), /^452 4\.3\.1/],
      [new Fault('signer-down', 'token 7', { temporary: true }), /^451 4\.3\.0/],
      [new Fault('broken', 'key of /y', { temporary: false }), /^554 5\.3\.0/],
      [new TypeError('undefined is not'), /^451 4\.3\.0/],
    ] as const;
    const journaled: unknown[] = [];
    const journal: Journal = { ...silentJournal, error: (facts) => journaled.push(facts.error) };
    let turn = 0;
    const answer = () => Promise.reject(faults[turn++]?.[0]);
    const { front, port } = await openFront({ answer, journal });
    await using _ = front;
    using dialogue = await loggedIn(port);
    for (const [, reply] of faults) {
      const said = await send(dialogue, 'ciao');
      assert.match(said, reply);
      assert.match(said, /reference \w+$/);
      assert.doesNotMatch(said, /disk|token|key|undefined/);
    }
    assert.deepEqual(
      journaled,
      faults.map(([fault]) => fault),
    );
    assert.deepEqual(readdirSync(folder), []);
  });

  test('a client that leaves in the middle of a message leaves no spool file', async () => {
    const { front, port, taken } = await openFront();
    await using _ = front;
    const dialogue = await loggedIn(port);
    await dialogue.say(`MAIL FROM:<${ADDRESS}>`);
    await dialogue.say('RCPT TO:<b@beta.test>');
    await dialogue.say('DATA');
    dialogue.write(`${'x'.repeat(98)}\r\n`.repeat(2000));
    while (readdirSync(folder).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    dialogue[Symbol.dispose]();
    while (readdirSync(folder).length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(taken.length, 0);
  });

  test('SEC-1 guessing is kept waiting, then turned away without looking', async () => {
    const timers = new ManualTimers();
    let looks = 0;
    const ladder = { free: 1, atOnce: 1, firstWaitMs: 1000, longestWaitMs: 1000, refuseFrom: 2 };
    const guard = new DelayingLoginGuard({ clock: new FixedClock(0), limits: { pair: ladder } });
    const authenticate = async () => {
      looks++;
      return undefined;
    };
    const { front, port } = await openFront({ guard, timers, authenticate });
    await using _ = front;
    using dialogue = await Dialogue.open(port, { tls: true });
    await dialogue.reply();
    await dialogue.say('EHLO client.test');
    const attempt = `AUTH PLAIN ${plainToken(ADDRESS, 'indovina')}`;
    assert.match(await dialogue.say(attempt), /^535/);
    const second = dialogue.say(attempt);
    // The door's own patience is a matter of minutes.
    while (timers.nextDelayMs !== 1000) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(looks, 1);
    timers.advance(1000);
    assert.match(await second, /^535/);
    using other = await Dialogue.open(port, { tls: true });
    await other.reply();
    await other.say('EHLO client.test');
    assert.match(await other.say(attempt), /^454 4\.7\.0/);
    assert.equal(looks, 2);
  });

  test('a login that fails for our own reasons is 454, and not held against the user', async () => {
    const busy = new Fault('login-busy', 'many', { temporary: true });
    const ends: string[] = [];
    const guard: LoginGuard = { begin: () => ({ waitMs: 0, end: (outcome) => ends.push(outcome) }) };
    const { front, port } = await openFront({ guard, authenticate: () => Promise.reject(busy) });
    await using _ = front;
    using dialogue = await Dialogue.open(port, { tls: true });
    await dialogue.reply();
    await dialogue.say('EHLO client.test');
    assert.match(await dialogue.say(`AUTH PLAIN ${plainToken(ADDRESS, 'x')}`), /^454 4\.7\.0/);
    assert.deepEqual(ends, ['not-tried']);
  });

  test('SEC-11 TLS 1.2 is spoken, older versions are not', async () => {
    const { front, port } = await openFront();
    await using _ = front;
    const speak = (version: 'TLSv1.1' | 'TLSv1.2') =>
      new Promise((resolve) => {
        const socket = connectTls({
          port,
          host: '127.0.0.1',
          rejectUnauthorized: false,
          minVersion: version,
          maxVersion: version,
          ciphers: 'DEFAULT@SECLEVEL=0',
        });
        socket.on('secureConnect', () => {
          resolve(socket.getProtocol());
          socket.destroy();
        });
        socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
      });
    assert.equal(await speak('TLSv1.2'), 'TLSv1.2');
    assert.equal(await speak('TLSv1.1'), 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION');
  });

  test('a renewed certificate is shown to the next client', async () => {
    const { front, port } = await openFront();
    await using _ = front;
    front.renewIdentity(authority.issue('renewed.alfa.test'));
    const name = await new Promise((resolve, reject) => {
      const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
        resolve(socket.getPeerCertificate().subject.CN);
        socket.destroy();
      });
      socket.on('error', reject);
    });
    assert.equal(name, 'renewed.alfa.test');
  });

  test('a foreign client: smtplib over implicit TLS and STARTTLS, PLAIN and LOGIN, with dots and 8 bits', async () => {
    const implicit = await openFront();
    const starttls = await openFront({ mode: 'starttls' });
    await using _ = implicit.front;
    await using __ = starttls.front;
    const script = `
body = b'From: x\\r\\n\\r\\n.\\r\\n..due\\r\\n' + bytes(range(128, 256)) + b'\\r\\n' + b'riga lunga\\r\\n' * 20000
def go(smtp, methods):
    smtp.ehlo('python.test')
    smtp.user, smtp.password = '${ADDRESS}', 'segreta'
    for method in methods:
        smtp.auth(method, getattr(smtp, 'auth_' + method.lower()))
    print(smtp.sendmail('${ADDRESS}', ['b@beta.test', 'c@gamma.test'], body, mail_options=['BODY=8BITMIME']))
    print(smtp.quit()[0])
go(smtplib.SMTP_SSL('127.0.0.1', ${implicit.port}, context=tls), ['PLAIN'])
second = smtplib.SMTP('127.0.0.1', ${starttls.port})
second.starttls(context=tls)
go(second, ['LOGIN'])`;
    assert.equal(
      await withSmtplib({ caFile: authority.caFile, script }),
      ['{}', '221', '{}', '221'].join('\n'),
    );
    const sent = Buffer.concat([
      Buffer.from('From: x\r\n\r\n.\r\n..due\r\n'),
      Buffer.from(Array.from({ length: 128 }, (_, n) => n + 128)),
      Buffer.from(`\r\n${'riga lunga\r\n'.repeat(20_000)}`),
    ]);
    for (const { taken } of [implicit, starttls]) {
      assert.equal(taken[0]?.sha256, createHash('sha256').update(sent).digest('hex'));
      assert.deepEqual(taken[0]?.forwardPaths, ['b@beta.test', 'c@gamma.test']);
    }
  });
});
