// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { suite, test } from 'node:test';
import { FixedClock } from './clock.ts';
import { CachingDns, type Dns, type MailHosts, readMxRecords, SystemDns } from './dns.ts';
import { Fault } from './faults.ts';

const A = 1;
const MX = 15;
const TXT = 16;
const NXDOMAIN = 3;
const SERVFAIL = 2;

/** What the zone holds: records by `type name`, or a response code for a name. */
type Zone = Readonly<Record<string, readonly Buffer[] | number>>;

/** A DNS server on the loopback that knows one zone. */
async function openServer(zone: Zone) {
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => socket.send(answer(query, zone), from.port, from.address));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const dns = new SystemDns({ servers: [`127.0.0.1:${socket.address().port}`], timeoutMs: 300 });
  return { dns, [Symbol.dispose]: () => socket.close() };
}

/** RFC 1035 section 4: header, question, answers. */
function answer(query: Buffer, zone: Zone): Buffer {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const type = query.readUInt16BE(at + 1);
  const name = labels.join('.').toLowerCase();
  const found = zone[`${type} ${name}`] ?? zone[name] ?? [];
  const records = typeof found === 'number' ? [] : found;
  const header = Buffer.alloc(12);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8180 | (typeof found === 'number' ? found : 0), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(records.length, 6);
  const answers = records.map((data) => {
    const record = Buffer.alloc(12);
    record.writeUInt16BE(0xc00c, 0);
    record.writeUInt16BE(type, 2);
    record.writeUInt16BE(1, 4);
    record.writeUInt32BE(60, 6);
    record.writeUInt16BE(data.length, 10);
    return Buffer.concat([record, data]);
  });
  return Buffer.concat([header, query.subarray(12, at + 5), ...answers]);
}

function mx(preference: number, host: string): Buffer {
  const labels =
    host === ''
      ? []
      : host.split('.').map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`));
  return Buffer.concat([Buffer.from([0, preference]), ...labels, Buffer.from([0])]);
}

suite('dns', () => {
  test('AP-31 mail hosts by preference, and the ways a domain may have none', async () => {
    using server = await openServer({
      [`${MX} beta.test`]: [mx(20, 'MX2.beta.test'), mx(10, 'mx1.beta.test')],
      [`${MX} null.test`]: [mx(0, '')],
      'missing.test': NXDOMAIN,
      'broken.test': SERVFAIL,
    });
    assert.deepEqual(await server.dns.mailHosts('beta.test'), {
      found: 'hosts',
      hosts: [
        { name: 'mx1.beta.test', preference: 10 },
        { name: 'mx2.beta.test', preference: 20 },
      ],
    });
    assert.deepEqual(await server.dns.mailHosts('null.test'), { found: 'null-mx' });
    assert.deepEqual(await server.dns.mailHosts('bare.test'), { found: 'no-mx' });
    assert.deepEqual(await server.dns.mailHosts('missing.test'), { found: 'no-such-domain' });
    assert.deepEqual(await server.dns.mailHosts(`${'x'.repeat(70)}.test`), { found: 'no-such-domain' });
    await assert.rejects(server.dns.mailHosts('broken.test'), isUnavailable);
  });

  test('addresses of a host; none for one that is nowhere; a name of the machine itself', async () => {
    using server = await openServer({
      [`${A} mx.beta.test`]: [Buffer.from([192, 0, 2, 1]), Buffer.from([192, 0, 2, 2])],
      'missing.test': NXDOMAIN,
      localhost: NXDOMAIN,
    });
    assert.deepEqual([...(await server.dns.addresses('mx.beta.test'))].sort(), ['192.0.2.1', '192.0.2.2']);
    assert.deepEqual(await server.dns.addresses('missing.test'), []);
    assert.ok((await server.dns.addresses('localhost')).includes('127.0.0.1'));
  });

  test('one family that fails hides the other as little as both failing means that there is none', async () => {
    using server = await openServer({
      '28 mx.beta.test': SERVFAIL,
      '1 mx.beta.test': [Buffer.from([192, 0, 2, 1])],
      '28 mx.gamma.test': SERVFAIL,
      '1 mx.gamma.test': [],
    });
    assert.deepEqual(await server.dns.addresses('mx.beta.test'), ['192.0.2.1']);
    await assert.rejects(
      server.dns.addresses('mx.gamma.test'),
      (error) => error instanceof Fault && error.code === 'dns-unavailable' && error.temporary,
    );
  });

  test('the strings of a TXT record are one text; no record and no name are no text', async () => {
    const strings = (...parts: string[]) =>
      Buffer.concat(parts.map((part) => Buffer.from(`${String.fromCharCode(part.length)}${part}`)));
    using server = await openServer({
      [`${TXT} beta.test`]: [strings('v=spf1 ', '-all'), strings('other')],
      'missing.test': NXDOMAIN,
      'broken.test': SERVFAIL,
    });
    assert.deepEqual([...(await server.dns.texts('beta.test'))].sort(), ['other', 'v=spf1 -all']);
    assert.deepEqual(await server.dns.texts('bare.test'), []);
    assert.deepEqual(await server.dns.texts('missing.test'), []);
    await assert.rejects(server.dns.texts('broken.test'), isUnavailable);
  });

  test('RFC 7505: only a lone record naming the root says that no mail is taken', () => {
    assert.deepEqual(readMxRecords([{ exchange: '.', priority: 0 }]), { found: 'null-mx' });
    assert.deepEqual(
      readMxRecords([
        { exchange: '', priority: 0 },
        { exchange: 'mx.test.', priority: 5 },
      ]),
      { found: 'hosts', hosts: [{ name: 'mx.test', preference: 5 }] },
    );
    assert.deepEqual(readMxRecords([]), { found: 'no-mx' });
  });

  test('an answer is used again for a minute, questions at the same time are asked once, faults never kept', async () => {
    const clock = new FixedClock(0);
    let questions = 0;
    let up = true;
    const inner: Dns = {
      mailHosts: async (): Promise<MailHosts> => {
        questions++;
        if (!up) throw new Fault('dns-unavailable', 'no', { temporary: true });
        return { found: 'no-mx' };
      },
      addresses: async () => ['192.0.2.1'],
      texts: async () => [],
    };
    const dns = new CachingDns({ dns: inner, clock });
    await Promise.all([dns.mailHosts('a.test'), dns.mailHosts('a.test')]);
    clock.advance(59_999);
    await dns.mailHosts('a.test');
    assert.equal(questions, 1);
    clock.advance(1);
    up = false;
    await assert.rejects(dns.mailHosts('a.test'), isUnavailable);
    up = true;
    assert.deepEqual(await dns.mailHosts('a.test'), { found: 'no-mx' });
    assert.equal(questions, 3);
    assert.deepEqual(await dns.addresses('a.test'), ['192.0.2.1']);
  });

  test('what is remembered is bounded: one above the limit pushes the oldest out', async () => {
    let questions = 0;
    const inner: Dns = {
      mailHosts: async () => ({ found: 'no-mx' }),
      addresses: async () => {
        questions++;
        return [];
      },
      texts: async () => [],
    };
    const dns = new CachingDns({ dns: inner, clock: new FixedClock(0) });
    for (let n = 0; n <= 10_000; n++) await dns.addresses(`h${n}.test`);
    await dns.addresses('h1.test');
    assert.equal(questions, 10_001);
    await dns.addresses('h0.test');
    assert.equal(questions, 10_002);
  });
});

function isUnavailable(error: unknown): boolean {
  return error instanceof Fault && error.code === 'dns-unavailable' && error.temporary;
}
