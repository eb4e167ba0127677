// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FixedClock } from '../../platform/clock.ts';
import type { AskByUdp } from '../../platform/udp.ts';
import { writeNtpReply } from '../../wire/ntp/ntp-packet.ts';
import { SntpClient } from './sntp-client.ts';

const NOON = Date.UTC(2026, 2, 2, 12);
const HOST = { host: 'ntp.test', port: 123 };

/** A client whose clock shows noon when an answer comes, and a network of the test's making. */
function client(ask: AskByUdp): SntpClient {
  return new SntpClient({
    ask,
    clock: new FixedClock(NOON),
    monotonic: { elapsedMs: () => 5000 },
    newCookie: () => Buffer.from('abcdefgh'),
    timeoutMs: 2000,
    mostDistanceMs: 1000,
  });
}

/** Sent 140 ms before it is handled and answered 40 ms before, by a server that is ahead by so much. */
function answering(aheadMs: number, change: (packet: Buffer) => void = () => undefined): AskByUdp {
  return async ({ request, isAnswer }) => {
    // 50 ms to the server, 10 there, 40 back.
    const receivedAt = NOON - 140 + 50 + aheadMs;
    const datagram = writeNtpReply(request, { receivedAt, sentAt: receivedAt + 10, stratum: 1 });
    assert.ok(datagram);
    change(datagram);
    assert.ok(isAnswer(datagram));
    assert.ok(!isAnswer(Buffer.concat([datagram.subarray(0, 24), Buffer.alloc(24)])));
    return { datagram, sentMs: 4860, receivedMs: 4960 };
  };
}

test('RFC 5905 8: the offset is freed from the way there and back, and from the time an answer lay about', async () => {
  for (const aheadMs of [0, 5000, -777]) {
    const answer = await client(answering(aheadMs)).ask(HOST);
    assert.ok(answer.answer === 'time');
    assert.equal(answer.sample.server, 'ntp.test:123');
    // The way there took 10 ms more than the way back: half of that cannot be known.
    assert.ok(Math.abs(answer.sample.offsetMs - (aheadMs + 5)) < 0.01, String(answer.sample.offsetMs));
    assert.ok(Math.abs(answer.sample.delayMs - 90) < 0.01);
  }
});

test('a server that may be off by more than the tolerance itself is as good as none', async () => {
  const vague = answering(0, (packet) => packet.writeUInt32BE(2 * 65_536, 8));
  assert.deepEqual(await client(vague).ask(HOST), { answer: 'unsynchronized' });
});

test('a kiss of death and silence are told as such', async () => {
  const denied = answering(0, (packet) => {
    packet[1] = 0;
    packet.write('DENY', 12, 'latin1');
  });
  assert.deepEqual(await client(denied).ask(HOST), { answer: 'kiss-of-death', code: 'DENY' });
  assert.deepEqual(await client(async () => undefined).ask(HOST), { answer: 'silent' });
});
