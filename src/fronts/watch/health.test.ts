// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FixedClock } from '../../platform/clock.ts';
import { ManualTimers } from '../../platform/timers.ts';
import { Health } from './health.ts';

test('a provider is ready when all is well, and says of each what is not', async () => {
  const clock = new FixedClock(0);
  const timers = new ManualTimers();
  let signer: string | undefined;
  let looks = 0;
  const health = new Health({
    clock,
    timers,
    checks: [
      { name: 'doors', look: () => undefined },
      {
        name: 'store',
        look: async () => {
          looks += 1;
          if (signer !== undefined) throw new Error('the store is broken');
          return undefined;
        },
      },
      { name: 'signer', look: async () => signer },
    ],
  });
  assert.equal((await health.report()).ready, true);
  signer = 'the module does not answer';
  // Who asks again at once gets the same answer.
  assert.equal((await health.report()).ready, true);
  assert.equal(looks, 1);
  clock.advance(1000);
  assert.deepEqual(await health.report(), {
    ready: false,
    checks: [
      { name: 'doors', well: true },
      { name: 'store', well: false, why: 'the store is broken' },
      { name: 'signer', well: false, why: 'the module does not answer' },
    ],
  });
  // A clock that is set back does not freeze the answer.
  signer = undefined;
  clock.advance(-3_600_000);
  assert.equal((await health.report()).ready, true);
});

test('what does not answer in time is not well', async () => {
  const timers = new ManualTimers();
  const health = new Health({
    clock: new FixedClock(0),
    timers,
    checks: [{ name: 'store', look: () => new Promise(() => undefined) }],
  });
  const report = health.report();
  timers.advance(5000);
  assert.deepEqual(await report, {
    ready: false,
    checks: [{ name: 'store', well: false, why: 'no answer within 5 s' }],
  });
});
