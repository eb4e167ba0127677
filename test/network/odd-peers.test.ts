// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { suite, test } from 'node:test';
import type { PeerTimeouts } from '../../src/mailroom/queue/peer-connection.ts';
import { Fault } from '../../src/platform/faults.ts';
import { courierTo, entryFor, SENT, scripted } from '../queue/smtp-peers.ts';
import { RawPeer } from './raw-peer.ts';

const ordinary = entryFor({ certified: false });
const SHORT: PeerTimeouts = { connectMs: 1_000, sessionMs: 1_000, replyMs: 200 };

/** What became of a message towards a peer: every recipient untouched, for the reason told. */
async function putOff(
  converse: (socket: Socket) => void,
  timeouts: Partial<PeerTimeouts> = SHORT,
): Promise<Fault> {
  await using peer = await RawPeer.open(converse);
  const routes = { 'beta.test': { host: '127.0.0.1', port: peer.port } };
  using courier = courierTo(routes, { certifiedCa: '', timeouts });
  const result: unknown = await courier.relay(ordinary, SENT).catch((error: unknown) => error);
  assert.ok(result instanceof Fault, `${JSON.stringify(result)}`);
  assert.equal(result.temporary, true);
  return result;
}

/** Writes without end, as fast as it is read. */
function floods(socket: Socket, words: string): void {
  const chunk = Buffer.from(words.repeat(Math.ceil(65_536 / words.length)));
  const more = () => {
    while (!socket.destroyed && socket.write(chunk));
  };
  socket.on('drain', more);
  more();
}

/** Talks SMTP until that command, then does something else. */
function until(command: RegExp, then: (socket: Socket) => void) {
  return (socket: Socket) => {
    socket.write('220 peer.test ESMTP\r\n');
    let held = '';
    let over = false;
    socket.on('data', (chunk: Buffer) => {
      held += chunk.toString('latin1');
      for (let end = held.indexOf('\r\n'); end >= 0 && !over; end = held.indexOf('\r\n')) {
        const line = held.slice(0, end);
        held = held.slice(end + 2);
        if (command.test(line)) {
          over = true;
          then(socket);
        } else if (!/^(Subject|\.\.|\.punto|ciao|$)/.test(line)) {
          socket.write(/^DATA/.test(line) ? '354 go on\r\n' : '250 ok\r\n');
        }
      }
    });
  };
}

/** One octet after the other, so that the line is never silent and never says anything. */
function trickles(socket: Socket, words: string): void {
  const timer = setInterval(() => socket.write(words), 20);
  socket.on('close', () => clearInterval(timer));
}

