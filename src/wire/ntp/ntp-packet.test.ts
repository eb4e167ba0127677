// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readNtpReply, writeNtpReply, writeNtpRequest } from './ntp-packet.ts';

const cookie = Buffer.from('0102030405060708', 'hex');
const near = Date.UTC(2026, 2, 2, 9, 15, 2, 345);

function answer(change: (packet: Buffer) => void = () => undefined): Buffer {
  const packet = writeNtpReply(writeNtpRequest(cookie), { receivedAt: near, sentAt: near + 2, stratum: 1 });
  assert.ok(packet);
  change(packet);
  return packet;
}

test('RFC 5905 7.3: a request is a client packet of version 4 that tells nothing but the cookie', () => {
  const packet = writeNtpRequest(cookie);
  assert.equal(packet.toString('hex'), `23${'00'.repeat(39)}0102030405060708`);
  assert.throws(() => writeNtpRequest(Buffer.alloc(4)), RangeError);
});

test('RFC 5905: a packet as chrony sends it is read to the fraction of a millisecond', () => {
  // LI 0, version 4, mode 4; stratum 2; root delay 0x0000028f, root dispersion 0x00000051.
  const packet = Buffer.alloc(48);
  Buffer.from('240206e90000028f00000051c0a80001', 'hex').copy(packet, 0);
  cookie.copy(packet, 24);
  // 2026-03-02T09:15:02.5Z and half a second later.
  packet.writeUInt32BE(3_981_431_702, 32);
  packet.writeUInt32BE(0x8000_0000, 36);
  packet.writeUInt32BE(3_981_431_703, 40);
  const reading = readNtpReply(packet, { cookie, near });
  assert.ok(reading.is === 'time');
  assert.equal(new Date(reading.reply.receivedAt).toISOString(), '2026-03-02T09:15:02.500Z');
  assert.equal(reading.reply.sentAt - reading.reply.receivedAt, 500);
  assert.equal(reading.reply.stratum, 2);
  assert.ok(Math.abs(reading.reply.rootDistanceMs - 6.234) < 0.01);
});

test('RFC 5905 section 6: instants survive the way there and back, also past the era of 2036', () => {
  fc.assert(
    fc.property(fc.integer({ min: Date.UTC(1990), max: Date.UTC(2090) }), (instant) => {
      const packet = writeNtpReply(writeNtpRequest(cookie), {
        receivedAt: instant,
        sentAt: instant,
        stratum: 1,
      });
      assert.ok(packet);
      const reading = readNtpReply(packet, { cookie, near: instant + 3_600_000 });
      assert.ok(reading.is === 'time');
      assert.ok(Math.abs(reading.reply.sentAt - instant) < 0.01);
    }),
  );
});

test('RFC 5905 section 8: an answer with another origin than what was asked is nobody we asked', () => {
  const reading = readNtpReply(answer(), { cookie: Buffer.alloc(8, 9), near });
  assert.deepEqual(reading, { is: 'foreign', why: 'not an answer to our question' });
});

test('RFC 5905 section 7.4: a kiss-of-death packet gives its code', () => {
  for (const code of ['DENY', 'RSTR', 'RATE']) {
    const packet = answer((octets) => {
      octets[1] = 0;
      octets.write(code, 12, 'latin1');
    });
    assert.deepEqual(readNtpReply(packet, { cookie, near }), { is: 'kiss-of-death', code });
  }
  const odd = answer((octets) => {
    octets[1] = 0;
    octets.write('\n\u001b[m', 12, 'latin1');
  });
  assert.deepEqual(readNtpReply(odd, { cookie, near }), { is: 'kiss-of-death', code: '0a1b5b6d' });
});

test('a server that has no time says so, in three ways', () => {
  const alarmed = answer((octets) => octets.writeUInt8(octets.readUInt8(0) | 0xc0, 0));
  const far = answer((octets) => octets.writeUInt8(16, 1));
  const silent = answer((octets) => octets.fill(0, 40, 48));
  for (const packet of [alarmed, far, silent]) {
    assert.deepEqual(readNtpReply(packet, { cookie, near }), { is: 'unsynchronized' });
  }
});

test('whatever octets come, reading them gives an answer and never throws', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (octets) => {
      const reading = readNtpReply(Buffer.from(octets), { cookie, near });
      assert.ok(['time', 'kiss-of-death', 'unsynchronized', 'foreign'].includes(reading.is));
    }),
  );
});

test('a server answers clients only', () => {
  const facts = { receivedAt: near, sentAt: near, stratum: 1 };
  assert.equal(writeNtpReply(answer(), facts), undefined);
  assert.equal(writeNtpReply(Buffer.alloc(47, 0x23), facts), undefined);
});
