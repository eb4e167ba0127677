// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { TestAuthority } from '../../../test/smtp/certificates.ts';
import { Dialogue, plainToken } from '../../../test/smtp/dialogue.ts';
import { withSmtplib } from '../../../test/smtp/smtplib.ts';
import { WordScanner } from '../../../test/world/word-scanner.ts';
import { Spool } from '../../mailroom/contents/spool.ts';
import { Fault } from '../../platform/faults.ts';
import { silentJournal } from '../../platform/journal.ts';
import { systemTimers } from '../../platform/timers.ts';
import { noScanner, type Scanner, type ScanVerdict } from '../../trust/antivirus/scanner.ts';
import { scanningSink } from '../../trust/antivirus/scanning-sink.ts';
import { OWN_RECEIVED_LIMIT, RECEIVED_LIMIT } from '../../wire/smtp/hop-limit.ts';
import { type ExchangeAnswer, ExchangeFront, type ExchangePoint, JUDGED_AT_ONCE } from './exchange.ts';

type Arrival = Parameters<ExchangePoint['receive']>[0];

let authority: TestAuthority;
let identity: ReturnType<TestAuthority['issue']>;
let folder: string;
let nextId = 1;

async function openFront(
  options: {
    answer?: () => Promise<ExchangeAnswer>;
    apart?: string;
    postmaster?: string;
    scanner?: Scanner;
  } = {},
) {
  const asked: string[][] = [];
  const arrivals: (Omit<Arrival, 'message'> & { readonly octets: string; readonly scan: ScanVerdict })[] = [];
  const front = new ExchangeFront({
    incomingPoint: {
      serves: (address) => address.toLowerCase().endsWith('@beta.test'),
      goesApart: (address, begun) => {
        asked.push([address, begun.reversePath, ...begun.forwardPaths]);
        return options.apart === address;
      },
      receive: async ({ message, ...arrival }) => {
        arrivals.push({
          ...arrival,
          scan: message.scan,
          octets: (await message.octets.read(0, message.size)).toString('latin1'),
        });
        return options.answer?.() ?? { outcome: 'taken' };
      },
    },
    openSpool: () =>
      scanningSink(
        new Spool({
          numbers: { nextBlobId: () => nextId++, nextContentId: () => nextId++ },
          folder,
          maxSizeBytes: 100_000,
          memoryBytes: 10_000,
        }),
        options.scanner ?? noScanner,
      ),
    hostName: 'mx.beta.test',
    ...(options.postmaster === undefined ? {} : { postmaster: options.postmaster }),
    identity,
    timers: systemTimers,
    journal: silentJournal,
    limits: { messageBytes: 100_000, recipients: 5, closeMs: 100 },
  });
  const { port } = await front.listen({ port: 0, host: '127.0.0.1' });
  return { front, port, asked, arrivals };
}

async function greeted(port: number): Promise<Dialogue> {
  const dialogue = await Dialogue.open(port);
  assert.match(await dialogue.reply(), /^220 mx\.beta\.test/);
  await dialogue.say('EHLO mx.alfa.test');
  return dialogue;
}

async function send(dialogue: Dialogue, message: string): Promise<string> {
  await dialogue.say('MAIL FROM:<a@alfa.test>');
  await dialogue.say('RCPT TO:<b@beta.test>');
  assert.match(await dialogue.say('DATA'), /^354/);
  return dialogue.say(`${message}\r\n.`);
}