suite('peers that do not speak as they should', () => {
  test('silence at any point ends in time, as temporary', async () => {
    const silent = [
      () => undefined,
      until(/^EHLO/, () => undefined),
      until(/^MAIL/, () => undefined),
      until(/^RCPT/, () => undefined),
      until(/^DATA/, () => undefined),
      until(/^\.$/, () => undefined),
    ];
    const codes = await Promise.all(silent.map(async (converse) => (await putOff(converse)).code));
    assert.deepEqual(codes, [
      'peer-unreachable',
      'peer-unreachable',
      'peer-lost',
      'peer-lost',
      'peer-lost',
      'peer-lost',
    ]);
  });

  test('who trickles is no better than who is silent', async () => {
    const trickling = [
      (socket: Socket) => trickles(socket, '2'),
      (socket: Socket) => trickles(socket, '220-one more line\r\n'),
      until(/^EHLO/, (socket) => trickles(socket, '250-X\r\n')),
      until(/^MAIL/, (socket) => trickles(socket, '2')),
      until(/^\.$/, (socket) => trickles(socket, '250-wait\r\n')),
      until(/^\.$/, (socket) => trickles(socket, '\r\n')),
    ];
    await Promise.all(trickling.map((converse) => putOff(converse)));
  });

  test('a peer that stops reading in the middle of a message is left', async () => {
    await using peer = await RawPeer.open(
      until(/^DATA/, (socket) => socket.write('354 go on\r\n') && socket.pause()),
    );
    const routes = { 'beta.test': { host: '127.0.0.1', port: peer.port } };
    using courier = courierTo(routes, { certifiedCa: '', timeouts: { replyMs: 150 } });
    const chunk = Buffer.alloc(65_536, `${'x'.repeat(62)}\r\n`);
    const octets = {
      size: 400,
      slices: () => [],
      read: () => assert.fail('not at once'),
      async *stream() {
        for (let n = 0; n < 1000; n++) yield chunk;
      },
    };
    await assert.rejects(courier.relay(ordinary, { ...SENT, octets }), {
      code: 'peer-lost',
      temporary: true,
    });
  });

  test('endless lines, endless replies and endless empty lines are left before they fill the memory', async () => {
    const floodings = [
      (socket: Socket) => floods(socket, '2'),
      (socket: Socket) => floods(socket, '220-and more\r\n'),
      (socket: Socket) => floods(socket, '\r\n'),
      until(/^EHLO/, (socket) => floods(socket, '250-X-MORE\r\n')),
      until(/^MAIL/, (socket) => floods(socket, '2')),
      until(/^RCPT/, (socket) => floods(socket, '250-yes\r\n')),
      until(/^DATA/, (socket) => floods(socket, '\n')),
      until(/^\.$/, (socket) => floods(socket, '\r\n')),
      until(/^\.$/, (socket) => floods(socket, '250-taken\r\n')),
    ];
    const before = process.memoryUsage().rss;
    // Time is no way out here: each has ten seconds and must not need them.
    for (const converse of floodings) await putOff(converse, { sessionMs: 10_000, replyMs: 10_000 });
    const grownMiB = (process.memoryUsage().rss - before) / 1024 / 1024;
    assert.ok(grownMiB < 200, `${grownMiB} MiB`);
  });

  test('garbage is no answer: nobody is taken as served, and nobody as refused', async () => {
    const garbage = [
      'hello there',
      '99 ok',
      '2500 ok',
      '\u0000\u0001\u0002',
      '-1 no',
      'HTTP/1.1 200 OK',
      '700 what',
    ];
    for (const words of garbage) {
      for (const command of [/^MAIL/, /^RCPT/, /^\.$/]) {
        await using peer = await RawPeer.open(until(command, (socket) => socket.write(`${words}\r\n`)));
        const routes = { 'beta.test': { host: '127.0.0.1', port: peer.port } };
        using courier = courierTo(routes, { certifiedCa: '', timeouts: { replyMs: 300 } });
        const result = await courier.relay(ordinary, SENT).catch((error: unknown) => error);
        if (result instanceof Fault) {
          assert.equal(result.temporary, true, `${words} to ${command}`);
          continue;
        }
        const outcome = result as Awaited<ReturnType<typeof courier.relay>>;
        assert.deepEqual(outcome.accepted, [], `${words} to ${command}`);
        for (const { permanent } of outcome.refused) assert.equal(permanent, false, `${words} to ${command}`);
      }
    }
  });

  test('a reply that is cut off is none, whatever it began with', async () => {
    for (const words of ['250', '250 2.0.0 tak', '554 5.7.1 not th', '550-5.1.1 first line\r\n', '5'])
      for (const command of [/^MAIL/, /^RCPT/, /^\.$/]) {
        const fault = await putOff(
          until(command, (socket) => socket.end(words)),
          {},
        );
        assert.equal(fault.code, 'peer-lost', `${words} to ${command}`);
      }
  });

  test('4xx at the greeting, or nobody at an address: the next address is asked, and both are told', async () => {
    const taken: string[] = [];
    await using good = await RawPeer.open(
      until(/^\.$/, (socket) => {
        taken.push('b');
        socket.write('250 taken\r\n');
      }),
      '127.0.0.3',
    );
    await using _busy = await RawPeer.open(
      (socket) => socket.end('421 4.3.2 too many connections\r\n'),
      '127.0.0.2',
      good.port,
    );
    using courier = courierTo(
      { 'beta.test': { host: 'mx.test', port: good.port } },
      {
        certifiedCa: '',
        dns: {
          mailHosts: async () => ({ found: 'no-such-domain' }),
          texts: async () => [],
          addresses: async () => ['::1', '127.0.0.2', '127.0.0.3'],
        },
      },
    );
    const outcome = await courier.relay(ordinary, SENT);
    assert.deepEqual(outcome.accepted, ['b@beta.test']);
    assert.deepEqual(taken, ['b']);
    assert.equal(outcome.tried?.length, 2);
    assert.match(outcome.tried?.[0] ?? '', /^mx\.test \(\[::1\]:\d+\): /);
    assert.match(outcome.tried?.[1] ?? '', /^mx\.test \(127\.0\.0\.2:\d+\): .*421 4\.3\.2 too many/);
  });

  test('DNS that does not answer is temporary; a null MX and a name that is nowhere are for good', async () => {
    const down = new Fault('dns-unavailable', 'SERVFAIL', { temporary: true });
    const via = (dns: Parameters<typeof courierTo>[1]['dns']) =>
      courierTo({}, { certifiedCa: '', ...(dns === undefined ? {} : { dns }) });
    const addresses = async () => [];
    const texts = addresses;
    for (const dns of [
      { mailHosts: () => Promise.reject(down), addresses, texts },
      {
        mailHosts: async () => ({ found: 'hosts', hosts: [{ name: 'mx.test', preference: 1 }] }) as const,
        addresses: () => Promise.reject(down),
        texts,
      },
    ]) {
      using courier = via(dns);
      await assert.rejects(courier.relay(ordinary, SENT), { code: 'dns-unavailable', temporary: true });
    }
    for (const found of ['null-mx', 'no-such-domain'] as const) {
      using courier = via({ mailHosts: async () => ({ found }), addresses, texts });
      const { refused } = await courier.relay(ordinary, SENT);
      assert.deepEqual(
        refused.map(({ permanent, reason, peerSpoke }) => [permanent, reason, peerSpoke]),
        [[true, 'unroutable-domain', false]],
      );
    }
  });

  test('a peer whose replies run ahead harms its own mail only', async () => {
    const { peer, courier } = await scripted((line) =>
      line.startsWith('MAIL') ? '250 ok\r\n550 5.1.1 no\r\n354 go\r\n250 taken' : undefined,
    );
    await using _ = peer;
    const result = await courier.relay(ordinary, SENT).catch((error: unknown) => error);
    if (!(result instanceof Fault))
      assert.deepEqual((result as { accepted: string[] }).accepted, [], JSON.stringify(result));
    courier[Symbol.dispose]();
  });
});
