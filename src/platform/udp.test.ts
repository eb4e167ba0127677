// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import { systemMonotonic } from './monotonic.ts';
import { systemTimers } from './timers.ts';
import { askByUdp } from './udp.ts';

const ask = askByUdp({ timers: systemTimers, monotonic: systemMonotonic });

/** Answers each datagram with those the test gives. */
async function echo(answers: (request: Buffer) => readonly Buffer[]) {
  const socket = createSocket('udp4');
  socket.on('message', (request, { port, address }) => {
    for (const datagram of answers(request)) socket.send(datagram, port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { port: socket.address().port, [Symbol.dispose]: () => socket.close() };
}

test('a question is answered by the datagram that fits; others are passed over', async () => {
  using server = await echo((request) => [Buffer.from('noise'), request]);
  const answer = await ask({
    host: '127.0.0.1',
    port: server.port,
    request: Buffer.from('who'),
    timeoutMs: 5000,
    isAnswer: (datagram) => datagram.toString() === 'who',
  });
  assert.equal(answer?.datagram.toString(), 'who');
  assert.ok(answer.receivedMs >= answer.sentMs);
});

test('noise without end is not listened to, and silence ends in time', async () => {
  const noise = Array.from({ length: 100 }, () => Buffer.from('noise'));
  using noisy = await echo(() => noise);
  using silent = await echo(() => []);
  for (const { port } of [noisy, silent]) {
    const question = { host: '127.0.0.1', port, request: Buffer.from('who'), timeoutMs: 100 };
    assert.equal(await ask({ ...question, isAnswer: () => false }), undefined);
  }
});

test('a host that is not there, by name or by port, does not answer', async () => {
  const request = Buffer.from('who');
  const isAnswer = () => true;
  assert.equal(await ask({ host: 'time.invalid', port: 123, request, timeoutMs: 2000, isAnswer }), undefined);
  const closed = await echo(() => []);
  closed[Symbol.dispose]();
  assert.equal(
    await ask({ host: '127.0.0.1', port: closed.port, request, timeoutMs: 2000, isAnswer }),
    undefined,
  );
});
