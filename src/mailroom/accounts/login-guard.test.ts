// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { FixedClock } from '../../platform/clock.ts';
import { DelayingLoginGuard } from './login-guard.ts';

const pair = { free: 2, atOnce: 1, firstWaitMs: 100, longestWaitMs: 350, refuseFrom: 6 };
const roomy = { free: 1000, atOnce: 1000, firstWaitMs: 1, longestWaitMs: 1, refuseFrom: 10_000 };
const limits = { pair, place: roomy, account: roomy, forgetMs: 1000, counters: 100 };
const attempt = { address: 'sindaco@alfa.test', peerAddress: '192.0.2.1' };

function failing(guard: DelayingLoginGuard, times: number, who = attempt): (number | undefined)[] {
  return Array.from({ length: times }, () => {
    const ticket = guard.begin(who);
    ticket.end('failed');
    return ticket.waitMs;
  });
}

suite('login guard', () => {
  test('each failure doubles the wait, up to the longest; then attempts are turned away', () => {
    const guard = new DelayingLoginGuard({ clock: new FixedClock(0), limits });
    assert.deepEqual(failing(guard, 7), [0, 0, 100, 200, 350, 350, undefined]);
  });

  test('another place, or another address, is not held responsible', () => {
    const guard = new DelayingLoginGuard({ clock: new FixedClock(0), limits });
    failing(guard, 5);
    assert.deepEqual(failing(guard, 1, { ...attempt, peerAddress: '192.0.2.2' }), [0]);
    assert.deepEqual(failing(guard, 1, { ...attempt, address: 'altri@alfa.test' }), [0]);
  });

  test('a place that sprays is slowed whatever the address, an account whatever the place', () => {
    const place = { free: 3, atOnce: 10, firstWaitMs: 70, longestWaitMs: 70, refuseFrom: 100 };
    const spraying = new DelayingLoginGuard({ clock: new FixedClock(0), limits: { ...limits, place } });
    for (const name of ['a', 'b', 'c']) failing(spraying, 1, { ...attempt, address: name });
    assert.deepEqual(failing(spraying, 1, { ...attempt, address: 'd' }), [70]);

    const account = place;
    const botnet = new DelayingLoginGuard({ clock: new FixedClock(0), limits: { ...limits, account } });
    for (const last of [1, 2, 3]) failing(botnet, 1, { ...attempt, peerAddress: `198.51.100.${last}` });
    assert.deepEqual(failing(botnet, 1, { ...attempt, peerAddress: '198.51.100.4' }), [70]);
  });

  test('of attempts at the same time all but a few count as failed until they end', () => {
    const guard = new DelayingLoginGuard({ clock: new FixedClock(0), limits });
    const tickets = Array.from({ length: 6 }, () => guard.begin(attempt));
    assert.deepEqual(
      tickets.map(({ waitMs }) => waitMs),
      [0, 0, 0, 100, 200, 350],
    );
    for (const ticket of tickets) ticket.end('not-tried');
    assert.equal(guard.begin(attempt).waitMs, 0);
  });

  test('a mail program that opens ten connections at once with the right password never waits', () => {
    const guard = new DelayingLoginGuard({ clock: new FixedClock(0) });
    for (let round = 0; round < 3; round++) {
      const tickets = Array.from({ length: 10 }, () => guard.begin(attempt));
      assert.ok(tickets.every(({ waitMs }) => waitMs === 0));
      for (const ticket of tickets) ticket.end('succeeded');
    }
  });

  test('a success forgets the pair, time forgets everything', () => {
    const clock = new FixedClock(0);
    const guard = new DelayingLoginGuard({ clock, limits });
    failing(guard, 3);
    guard.begin(attempt).end('succeeded');
    assert.deepEqual(failing(guard, 3), [0, 0, 100]);
    clock.advance(1000);
    assert.deepEqual(failing(guard, 3), [0, 0, 100]);
  });

  test('the counters are bounded: one above the limit pushes the oldest out', () => {
    const guard = new DelayingLoginGuard({ clock: new FixedClock(0), limits: { ...limits, counters: 3 } });
    failing(guard, 5);
    failing(guard, 1, { address: 'altri@alfa.test', peerAddress: '192.0.2.9' });
    assert.deepEqual(failing(guard, 1), [0]);
  });
});
