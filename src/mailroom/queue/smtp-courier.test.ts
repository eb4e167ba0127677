// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { ENTRY, storedContent } from '../../../test/queue/queue-in-memory.ts';
import { TestAuthority } from '../../../test/smtp/certificates.ts';
import { type Answer, ScriptedPeer } from '../../../test/smtp/scripted-peer.ts';
import { systemClock } from '../../platform/clock.ts';
import { Fault } from '../../platform/faults.ts';
import { type Journal, silentJournal } from '../../platform/journal.ts';
import { systemTimers } from '../../platform/timers.ts';
import { DEFAULT_SMTP_DOOR_LIMITS, SmtpDoor } from '../../wire/smtp/smtp-door.ts';
import type { SmtpTransaction } from '../../wire/smtp/smtp-host.ts';
import type { SmtpReply } from '../../wire/smtp/smtp-reply.ts';
import type { StoredContent } from '../contents/content-store.ts';
import type { PeerPoolLimits } from './peer-pool.ts';
import type { QueueEntry } from './queue-store.ts';
import type { Route } from './routes.ts';
import { SmtpCourier, type SmtpCourierOptions } from './smtp-courier.ts';

let authority: TestAuthority;
let otherAuthority: TestAuthority;

const MESSAGE = storedContent(1, Buffer.from('Subject: busta\r\n\r\n.punto\r\n..\r\nciao\r\n'));
const entryFor = (change: Partial<QueueEntry> = {}): QueueEntry => ({
  ...ENTRY,
  id: 1,
  attempts: 0,
  notBefore: 0,
  held: false,
  ...change,
});
const ordinary = entryFor({ certified: false });

function courierTo(
  routes: Record<string, Route>,
  options: Partial<SmtpCourierOptions> & { poolLimits?: Partial<PeerPoolLimits> } = {},
): SmtpCourier {
  return new SmtpCourier({
    ownName: 'mx.alfa.test',
    routes,
    dns: { mailHosts: async () => ({ found: 'no-such-domain' }), addresses: async () => [] },
    certifiedCa: authority.ca,
    clock: systemClock,
    timers: systemTimers,
    journal: silentJournal,
    ...options,
  });
}

/** An honest peer: our own door with a certificate. */
async function openPeer(
  options: { identity?: { key: Buffer; cert: Buffer }; reply?: (octets: Buffer) => SmtpReply } = {},
) {
  const transactions: (SmtpTransaction<never> & { readonly octets: Buffer })[] = [];
  let connections = new Set<string>();
  const door = new SmtpDoor<never>({
    host: {
      checkSender: () => undefined,
      checkRecipient: (path) => {
        if (path.startsWith('nessuno')) return { code: 550, enhanced: '5.1.1', text: 'unknown' };
        if (path.startsWith('pieno')) return { code: 452, enhanced: '4.2.2', text: 'full' };
        return undefined;
      },
      takeMessage: async (chunks, transaction) => {
        const hash: Buffer[] = [];
        for await (const chunk of chunks) hash.push(chunk);
        connections = connections.add(transaction.peer.session);
        transactions.push({ ...transaction, octets: Buffer.concat(hash) });
        return options.reply?.(Buffer.concat(hash)) ?? { code: 250, enhanced: '2.0.0', text: 'taken' };
      },
      translate: () => ({ code: 451, enhanced: '4.3.0', text: 'fault' }),
      onDisturbance: () => undefined,
    },
    name: 'mx.beta.test',
    tls: options.identity ?? authority.issue('mx.beta.test'),
    mode: 'starttls',
    limits: { ...DEFAULT_SMTP_DOOR_LIMITS, messageBytes: 50_000_000, recipients: 100, closeMs: 50 },
  });
  const { port } = await door.listen({ port: 0, host: '127.0.0.1' });
  const route = { 'beta.test': { host: '127.0.0.1', port, tlsName: 'mx.beta.test' } };
  return { door, port, route, transactions, connections: () => connections.size };
}

/** A courier to a peer that follows a script. */
async function scripted(
  answer?: (line: string, peer: ScriptedPeer) => Answer,
  options?: Partial<SmtpCourierOptions>,
) {
  const peer = await ScriptedPeer.open(answer);
  return { peer, courier: courierTo({ 'beta.test': { host: '127.0.0.1', port: peer.port } }, options) };
}

