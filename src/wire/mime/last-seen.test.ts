// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LastSeen } from './last-seen.ts';

test('one above the limit drives out the one put in first', () => {
  const seen = new LastSeen<number>(2);
  seen.keep('a', 1);
  seen.keep('b', 2);
  seen.keep('a', 3);
  assert.deepEqual([seen.find('a'), seen.find('b'), seen.size], [3, 2, 2]);
  seen.keep('c', 4);
  assert.deepEqual([seen.find('a'), seen.find('b'), seen.find('c'), seen.size], [undefined, 2, 4, 2]);
});
