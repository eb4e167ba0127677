// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PassingOctets } from './passing-octets.ts';
import { ManualTimers } from './timers.ts';

const MEGABYTE = 1024 ** 2;

test('octets that passed are collected when there are many more than were left the last time', () => {
  const timers = new ManualTimers();
  let held = 40 * MEGABYTE;
  const collected: number[] = [];
  const octets = {
    heldBytes: () => held,
    dispose: () => undefined,
    collect: () => {
      collected.push(held / MEGABYTE);
      held -= 5 * MEGABYTE;
    },
  };
  using passing = new PassingOctets(timers, octets);
  const grows = (megabytes: number) => {
    held += megabytes * MEGABYTE;
    timers.advance(50);
  };
  grows(6);
  assert.deepEqual(collected, []);
  grows(1);
  assert.deepEqual(collected, [47]);
  // 42 are left; what goes by itself counts as well.
  grows(6);
  grows(-10);
  grows(6);
  assert.deepEqual(collected, [47]);
  grows(1);
  assert.deepEqual(collected, [47, 45]);
  passing[Symbol.dispose]();
  grows(100);
  assert.deepEqual(collected, [47, 45]);
});
