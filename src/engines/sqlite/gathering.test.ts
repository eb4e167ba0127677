// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Gathering } from './gathering.ts';

test('steps are gathered while the thread is busy, and only then', () => {
  let [now, busy] = [0, 1];
  const gathering = new Gathering(
    () => busy,
    () => now,
  );
  assert.equal(gathering.waitMs(1), 0, 'a thread that was not watched is not called busy');
  now += 100;
  assert.ok(gathering.waitMs(1) > 0);
  busy = 0.5;
  now += 99;
  assert.ok(gathering.waitMs(1) > 0, 'not looked at again yet');
  now += 1;
  assert.equal(gathering.waitMs(1), 0);
});

test('so many steps are enough', () => {
  let now = 0;
  const gathering = new Gathering(
    () => 1,
    () => now,
  );
  now = 100;
  const waits = Array.from({ length: 40 }, (_, at) => gathering.waitMs(at + 1));
  assert.ok(waits.slice(0, 15).every((wait) => wait > 0 && wait < 50));
  assert.ok(waits.slice(15).every((wait) => wait === 0));
});