suite('exchange', () => {
  before(() => {
    authority = new TestAuthority();
    identity = authority.issue('mx.beta.test');
    folder = mkdtempSync(join(tmpdir(), 'ceralacca-exchange-'));
  });
  after(() => {
    authority[Symbol.dispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  test('IP-1 SEC-3 SEC-4 STARTTLS is announced; a message is taken with TLS and without', async () => {
    const { front, port, arrivals } = await openFront();
    await using _ = front;
    using dialogue = await greeted(port);
    assert.match(await dialogue.say('EHLO mx.alfa.test'), /^250.STARTTLS$/m);
    assert.match(await send(dialogue, 'uno'), /^250 2\.0\.0/);
    assert.doesNotMatch(await dialogue.startTls(), /STARTTLS/);
    assert.match(await send(dialogue, 'due'), /^250 2\.0\.0/);
    assert.deepEqual(
      arrivals.map(({ octets, peer }) => ({ octets, ...peer })),
      [
        { octets: 'uno\r\n', address: '127.0.0.1', helo: 'mx.alfa.test', tls: false },
        { octets: 'due\r\n', address: '127.0.0.1', helo: 'client.test', tls: true },
      ],
    );
  });

  test('U-9 8BITMIME is offered and the octets kept; CHUNKING too; neither SMTPUTF8 nor BINARYMIME nor AUTH', async () => {
    const { front, port, arrivals } = await openFront();
    await using _ = front;
    using dialogue = await greeted(port);
    const announced = await dialogue.say('EHLO mx.alfa.test');
    assert.match(announced, /8BITMIME/);
    assert.match(announced, /SIZE 100000/);
    assert.match(announced, /CHUNKING/);
    assert.doesNotMatch(announced, /SMTPUTF8|BINARYMIME|AUTH/);
    assert.match(await dialogue.say(`AUTH PLAIN ${plainToken('b@beta.test', 'x')}`), /^500/);
    await dialogue.say('MAIL FROM:<a@alfa.test> BODY=8BITMIME');
    await dialogue.say('RCPT TO:<b@beta.test>');
    await dialogue.say('DATA');
    assert.match(await dialogue.say('citt\xe0\r\n.'), /^250/);
    assert.equal(arrivals[0]?.octets, 'citt\xe0\r\n');
  });

  test('IP-15 IP-21 SEC-8 without a verdict of the scanner nothing is taken; with one the message comes with it', async () => {
    const scanner = new WordScanner();
    const { front, port, arrivals } = await openFront({ scanner });
    await using _ = front;
    using dialogue = await greeted(port);
    for (const [works, expected] of [
      [false, /^451 4\.3\.0 not possible now/],
      [true, /^250/],
    ] as const) {
      scanner.works = works;
      await dialogue.say('MAIL FROM:<a@alfa.test>');
      await dialogue.say('RCPT TO:<b@beta.test>');
      await dialogue.say('DATA');
      assert.match(await dialogue.say('Subject: x\r\n\r\nciao\r\n.'), expected);
    }
    assert.deepEqual(
      arrivals.map(({ scan }) => scan),
      [{ verdict: 'clean' }],
    );
  });

  test('IP-2 IP-3 any address of our domains is taken, none of others', async () => {
    const { front, port } = await openFront();
    await using _ = front;
    using dialogue = await greeted(port);
    assert.match(await dialogue.say('MAIL FROM:<>'), /^250/);
    assert.match(await dialogue.say('RCPT TO:<nessuno.con.questo.nome@Beta.test>'), /^250/);
    for (const path of ['a@gamma.test', 'a%gamma.test@alfa.test', 'b@beta.test.gamma.test']) {
      assert.match(await dialogue.say(`RCPT TO:<${path}>`), /^550 5\.7\.1/, path);
    }
    // RFC 5321 appendix C: a source route is dropped, not followed.
    assert.match(await dialogue.say('RCPT TO:<@beta.test:a@gamma.test>'), /^550 5\.7\.1/);
  });

  test('IP-2 a recipient that goes apart is put off by 452, and the others go on', async () => {
    const { front, port, asked, arrivals } = await openFront({
      apart: 'altri@beta.test',
      postmaster: 'postmaster@beta.test',
    });
    await using _ = front;
    using dialogue = await greeted(port);
    await dialogue.say('MAIL FROM:<a@alfa.test>');
    assert.match(await dialogue.say('RCPT TO:<postmaster>'), /^250/);
    assert.match(await dialogue.say('RCPT TO:<altri@beta.test>'), /^452 4\.5\.3/);
    assert.match(await dialogue.say('RCPT TO:<c@beta.test>'), /^250/);
    await dialogue.say('DATA');
    assert.match(await dialogue.say('ciao\r\n.'), /^250/);
    assert.deepEqual(arrivals[0]?.forwardPaths, ['postmaster@beta.test', 'c@beta.test']);
    await dialogue.say('MAIL FROM:<>');
    await dialogue.say('RCPT TO:<c@beta.test>');
    assert.deepEqual(asked, [
      ['postmaster@beta.test', 'a@alfa.test'],
      ['altri@beta.test', 'a@alfa.test', 'postmaster@beta.test'],
      ['c@beta.test', 'a@alfa.test', 'postmaster@beta.test'],
      ['c@beta.test', ''],
    ]);
  });

  test('RFC 5321 4.5.1: postmaster without domain goes where the configuration says', async () => {
    const { front, port, arrivals } = await openFront({ postmaster: 'postmaster@beta.test' });
    await using _ = front;
    using dialogue = await greeted(port);
    await dialogue.say('MAIL FROM:<>');
    assert.match(await dialogue.say('RCPT TO:<Postmaster>'), /^250/);
    await dialogue.say('DATA');
    await dialogue.say('ciao\r\n.');
    assert.deepEqual(arrivals[0]?.forwardPaths, ['postmaster@beta.test']);
    const bare = await openFront();
    await using __ = bare.front;
    using other = await greeted(bare.port);
    await other.say('MAIL FROM:<>');
    assert.match(await other.say('RCPT TO:<postmaster>'), /^550/);
  });

  test('IP-29 a message with more than a hundred Received fields is refused', async () => {
    const { front, port, arrivals } = await openFront();
    await using _ = front;
    using dialogue = await greeted(port);
    const message = (count: number) =>
      `${'Received: from x\r\n by y\r\n'.repeat(count)}Subject: x\r\n\r\nciao`;
    assert.match(await send(dialogue, message(RECEIVED_LIMIT + 1)), /^554 5\.4\.6/);
    assert.match(await send(dialogue, message(RECEIVED_LIMIT)), /^250/);
    assert.equal(arrivals.length, 1);
  });

  test('IP-29 a message that passed here more than ten times is refused', async () => {
    const { front, port } = await openFront();
    await using _ = front;
    using dialogue = await greeted(port);
    const message = (count: number) =>
      `${'Received: from x\r\n by MX.beta.test with ESMTP;\r\n now\r\n'.repeat(count)}Subject: x\r\n\r\nciao`;
    assert.match(await send(dialogue, message(OWN_RECEIVED_LIMIT + 1)), /^554 5\.4\.6/);
    assert.match(await send(dialogue, message(OWN_RECEIVED_LIMIT)), /^250/);
    const others = message(OWN_RECEIVED_LIMIT + 1).replaceAll('MX.beta.test', 'mx.beta.test.other.test');
    assert.match(await send(dialogue, others), /^250/);
  });

  test('bare CR or LF and NUL are refused after the message; what follows is no smuggled message', async () => {
    const { front, port, arrivals } = await openFront();
    await using _ = front;
    using dialogue = await greeted(port);
    const smuggled = '.\r\nMAIL FROM:<evil@alfa.test>\r\nRCPT TO:<b@beta.test>\r\nDATA\r\nevil';
    assert.match(await send(dialogue, `ciao\n${smuggled}`), /^554 5\.6\.0/);
    assert.match(await send(dialogue, 'ciao\r\n.\rx'), /^554 5\.6\.0/);
    assert.match(await send(dialogue, 'ci\0ao'), /^554 5\.6\.0/);
    assert.equal(arrivals.length, 0);
    assert.match(await dialogue.say('NOOP'), /^250/);
  });

  test('U-19 a message above the size limit meets 552, before DATA or after it', async () => {
    const { front, port, arrivals } = await openFront();
    await using _ = front;
    using dialogue = await greeted(port);
    assert.match(await dialogue.say('MAIL FROM:<a@alfa.test> SIZE=100001'), /^552 5\.3\.4/);
    assert.match(await send(dialogue, `${'x'.repeat(98)}\r\n`.repeat(1001)), /^552 5\.3\.4/);
    assert.equal(arrivals.length, 0);
    assert.deepEqual(readdirSync(folder), []);
  });

  test('the answers of the incoming point, and its faults, as replies', async () => {
    const answers: (() => Promise<ExchangeAnswer>)[] = [
      async () => ({ outcome: 'refused', code: 552, enhanced: '5.2.2', text: 'la casella è piena' }),
      async () => ({ outcome: 'try-later', text: 'un momento' }),
      () => Promise.reject(new Fault('store-full', 'disk /x', { temporary: true })),
      () => Promise.reject(new Fault('store-unavailable', 'disk /x', { temporary: true })),
      () => Promise.reject(new Fault('broken', 'disk /x', { temporary: false })),
      () => Promise.reject(new Error('unforeseen /x')),
    ];
    const { front, port } = await openFront({
      answer: () => (answers.shift() as () => Promise<ExchangeAnswer>)(),
    });
    await using _ = front;
    using dialogue = await greeted(port);
    const replies: string[] = [];
    for (let turn = 0; turn < 6; turn++) replies.push(await send(dialogue, 'ciao'));
    assert.deepEqual(
      replies.map((reply) => reply.replace(/reference \w+/, 'reference R')),
      [
        '552 5.2.2 la casella e piena',
        '451 4.3.0 un momento',
        '452 4.3.1 no room for the message now, reference R',
        '451 4.3.0 not possible now, try again later, reference R',
        '554 5.3.0 the message cannot be processed, reference R',
        '451 4.3.0 not possible now, try again later, reference R',
      ],
    );
  });

  test('SEC-13 however many messages come in at the same time, few are judged at the same time', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { promise: full, resolve: tellFull } = Promise.withResolvers<void>();
    let judged = 0;
    const { front, port } = await openFront({
      answer: async () => {
        judged++;
        if (judged === JUDGED_AT_ONCE) tellFull();
        await released;
        return { outcome: 'taken' };
      },
    });
    await using _ = front;
    const dialogues = await Promise.all(Array.from({ length: JUDGED_AT_ONCE + 3 }, () => greeted(port)));
    const replies = dialogues.map((dialogue) => send(dialogue, 'ciao'));
    await full;
    // A message that is never judged is refused beside the full house.
    using beside = await greeted(port);
    assert.match(await send(beside, 'bare \n'), /^554 5\.6\.0/);
    assert.equal(judged, JUDGED_AT_ONCE);
    release();
    for (const reply of await Promise.all(replies)) assert.match(reply, /^250/);
    assert.equal(judged, JUDGED_AT_ONCE + 3);
    for (const dialogue of dialogues) dialogue[Symbol.dispose]();
  });

  test('pipelined commands in one packet are answered in order', async () => {
    const { front, port } = await openFront();
    await using _ = front;
    using dialogue = await greeted(port);
    dialogue.write('MAIL FROM:<a@alfa.test>\r\nRCPT TO:<x@gamma.test>\r\nRCPT TO:<b@beta.test>\r\nDATA\r\n');
    const replies = [
      await dialogue.reply(),
      await dialogue.reply(),
      await dialogue.reply(),
      await dialogue.reply(),
    ];
    assert.deepEqual(
      replies.map((reply) => reply.slice(0, 3)),
      ['250', '550', '250', '354'],
    );
    dialogue.write('uno\r\n.\r\nMAIL FROM:<a@alfa.test>\r\nRCPT TO:<b@beta.test>\r\nDATA\r\n');
    assert.match(await dialogue.reply(), /^250 2\.0\.0 taken/);
    assert.match(await dialogue.reply(), /^250 2\.1\.0/);
    assert.match(await dialogue.reply(), /^250 2\.1\.5/);
    assert.match(await dialogue.reply(), /^354/);
  });

  test('a foreign client: smtplib, in cleartext and over STARTTLS with a checked certificate', async () => {
    const { front, port, arrivals } = await openFront();
    await using _ = front;
    const script = `
for secure in (False, True):
    smtp = smtplib.SMTP('127.0.0.1', ${port}, local_hostname='python.test')
    if secure:
        smtp.starttls(context=tls)
    print(smtp.sendmail('', ['b@beta.test', 'x@gamma.test'], b'Subject: x\\r\\n\\r\\n.\\r\\n'))
    smtp.quit()`;
    const printed = await withSmtplib({ caFile: authority.caFile, script });
    assert.equal(printed.match(/x@gamma\.test': \(550, b'5\.7\.1/g)?.length, 2);
    assert.deepEqual(
      arrivals.map(({ peer, octets }) => [peer.tls, octets]),
      [
        [false, 'Subject: x\r\n\r\n.\r\n'],
        [true, 'Subject: x\r\n\r\n.\r\n'],
      ],
    );
  });
});
