// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { judgeTime } from './time-verdict.ts';

const from = (...offsets: number[]) =>
  offsets.map((offsetMs, number) => ({ server: `s${number}`, offsetMs, delayMs: 10 }));

test('TIME-2: one second is right, and a millisecond more is wrong, whichever way', () => {
  for (const sign of [1, -1]) {
    assert.equal(judgeTime(from(1000 * sign), 1000).verdict, 'right');
    assert.equal(judgeTime(from(1001 * sign), 1000).verdict, 'wrong');
  }
});

test('TIME-2: a server that lies is outvoted', () => {
  assert.deepEqual(judgeTime(from(5, 7, 90_000), 1000), { verdict: 'right', offsetMs: 7, answered: 3 });
  assert.equal(judgeTime(from(5000, 5100, 0), 1000).verdict, 'wrong');
});

test('TIME-2: servers that contradict one another prove nothing', () => {
  assert.deepEqual(judgeTime(from(0, 5000), 1000), { verdict: 'disagreeing', answered: 2 });
  assert.equal(judgeTime(from(0, 5000, -5000), 1000).verdict, 'disagreeing');
});

test('TIME-2: an answer under way for longer than the tolerance proves nothing', () => {
  const slow = { server: 's', offsetMs: 0, delayMs: 1001 };
  assert.deepEqual(judgeTime([slow], 1000), { verdict: 'silent' });
  assert.deepEqual(judgeTime([], 1000), { verdict: 'silent' });
});

test('TIME-2: fewer liars than half of those that answer never make a wrong clock right', () => {
  const offset = fc.integer({ min: -100_000, max: 100_000 });
  fc.assert(
    fc.property(fc.integer({ min: 2000, max: 50_000 }), fc.array(offset, { maxLength: 4 }), (error, lies) => {
      const honest = Array.from({ length: lies.length + 1 }, () => error);
      const { verdict } = judgeTime(from(...lies, ...honest), 1000);
      assert.notEqual(verdict, 'right');
    }),
  );
});
