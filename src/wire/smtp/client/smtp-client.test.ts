// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { suite, test } from 'node:test';
import { type ConnectionOptions, TLSSocket } from 'node:tls';
import { openDoor, showsCertificate } from '../../../../test/smtp/open-door.ts';
import { type Answer, ScriptedPeer } from '../../../../test/smtp/scripted-peer.ts';
import { type ClientTls, NoSession, openLine } from './opening.ts';
import type { Outgoing } from './outgoing.ts';
import { SmtpClient } from './smtp-client.ts';

const NEVER = new AbortController().signal;
const CLEAR: ClientTls = { use: 'never', options: {} };

async function connected(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  return socket;
}

async function clientOf(port: number): Promise<SmtpClient> {
  const socket = await connected(port);
  return SmtpClient.open({ socket, ownName: 'mx.alfa.test', tls: CLEAR, giveUp: NEVER });
}

function outgoing(change: Partial<Outgoing> = {}): Outgoing {
  const octets = Buffer.from('Subject: x\r\n\r\nciao\r\n');
  return {
    reversePath: 'a@alfa.test',
    forwardPaths: ['b@beta.test', 'c@beta.test'],
    eightBit: false,
    sizeBytes: octets.length,
    async *octets() {
      yield octets;
    },
    ...change,
  };
}

/** Offers PIPELINING; answers as the script says. */
function pipelining(answer: (line: string) => Answer) {
  return ScriptedPeer.open((line) => {
    if (/^EHLO/.test(line)) return '250-peer.test\r\n250-PIPELINING\r\n250 SIZE';
    return answer(line);
  });
}

/** Offers CHUNKING too. */
function chunking(answer: (line: string) => Answer) {
  return ScriptedPeer.open((line) =>
    /^EHLO/.test(line) ? '250-peer.test\r\n250-PIPELINING\r\n250 CHUNKING' : answer(line),
  );
}

