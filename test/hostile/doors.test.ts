// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { after, before, beforeEach, suite, type TestContext, test } from 'node:test';
import { constants, deflateRawSync } from 'node:zlib';
import { PASSWORD } from '../../tools/bench/bench-world.ts';
import { RawPeer } from './raw-peer.ts';
import { SlowPeers } from './slow-peers.ts';
import { Target } from './target.ts';

const MB = 1024 * 1024;
/** What all the attacks together may cost a provider that has some 150 MB to begin with, garbage not yet collected included. */
const GROWTH_BYTES = 640 * MB;
/** Slow peers at each of four doors. */
const SLOW_PEERS = Number(process.env.CERALACCA_SLOW_PEERS ?? 1100);

let target: Target;
let memoryBefore: number;

async function boundedAndServing(t: TestContext): Promise<void> {
  await target.servesOthers();
  const grown = target.memoryBytes() - memoryBefore;
  t.diagnostic(`the provider has grown by ${Math.round(grown / MB)} MB`);
  assert.ok(grown < GROWTH_BYTES, `the provider has grown by ${Math.round(grown / MB)} MB`);
}

suite('attacks on a provider that runs as in production', () => {
  before(async () => {
    target = await Target.start();
    await target.servesOthers();
    memoryBefore = target.memoryBytes();
  });
  after(async () => {
    await target[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    assert.ok(target.provider.running.alive);
  });

  test('SMTP smuggling: nothing but CRLF dot CRLF ends a message, at either door', async () => {
    const endings = [
      '\n.\n',
      '\n.\r\n',
      '\r\n.\n',
      '\r.\r',
      '\r.\r\n',
      '\r\n.\r',
      '\n.\r',
      '\r.\n',
      '\r\n\0.\r\n',
    ];
    const doors = [
      { open: () => target.submitter(), from: target.address(0) },
      { open: () => exchangePeer(), from: 'chi@posta.test' },
    ];
    for (const { open, from } of doors) {
      using peer = await open();
      for (const ending of endings) {
        assert.match(await peer.asks(`MAIL FROM:<${from}>`), /^250/);
        assert.match(await peer.asks(`RCPT TO:<${target.address(1)}>`), /^250/);
        assert.match(await peer.asks('DATA'), /^354/);
        const smuggled = `MAIL FROM:<${from}>\r\nRCPT TO:<${target.address(2)}>\r\nDATA\r\nSubject: contrabbando`;
        await peer.says(`Subject: x\r\n\r\ntesto${ending}${smuggled}\r\n.\r\n`);
        assert.match(await peer.hears(/^\d{3} .*\r\n/m), /^5\d\d /, JSON.stringify(ending));
        // One message, one answer: what stood inside was no command.
        assert.match(await peer.asks('RSET'), /^250 .*\r\n$/);
        assert.equal(peer.heard, '');
      }
    }
  });

  test('RFC 3030: what BDAT announces is no command, however much of it there is and whoever sends it', async (t) => {
    const inside = `MAIL FROM:<chi@posta.test>\r\nRCPT TO:<${target.address(2)}>\r\nBDAT 1 LAST\r\nx`;
    using stranger = await exchangePeer();
    await stranger.says(`BDAT ${inside.length} LAST\r\n${inside}NOOP\r\n`);
    assert.match(await stranger.hears(/\r\n250 .*\r\n/), /^503 .*\r\n250 .*\r\n$/);
    // A command that does not say how much follows ends it all: the rest might be a message.
    await stranger.says(`BDAT ${inside.length}, LAST\r\n${inside}`);
    assert.match(await stranger.hears(/\r\n/), /^501 /);
    assert.equal(await stranger.hears(/^250/), '');
    assert.ok(stranger.closed);
    using endless = await exchangePeer();
    await endless.says(`BDAT 999999999999 LAST\r\n`);
    assert.match(await endless.hears(/\r\n/), /^421 /);
    using crumbs = await exchangePeer();
    await crumbs.says('MAIL FROM:<chi@posta.test>\r\n');
    await crumbs.says(`RCPT TO:<${target.address(1)}>\r\n`);
    for (let thousand = 0; thousand < 200; thousand += 1) await crumbs.says('BDAT 1\r\nx'.repeat(1000));
    await crumbs.says('RSET\r\nQUIT\r\n');
    assert.match(await crumbs.hears(/^221 /m), /^221 /m);
    await boundedAndServing(t);
  });

  test('RFC 3207 RFC 9051 RFC 2595: what is said in clear behind STARTTLS is not heard within TLS', async () => {
    const { submissionStarttls, exchange, imap, pop3 } = target.ports;
    const cases = [
      {
        port: submissionStarttls,
        hello: 'EHLO x.test\r\n',
        starts: 'STARTTLS',
        yes: /^220 .*ready.*\r\n/im,
        injected: 'EHLO injected.test',
      },
      {
        port: exchange,
        hello: 'EHLO x.test\r\n',
        starts: 'STARTTLS',
        yes: /^220 .*ready.*\r\n/im,
        injected: 'MAIL FROM:<a@posta.test>',
      },
      {
        port: imap,
        hello: 'x NOOP\r\n',
        starts: 'a STARTTLS',
        yes: /^a OK.*\r\n/m,
        injected: 'b CAPABILITY',
      },
      { port: pop3, hello: 'NOOP\r\n', starts: 'STLS', yes: /^\+OK.*TLS.*\r\n/im, injected: 'CAPA' },
    ];
    for (const { port, hello, starts, yes, injected } of cases) {
      using peer = await RawPeer.plain(port);
      await peer.hears(/\r\n/);
      await peer.says(`${hello}${starts}\r\n${injected}\r\n`);
      const heard = await peer.hears(yes);
      if (peer.closed) continue;
      assert.match(heard, yes, starts);
      await peer.upgrades();
      await peer.says(port === imap ? 'c NOOP\r\n' : 'NOOP\r\n');
      const first = await peer.hears(/\r\n/);
      assert.match(first, port === imap ? /^c OK/ : /^(250 |\+OK|-ERR|5\d\d )/, `${starts}: ${first}`);
      assert.equal(peer.heard, '', starts);
    }
  });

  for (const [what, message] of [
    ['100,000 header fields', () => `${'X-A: b\r\n'.repeat(100_000)}\r\ntesto`],
    ['a header line of a megabyte', () => `Subject: ${'a'.repeat(MB)}\r\n\r\ntesto`],
    ['a header of four megabytes', () => `X-A: ${`${'a'.repeat(900)}\r\n `.repeat(4500)}\r\n\r\ntesto`],
    ['MIME nested 10,000 deep', () => nested(10_000)],
    ['100,000 parts', () => parts(100_000)],
    ['NUL octets', () => 'Subject: a\0b\r\n\r\ntesto\0testo'],
    ['a body line of four megabytes', () => `Subject: x\r\n\r\n${'a'.repeat(4 * MB)}`],
  ] as const) {
    test(`${what}: a clear answer at either door`, async (t) => {
      const octets = message();
      using user = await target.submitter();
      const head = `From: ${target.address(0)}\r\nTo: ${target.address(1)}\r\n`;
      await target.begins(user);
      await user.says(`${head}${octets}\r\n.\r\n`);
      assert.match(await user.hears(/^\d{3} .*\r\n/m), /^(250|5\d\d) /);
      assert.match(await user.asks('NOOP'), /^250/);
      using stranger = await exchangePeer();
      await stranger.asks('MAIL FROM:<chi@posta.test>');
      await stranger.asks(`RCPT TO:<${target.address(1)}>`);
      assert.match(await stranger.asks('DATA'), /^354/);
      await stranger.says(`${octets}\r\n.\r\n`);
      assert.match(await stranger.hears(/^\d{3} .*\r\n/m), /^5\d\d /);
      await boundedAndServing(t);
    });
  }

  test('command lines without end: every door sends away who does not come to the point', async (t) => {
    const { submission, exchange, imaps, pop3s } = target.ports;
    for (const open of [
      () => RawPeer.tls(submission),
      () => RawPeer.plain(exchange),
      () => RawPeer.tls(imaps),
      () => RawPeer.tls(pop3s),
    ]) {
      using peer = await open();
      await peer.hears(/\r\n/);
      for (let sent = 0; sent < 4 * MB && !peer.closed; sent += 64 * 1024)
        await peer.says('a'.repeat(64 * 1024));
      assert.ok(await peer.isSentAway());
    }
    await boundedAndServing(t);
  });

  test('AUTH without end, and one after the other', async (t) => {
    using endless = await RawPeer.tls(target.ports.submission);
    await endless.hears(/\r\n/);
    await endless.asks('EHLO x.test');
    assert.match(await endless.asks('AUTH LOGIN'), /^334/);
    for (let sent = 0; sent < 4 * MB && !endless.closed; sent += 64 * 1024)
      await endless.says('A'.repeat(64 * 1024));
    assert.ok(await endless.isSentAway());
    using guesser = await RawPeer.tls(target.ports.submission, '127.0.0.66');
    await guesser.hears(/\r\n/);
    await guesser.asks('EHLO x.test');
    let answer = '';
    for (let tries = 0; tries < 5 && !answer.startsWith('421'); tries++)
      answer = await guesser.asks('AUTH PLAIN AHgAeQ==');
    assert.match(answer, /^421/);
    await boundedAndServing(t);
  });

  test('RFC 4978 a decompression bomb: three hundred megabytes in three hundred kilobytes', async (t) => {
    using peer = await RawPeer.tls(target.ports.imaps);
    await peer.hears(/^\* OK .*\r\n/m);
    assert.match(await peer.asks(`a LOGIN ${target.address(0)} ${PASSWORD}`, /^a .*\r\n/m), /a OK/);
    assert.match(await peer.asks('b COMPRESS DEFLATE', /^b .*\r\n/m), /b OK/);
    // A flush ends no stream, so that what comes once can come again.
    const bomb = deflateRawSync(Buffer.alloc(100 * MB, 'a'), { finishFlush: constants.Z_SYNC_FLUSH });
    assert.ok(bomb.length < MB);
    for (let times = 0; times < 3; times++) await peer.says(bomb);
    assert.ok(await peer.isSentAway(), 'a command line of 300 MB is not taken');
    await boundedAndServing(t);
  });

  test(`slow peers, ${SLOW_PEERS} at each door, handshakes begun and never ended: others are served`, async (t) => {
    const { submission, exchange, imaps, pop3s } = target.ports;
    await using peers = await SlowPeers.connect({
      ports: [submission, exchange, imaps, pop3s],
      each: SLOW_PEERS,
    });
    assert.equal(peers.count, SLOW_PEERS * 4, 'so many connections are open');
    await boundedAndServing(t);
  });
});

async function exchangePeer(): Promise<RawPeer> {
  const peer = await RawPeer.plain(target.ports.exchange);
  await peer.hears(/^220 .*\r\n/m);
  await peer.asks('EHLO mx.posta.test');
  return peer;
}

function nested(depth: number): string {
  let text = '';
  for (let level = 0; level < depth; level++)
    text += `Content-Type: multipart/mixed; boundary="b${level}"\r\n\r\n--b${level}\r\n`;
  return `MIME-Version: 1.0\r\n${text}\r\ntesto`;
}

function parts(count: number): string {
  const part = '--b\r\nContent-Type: text/plain\r\n\r\nx\r\n';
  return `MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n${part.repeat(count)}--b--`;
}