suite('smtp courier', () => {
  before(() => {
    authority = new TestAuthority();
    otherAuthority = new TestAuthority();
  });
  after(() => {
    authority[Symbol.dispose]();
    otherAuthority[Symbol.dispose]();
  });

  test('AP-32 SEC-3 to a PEC provider over TLS, octet by octet, each recipient with its own outcome', async () => {
    const { door, route, transactions } = await openPeer();
    await using _ = door;
    using courier = courierTo(route);
    const forwardPaths = ['a@beta.test', 'nessuno@beta.test', 'pieno@beta.test', '"b c"@beta.test'];
    const outcome = await courier.relay(entryFor({ forwardPaths }), MESSAGE);
    assert.deepEqual(outcome.accepted, ['a@beta.test', '"b c"@beta.test']);
    assert.deepEqual(outcome.refused, [
      {
        address: 'nessuno@beta.test',
        code: 550,
        enhanced: '5.1.1',
        text: 'unknown',
        permanent: true,
        reason: 'unknown-mailbox',
      },
      {
        address: 'pieno@beta.test',
        code: 452,
        enhanced: '4.2.2',
        text: 'full',
        permanent: false,
        reason: 'other',
      },
    ]);
    assert.equal(outcome.reply, '250 2.0.0 taken');
    assert.equal(transactions[0]?.peer.tls, true);
    assert.equal(transactions[0]?.peer.helo, 'mx.alfa.test');
    assert.equal(transactions[0]?.reversePath, 'a@alfa.test');
    assert.deepEqual(transactions[0]?.octets, await MESSAGE.octets.read(0, MESSAGE.size));
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
      using courier = courierTo(route);
      await assert.rejects(courier.relay(entryFor(), MESSAGE), { code: 'peer-tls', temporary: true });
      assert.equal(transactions.length, 0);
    }
    const { peer, courier } = await scripted();
    await using _ = peer;
    await assert.rejects(courier.relay(entryFor(), MESSAGE), { temporary: true });
    assert.equal(
      peer.lines.some((line) => line.startsWith('MAIL')),
      false,
    );
  });

  test('ordinary mail takes whatever TLS there is, and goes in cleartext where there is none', async () => {
    const { door, route, transactions } = await openPeer({ identity: otherAuthority.issue('somebody.test') });
    await using _ = door;
    using courier = courierTo(route);
    await courier.relay(ordinary, MESSAGE);
    assert.equal(transactions[0]?.peer.tls, true);
    const plain = await scripted();
    await using __ = plain.peer;
    assert.deepEqual((await plain.courier.relay(ordinary, MESSAGE)).accepted, ['b@beta.test']);
    // TLS is announced, and then something else is spoken.
    const broken = await scripted(
      (line) =>
        /^EHLO/.test(line) ? '250-peer.test\r\n250 STARTTLS' : /^STARTTLS/.test(line) ? '220 go' : undefined,
      { timeouts: { connectMs: 300, silenceMs: 10_000 } },
    );
    await using ___ = broken.peer;
    assert.deepEqual((await broken.courier.relay(ordinary, MESSAGE)).accepted, ['b@beta.test']);
    assert.equal(broken.peer.connections, 2);
    const refused = await scripted((line) =>
      /^EHLO/.test(line)
        ? '250-peer.test\r\n250 STARTTLS'
        : /^STARTTLS/.test(line)
          ? '454 not now'
          : undefined,
    );
    await using ____ = refused.peer;
    assert.deepEqual((await refused.courier.relay(ordinary, MESSAGE)).accepted, ['b@beta.test']);
    for (const { courier: one } of [plain, broken, refused]) one[Symbol.dispose]();
  });

  test('one connection carries message after message', async () => {
    const { door, route, transactions, connections } = await openPeer();
    await using _ = door;
    using courier = courierTo(route);
    for (let n = 0; n < 5; n++) await courier.relay(entryFor(), MESSAGE);
    assert.equal(transactions.length, 5);
    assert.equal(connections(), 1);
  });

  test('a transaction that comes to nothing leaves the connection fit for the next', async () => {
    const { door, route, transactions, connections } = await openPeer();
    await using _ = door;
    using courier = courierTo(route);
    const refused = await courier.relay(
      entryFor({ forwardPaths: ['nessuno@beta.test', 'pieno@beta.test'] }),
      MESSAGE,
    );
    assert.deepEqual(
      refused.refused.map(({ address, permanent }) => [address, permanent]),
      [
        ['nessuno@beta.test', true],
        ['pieno@beta.test', false],
      ],
    );
    await courier.relay(entryFor(), MESSAGE);
    assert.equal(transactions.length, 1);
    assert.equal(connections(), 1);
  });

  test('AP-34 a refusal of the message keeps the refusals of single recipients apart', async () => {
    const { door, route } = await openPeer({
      reply: () => ({ code: 554, enhanced: '5.7.1', text: 'not this' }),
    });
    await using _ = door;
    using courier = courierTo(route);
    const outcome = await courier.relay(
      entryFor({ forwardPaths: ['nessuno@beta.test', 'a@beta.test'] }),
      MESSAGE,
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

  test('a refusal of the sender is one of every recipient; several lines become one', async () => {
    const { peer, courier } = await scripted((line) =>
      line.startsWith('MAIL') ? '550-5.7.1 we do not\r\n550 5.7.1 know you' : undefined,
    );
    await using _ = peer;
    const outcome = await courier.relay(
      entryFor({ certified: false, forwardPaths: ['a@b.test', 'c@b.test'] }),
      MESSAGE,
    );
    assert.deepEqual(
      outcome.refused.map(({ address, code, enhanced, text }) => [address, code, enhanced, text]),
      [
        ['a@b.test', 550, '5.7.1', 'we do not know you'],
        ['c@b.test', 550, '5.7.1', 'we do not know you'],
      ],
    );
    courier[Symbol.dispose]();
  });

  test('U-9 8 bits are announced where the peer knows them, and sent unchanged where it does not', async () => {
    const content = storedContent(1, Buffer.from('Subject: x\r\n\r\ncitt\xe0\r\n', 'latin1'));
    const entry = entryFor({ certified: false, eightBit: true });
    const warnings: unknown[] = [];
    const journal: Journal = { ...silentJournal, warn: (facts) => warnings.push(facts) };
    const plain = await scripted(undefined, { journal });
    await using _ = plain.peer;
    await plain.courier.relay(entry, content);
    assert.deepEqual(plain.peer.lines.slice(1), [
      'MAIL FROM:<a@alfa.test>',
      'RCPT TO:<b@beta.test>',
      'DATA',
      'Subject: x',
      '',
      'citt\xe0',
      '.',
    ]);
    assert.equal(warnings.length, 1);
    const able = await scripted(
      (line) => (/^EHLO/.test(line) ? '250-peer.test\r\n250 8BITMIME' : undefined),
      { journal },
    );
    await using __ = able.peer;
    await able.courier.relay(entry, content);
    await able.courier.relay(ordinary, MESSAGE);
    assert.deepEqual(
      able.peer.lines.filter((line) => line.startsWith('MAIL')),
      ['MAIL FROM:<a@alfa.test> BODY=8BITMIME', 'MAIL FROM:<a@alfa.test>'],
    );
    assert.equal(warnings.length, 1);
    for (const { courier } of [plain, able]) courier[Symbol.dispose]();
  });

  test('a message larger than the peer announces is refused for good without being sent', async () => {
    const { peer, courier } = await scripted((line) =>
      /^EHLO/.test(line) ? '250-peer.test\r\n250 SIZE 20' : undefined,
    );
    await using _ = peer;
    const { refused } = await courier.relay(ordinary, MESSAGE);
    assert.deepEqual(
      refused.map(({ code, enhanced, permanent }) => [code, enhanced, permanent]),
      [[552, '5.3.4', true]],
    );
    assert.equal(
      peer.lines.some((line) => line.startsWith('MAIL')),
      false,
    );
    courier[Symbol.dispose]();
  });

  test('a kept connection the peer has closed costs nothing', async () => {
    let dropOnNext = false;
    const { peer, courier } = await scripted((line) => {
      if (line.startsWith('MAIL') && dropOnNext) {
        dropOnNext = false;
        return 'drop';
      }
      return undefined;
    });
    await using _ = peer;
    await courier.relay(ordinary, MESSAGE);
    // Closed while idle ...
    peer.dropAll();
    assert.deepEqual((await courier.relay(ordinary, MESSAGE)).accepted, ['b@beta.test']);
    // ... or just as the next message begins.
    dropOnNext = true;
    assert.deepEqual((await courier.relay(ordinary, MESSAGE)).accepted, ['b@beta.test']);
    assert.equal(peer.connections, 3);
    courier[Symbol.dispose]();
  });

  test('a connection that breaks after the message is no reason to send it twice at once', async () => {
    let transactions = 0;
    const { peer, courier } = await scripted((line) =>
      line === '.' && ++transactions > 1 ? 'drop' : undefined,
    );
    await using _ = peer;
    await courier.relay(ordinary, MESSAGE);
    await assert.rejects(courier.relay(ordinary, MESSAGE), { code: 'peer-lost', temporary: true });
    assert.equal(transactions, 2);
    courier[Symbol.dispose]();
  });

  test('421 at any moment is temporary', async () => {
    for (const moment of ['connect', 'MAIL', 'RCPT', 'DATA', '.']) {
      const { peer, courier } = await scripted((line) =>
        line.startsWith(moment) ? '421 4.3.2 closing' : undefined,
      );
      await using _ = peer;
      const result = await courier.relay(ordinary, MESSAGE).then(
        ({ accepted, refused }) => accepted.length === 0 && refused.every(({ permanent }) => !permanent),
        (error: unknown) => error instanceof Fault && error.temporary,
      );
      assert.equal(result, true, moment);
      courier[Symbol.dispose]();
    }
  });

  test('closing the courier ends what is under way, as temporary', async () => {
    const { peer, courier } = await scripted((line) => (line === '.' ? '' : undefined));
    await using _ = peer;
    const sending = courier.relay(ordinary, MESSAGE);
    while (!peer.lines.includes('.')) await new Promise((resolve) => setTimeout(resolve, 5));
    courier[Symbol.dispose]();
    await assert.rejects(sending, { code: 'peer-lost', temporary: true });
    assert.equal(peer.lines.includes('QUIT'), false);
  });

  test('when one machine is dead the next is asked', async () => {
    const { door, port, transactions } = await openPeer();
    await using _ = door;
    const dead = await ScriptedPeer.open();
    await dead[Symbol.asyncDispose]();
    // The configured route cannot name two ports, so the dead machine is another loopback address.
    using courier = courierTo(
      { 'beta.test': { host: 'mx.test', port, tlsName: 'mx.beta.test' } },
      {
        dns: {
          mailHosts: async () => ({ found: 'no-such-domain' }),
          addresses: async () => ['127.0.0.77', '127.0.0.1'],
        },
      },
    );
    assert.deepEqual((await courier.relay(entryFor(), MESSAGE)).accepted, ['b@beta.test']);
    assert.equal(transactions.length, 1);
  });

  test('AP-34 a domain that does not exist is refused without a connection', async () => {
    using courier = courierTo({});
    const { refused } = await courier.relay(entryFor({ destination: 'missing.test' }), MESSAGE);
    assert.deepEqual(
      refused.map(({ reason, permanent, enhanced }) => [reason, permanent, enhanced]),
      [['unroutable-domain', true, '5.1.2']],
    );
  });

  test('SEC-7 content that SMTP would alter is not sent', async () => {
    using courier = courierTo({});
    const content = storedContent(1, Buffer.from('a\nb\r\n'));
    const { refused } = await courier.relay(entryFor(), content);
    assert.equal(refused[0]?.enhanced, '5.6.0');
    assert.equal(refused[0]?.permanent, true);
  });

  test('content that cannot be read breaks the connection off: the peer gets no half message', async () => {
    const { door, route, transactions } = await openPeer();
    await using _ = door;
    using courier = courierTo(route);
    const broken: StoredContent = {
      ...MESSAGE,
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
    await courier.relay(entryFor(), MESSAGE);
    assert.equal(transactions.length, 1);
  });

  test('a large message streams: 30 MB in chunks arrive with the same SHA-256', async () => {
    const { door, route, transactions } = await openPeer();
    await using _ = door;
    using courier = courierTo(route);
    const line = Buffer.from(`.${'x'.repeat(74)}\r\n`);
    const chunk = Buffer.concat(Array.from({ length: 1000 }, () => line));
    const count = 400;
    const size = chunk.length * count;
    const content: StoredContent = {
      ...MESSAGE,
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
});
