// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { after, before, suite, test } from 'node:test';
import { storedContent } from '../../../test/queue/queue-in-memory.ts';
import { courierTo, entryFor, openPeer, SENT, scripted } from '../../../test/queue/smtp-peers.ts';
import { TestAuthority } from '../../../test/smtp/certificates.ts';
import { ScriptedPeer } from '../../../test/smtp/scripted-peer.ts';
import type { StoredContent } from '../contents/content-store.ts';

let authority: TestAuthority;
let otherAuthority: TestAuthority;
let identity: { key: Buffer; cert: Buffer };
const ordinary = entryFor({ certified: false });

suite('smtp courier', () => {
  before(() => {
    authority = new TestAuthority();
    identity = authority.issue('mx.beta.test');
    otherAuthority = new TestAuthority();
  });
  after(() => {
    authority[Symbol.dispose]();
    otherAuthority[Symbol.dispose]();
  });

  test('AP-32 SEC-3 to a PEC provider over TLS, octet by octet, each recipient with its own outcome', async () => {
    const { door, route, transactions } = await openPeer({ identity });
    await using _ = door;
    using courier = courierTo(route, { certifiedCa: authority.ca });
    const forwardPaths = ['a@beta.test', 'nessuno@beta.test', 'pieno@beta.test', '"b c"@beta.test'];
    const outcome = await courier.relay(entryFor({ forwardPaths }), SENT);
    assert.deepEqual(outcome.accepted, ['a@beta.test', '"b c"@beta.test']);
    assert.deepEqual(outcome.refused, [
      {
        address: 'nessuno@beta.test',
        code: 550,
        enhanced: '5.1.1',
        text: 'unknown',
        peerSpoke: true,
        permanent: true,
        reason: 'unknown-mailbox',
      },
      {
        address: 'pieno@beta.test',
        code: 452,
        enhanced: '4.2.2',
        text: 'full',
        peerSpoke: true,
        permanent: false,
        reason: 'other',
      },
    ]);
    assert.equal(outcome.reply, '250 2.0.0 taken');
    assert.equal(transactions[0]?.peer.tls, true);
    assert.equal(transactions[0]?.peer.helo, 'mx.alfa.test');
    assert.equal(transactions[0]?.reversePath, 'a@alfa.test');
    assert.deepEqual(transactions[0]?.octets, await SENT.octets.read(0, SENT.size));
  });

  test('SEC-12 a PEC provider without TLS, or with a foreign, expired or misnamed certificate, gets nothing', async () => {
    const identities = [
      otherAuthority.issue('mx.beta.test'),
      authority.issue('mx.beta.test', -1),
      authority.issue('mx.gamma.test'),
    ];
    for (const identity of identities) {
      const { door, route, transactions } = await openPeer({ identity });
      await using _ = door;
      using courier = courierTo(route, { certifiedCa: authority.ca });
      await assert.rejects(courier.relay(entryFor(), SENT), { code: 'peer-tls', temporary: true });
      assert.equal(transactions.length, 0);
    }
    const { peer, courier } = await scripted(undefined, { certifiedCa: authority.ca });
    await using _ = peer;
    await assert.rejects(courier.relay(entryFor(), SENT), { temporary: true });
    assert.equal(
      peer.lines.some((line) => line.startsWith('MAIL')),
      false,
    );
  });

  test('ordinary mail takes whatever TLS there is, and goes in cleartext where there is none', async () => {
    const { door, route, transactions } = await openPeer({ identity: otherAuthority.issue('somebody.test') });
    await using _ = door;
    using courier = courierTo(route, { certifiedCa: authority.ca });
    await courier.relay(ordinary, SENT);
    assert.equal(transactions[0]?.peer.tls, true);
    const plain = await scripted();
    await using __ = plain.peer;
    assert.deepEqual((await plain.courier.relay(ordinary, SENT)).accepted, ['b@beta.test']);
    // TLS is announced, and then something else is spoken.
    const broken = await scripted(
      (line) =>
        /^EHLO/.test(line) ? '250-peer.test\r\n250 STARTTLS' : /^STARTTLS/.test(line) ? '220 go' : undefined,
      { timeouts: { sessionMs: 300, replyMs: 10_000 } },
    );
    await using ___ = broken.peer;
    assert.deepEqual((await broken.courier.relay(ordinary, SENT)).accepted, ['b@beta.test']);
    assert.equal(broken.peer.connections, 2);
    const refused = await scripted((line) =>
      /^EHLO/.test(line)
        ? '250-peer.test\r\n250 STARTTLS'
        : /^STARTTLS/.test(line)
          ? '454 not now'
          : undefined,
    );
    await using ____ = refused.peer;
    assert.deepEqual((await refused.courier.relay(ordinary, SENT)).accepted, ['b@beta.test']);
    for (const { courier: one } of [plain, broken, refused]) one[Symbol.dispose]();
  });

  test('one connection carries message after message', async () => {
    const { door, route, transactions, connections } = await openPeer({ identity });
    await using _ = door;
    using courier = courierTo(route, { certifiedCa: authority.ca });
    for (let n = 0; n < 5; n++) await courier.relay(entryFor(), SENT);
    assert.equal(transactions.length, 5);
    assert.equal(connections(), 1);
  });

  test('a transaction that comes to nothing leaves the connection fit for the next', async () => {
    const { door, route, transactions, connections } = await openPeer({ identity });
    await using _ = door;
    using courier = courierTo(route, { certifiedCa: authority.ca });
    const refused = await courier.relay(
      entryFor({ forwardPaths: ['nessuno@beta.test', 'pieno@beta.test'] }),
      SENT,
    );
    assert.deepEqual(
      refused.refused.map(({ address, permanent }) => [address, permanent]),
      [
        ['nessuno@beta.test', true],
        ['pieno@beta.test', false],
      ],
    );
    await courier.relay(entryFor(), SENT);
    assert.equal(transactions.length, 1);
    assert.equal(connections(), 1);
  });

  test('AP-34 a refusal of the message keeps the refusals of single recipients apart', async () => {
    const { door, route } = await openPeer({
      identity,
      reply: () => ({ code: 554, enhanced: '5.7.1', text: 'not this' }),
    });
    await using _ = door;
    using courier = courierTo(route, { certifiedCa: authority.ca });
    const outcome = await courier.relay(
      entryFor({ forwardPaths: ['nessuno@beta.test', 'a@beta.test'] }),
      SENT,
    );
    assert.deepEqual(
      outcome.refused.map(({ address, enhanced, reason }) => [address, enhanced, reason]),
      [
        ['nessuno@beta.test', '5.1.1', 'unknown-mailbox'],
        ['a@beta.test', '5.7.1', 'other'],
      ],
    );
    assert.deepEqual(outcome.accepted, []);
  });

  test('when one machine is dead the next is asked', async () => {
    const { door, port, transactions } = await openPeer({ identity });
    await using _ = door;
    const dead = await ScriptedPeer.open();
    await dead[Symbol.asyncDispose]();
    // The configured route cannot name two ports, so the dead machine is another loopback address.
    using courier = courierTo(
      { 'beta.test': { host: 'mx.test', port, tlsName: 'mx.beta.test' } },
      {
        certifiedCa: authority.ca,
        dns: {
          mailHosts: async () => ({ found: 'no-such-domain' }),
          addresses: async () => ['127.0.0.77', '127.0.0.1'],
          texts: async () => [],
        },
      },
    );
    assert.deepEqual((await courier.relay(entryFor(), SENT)).accepted, ['b@beta.test']);
    assert.equal(transactions.length, 1);
  });

  test('AP-34 a domain that does not exist is refused without a connection', async () => {
    using courier = courierTo({}, { certifiedCa: authority.ca });
    const { refused } = await courier.relay(entryFor({ destination: 'missing.test' }), SENT);
    assert.deepEqual(
      refused.map(({ reason, permanent, enhanced }) => [reason, permanent, enhanced]),
      [['unroutable-domain', true, '5.1.2']],
    );
  });

  test('SEC-7 content that SMTP would alter is not sent', async () => {
    using courier = courierTo({}, { certifiedCa: authority.ca });
    const content = storedContent(1, Buffer.from('a\nb\r\n'));
    const { refused } = await courier.relay(entryFor(), content);
    assert.equal(refused[0]?.enhanced, '5.6.0');
    assert.equal(refused[0]?.permanent, true);
  });

  test('content that cannot be read breaks the connection off: the peer gets no half message', async () => {
    const { door, route, transactions } = await openPeer({ identity });
    await using _ = door;
    using courier = courierTo(route, { certifiedCa: authority.ca });
    const broken: StoredContent = {
      ...SENT,
      size: 1_000_000,
      octets: {
        size: 1_000_000,
        slices: () => [],
        read: () => Promise.reject(new Error('disk')),
        async *stream() {
          yield Buffer.from('Subject: half\r\n\r\n');
          throw new Error('disk');
        },
      },
    };
    await assert.rejects(courier.relay(entryFor(), broken), { code: 'content-unreadable', temporary: true });
    await courier.relay(entryFor(), SENT);
    assert.equal(transactions.length, 1);
  });

  test('a large message streams: 30 MB in chunks arrive with the same SHA-256', async () => {
    const { door, route, transactions } = await openPeer({ identity });
    await using _ = door;
    using courier = courierTo(route, { certifiedCa: authority.ca });
    const line = Buffer.from(`.${'x'.repeat(74)}\r\n`);
    const chunk = Buffer.concat(Array.from({ length: 1000 }, () => line));
    const count = 400;
    const size = chunk.length * count;
    const content: StoredContent = {
      ...SENT,
      size,
      octets: {
        size,
        slices: () => [],
        read: () => assert.fail('not all at once'),
        async *stream() {
          for (let n = 0; n < count; n++) yield chunk;
        },
      },
    };
    await courier.relay(entryFor(), content);
    const expected = createHash('sha256');
    for (let n = 0; n < count; n++) expected.update(chunk);
    const arrived = createHash('sha256').update(transactions[0]?.octets ?? Buffer.alloc(0));
    assert.equal(arrived.digest('hex'), expected.digest('hex'));
  });

  test('closing lets go of a session that is still being opened', async () => {
    // A peer that takes the connection and never greets.
    const silent = createServer(() => {});
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const courier = courierTo({ 'beta.test': { host: '127.0.0.1', port } }, { certifiedCa: '' });
    const accepted = once(silent, 'connection') as Promise<[Socket]>;
    const relayed = courier.relay(ordinary, SENT);
    const [socket] = await accepted;
    const ended = once(socket, 'close');
    socket.resume();
    courier[Symbol.dispose]();
    await assert.rejects(relayed, { code: 'peer-unreachable', message: /closed/ });
    await ended;
    await assert.rejects(courier.relay(ordinary, SENT), { code: 'peer-unreachable' });
    silent.close();
  });
});