suite('smtp client', () => {
  showsCertificate();

  test('RFC 2920 a refused sender decides for all, whatever is said to the recipients after it', async () => {
    await using peer = await pipelining((line) => {
      if (line.startsWith('MAIL')) return '451 4.3.0 not now';
      if (/^(RCPT|DATA)/.test(line)) return '503 5.5.1 need MAIL';
      return undefined;
    });
    const client = await clientOf(peer.port);
    assert.deepEqual(await client.send(outgoing()), {
      end: 'refused',
      reply: { code: 451, text: '451 4.3.0 not now' },
      refused: [],
    });
    assert.ok(client.isOpen);
    client.quit();
  });

  test('RFC 2920 who wants a message for nobody gets an empty one, and the session goes on', async () => {
    let refuses = true;
    await using peer = await pipelining((line) =>
      line.startsWith('RCPT') && refuses ? '550 5.1.1 no' : undefined,
    );
    const client = await clientOf(peer.port);
    const end = await client.send(outgoing());
    assert.equal(end.end, 'refused');
    assert.deepEqual(end.end === 'refused' && end.refused.map(({ path }) => path), [
      'b@beta.test',
      'c@beta.test',
    ]);
    assert.deepEqual(peer.lines.slice(-3), ['DATA', '.', 'RSET']);
    refuses = false;
    assert.equal((await client.send(outgoing())).end, 'taken');
    client.quit();
  });

  test('who wants a message from a refused sender gets none at all', async () => {
    await using peer = await pipelining((line) => (line.startsWith('MAIL') ? '550 5.7.1 no' : undefined));
    const client = await clientOf(peer.port);
    assert.equal((await client.send(outgoing())).end, 'refused');
    assert.equal(client.isOpen, false);
    assert.equal(peer.lines.includes('.'), false);
  });

  test('a verdict in the middle of the message ends the session, and no dot is said', async () => {
    for (const [words, end] of [
      ['552 5.3.4 too long', 'refused'],
      ['250 2.0.0 taken', 'lost'],
      ['421 4.4.2 too slow', 'refused'],
    ] as const) {
      await using peer = await pipelining(() => undefined);
      const client = await clientOf(peer.port);
      const result = await client.send(
        outgoing({
          async *octets() {
            // More than is gathered, so that the first half is on its way.
            yield Buffer.alloc(300 * 1024, 'Subject: half\r\n');
            peer.sayToAll(`${words}\r\n`);
            await new Promise((resolve) => setTimeout(resolve, 50));
            yield Buffer.from('the rest\r\n');
          },
        }),
      );
      assert.equal(result.end, end, words);
      assert.equal(client.isOpen, false);
      assert.equal(peer.lines.includes('.'), false, words);
      if (result.end === 'lost') assert.equal(result.contentSent, false);
    }
  });

  test('a lost answer is told apart from a message that was never whole', async () => {
    for (const [moment, contentSent] of [
      ['MAIL', false],
      ['RCPT', false],
      ['DATA', false],
      ['.', true],
    ] as const) {
      await using peer = await pipelining((line) => (line.startsWith(moment) ? 'drop' : undefined));
      const client = await clientOf(peer.port);
      const end = await client.send(outgoing());
      assert.equal(end.end, 'lost', moment);
      assert.equal(end.end === 'lost' && end.contentSent, contentSent, moment);
      assert.equal(client.isOpen, false);
    }
  });

  test('RFC 3030 envelope and message go out at once, octet by octet, where both sides want that', async () => {
    const octets = Buffer.from('Subject: x\r\n\r\n.\r\nciao');
    const message = outgoing({
      atOnce: true,
      sizeBytes: octets.length,
      async *octets() {
        yield octets.subarray(0, 3);
        yield octets.subarray(3);
      },
    });
    await using peer = await chunking(() => undefined);
    const client = await clientOf(peer.port);
    const end = await client.send(message);
    assert.deepEqual(end, { end: 'taken', reply: { code: 250, text: '250 ok' }, refused: [] });
    assert.deepEqual(peer.chunks, [`${octets.toString()}\r\n`]);
    assert.equal(peer.lines.includes('DATA'), false);
    // Somebody else's message, a larger one, and one for a server that does not offer it, go as ever.
    assert.equal((await client.send({ ...message, atOnce: false })).end, 'taken');
    assert.equal(peer.chunks.length, 1);
    const large = Buffer.alloc(300 * 1024, 'Subject: x\r\n');
    const more = outgoing({
      atOnce: true,
      sizeBytes: large.length,
      async *octets() {
        yield large;
      },
    });
    assert.equal((await client.send(more)).end, 'taken');
    assert.equal(peer.chunks.length, 1);
    client.quit();
    await using plain = await pipelining(() => undefined);
    const other = await clientOf(plain.port);
    assert.equal((await other.send(message)).end, 'taken');
    assert.equal(plain.lines.includes('.'), true);
    other.quit();
  });

  test('RFC 3030 what the replies to all of it mean', async () => {
    const reply = (text: string) => ({ code: Number(text.slice(0, 3)), text });
    const refusedAll = ['b@beta.test', 'c@beta.test'].map((path) => ({ path, reply: reply('550 5.1.1 no') }));
    for (const [answer, end] of [
      [/^RCPT TO:<b/, { end: 'taken', reply: reply('250 ok'), refused: refusedAll.slice(0, 1) }],
      [/^RCPT/, { end: 'refused', reply: reply('550 5.1.1 no'), refused: refusedAll }],
      [/^MAIL/, { end: 'refused', reply: reply('550 5.1.1 no'), refused: [] }],
      [/^BDAT/, { end: 'refused', reply: reply('550 5.1.1 no'), refused: [] }],
    ] as const) {
      await using peer = await chunking((line) => (answer.test(line) ? '550 5.1.1 no' : undefined));
      const client = await clientOf(peer.port);
      assert.deepEqual(await client.send(outgoing({ atOnce: true })), end, String(answer));
      assert.ok(client.isOpen);
      assert.equal(peer.lines.at(-1) === 'RSET', end.end === 'refused');
      client.quit();
    }
  });

  test('RFC 3030 a line lost in the middle: what is known, and whether the server said anything', async () => {
    for (const [moment, answer, contentSent, heard] of [
      ['MAIL', 'drop', true, false],
      ['RCPT TO:<b', 'drop', true, true],
      ['BDAT', 'drop', true, true],
      ['BDAT', '354 what', true, true],
      ['RCPT TO:<c', '421 4.3.2 closing', false, true],
    ] as const) {
      await using peer = await chunking((line) => (line.startsWith(moment) ? answer : undefined));
      const client = await clientOf(peer.port);
      const end = await client.send(outgoing({ atOnce: true }));
      assert.equal(end.end, 'lost', `${moment} ${answer}`);
      if (end.end !== 'lost') return;
      assert.deepEqual([end.contentSent, end.heard], [contentSent, heard], `${moment} ${answer}`);
      assert.equal(client.isOpen, false);
    }
  });

  test('RFC 3030 a message that is not as long as was said is not sent', async () => {
    await using peer = await chunking(() => undefined);
    const client = await clientOf(peer.port);
    assert.equal((await client.send(outgoing({ atOnce: true, sizeBytes: 5 }))).end, 'unreadable');
    assert.equal(client.isOpen, false);
    assert.equal(
      peer.lines.some((line) => line.startsWith('MAIL')),
      false,
    );
  });

  test('a path that cannot be written into a command is not sent', async () => {
    await using peer = await pipelining(() => undefined);
    const client = await clientOf(peer.port);
    for (const path of ['a\r\nRCPT TO:<x@y.test>', 'a@b.test> NOTIFY=NEVER <', 'caffè@beta.test', ''])
      assert.equal((await client.send(outgoing({ forwardPaths: [path] }))).end, 'not-asked', path);
    assert.equal((await client.send(outgoing({ reversePath: 'a b@c.test' }))).end, 'not-asked');
    assert.equal((await client.send(outgoing({ forwardPaths: ['"b > c"@beta.test'] }))).end, 'taken');
    assert.equal(peer.lines.filter((line) => /^MAIL/.test(line)).length, 1);
    client.quit();
  });

  test('RFC 3207 4.2 what is said in cleartext behind the reply to STARTTLS breaks the session off', async () => {
    await using peer = await ScriptedPeer.open((line) => {
      if (/^EHLO/.test(line)) return '250-peer.test\r\n250 STARTTLS';
      if (/^STARTTLS/.test(line)) return '220 go ahead\r\n250 PIPELINING';
      return undefined;
    });
    const socket = await connected(peer.port);
    const tls: ClientTls = { use: 'offered', options: { rejectUnauthorized: false } };
    await assert.rejects(openLine({ socket, ownName: 'x.test', tls, giveUp: NEVER }), NoSession);
  });

  test('RFC 8446 2.2 a TLS session is taken up again', async () => {
    const { door, port } = await openDoor();
    await using _ = door;
    const sessions: Buffer[] = [];
    const reused: boolean[] = [];
    for (let turn = 0; turn < 2; turn++) {
      const session = sessions.at(-1);
      const options: ConnectionOptions = { rejectUnauthorized: false, ...(session && { session }) };
      const tls: ClientTls = { use: 'required', options, onSession: (one) => sessions.push(one) };
      const socket = await connected(port);
      const { line } = await openLine({ socket, ownName: 'x.test', tls, giveUp: NEVER });
      assert.ok(line.socket instanceof TLSSocket);
      reused.push(line.socket.isSessionReused());
      line.socket.destroy();
    }
    assert.deepEqual(reused, [false, true]);
  });

  test('nobody waits any more: a session that is being opened is let go', async () => {
    await using peer = await ScriptedPeer.open(() => '');
    const socket = await connected(peer.port);
    const patience = new AbortController();
    const opening = SmtpClient.open({ socket, ownName: 'x.test', tls: CLEAR, giveUp: patience.signal });
    patience.abort(new Error('closed'));
    await assert.rejects(opening, { message: 'closed' });
    assert.ok(socket.destroyed);
  });
});
