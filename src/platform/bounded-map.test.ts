// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BoundedMap } from './bounded-map.ts';

test('what is asked for stays, and no more than the limit is held', () => {
  const map = new BoundedMap<number, string>(10);
  map.set(0, 'zero');
  for (let key = 1; key <= 1000; key++) {
    map.set(key, `${key}`);
    assert.equal(map.get(0), 'zero');
    assert.ok(map.size <= 10, `${map.size} held`);
  }
  assert.equal(map.get(1000), '1000');
  assert.equal(map.get(500), undefined);
});

test('what was deleted or put anew is not found as it was', () => {
  const map = new BoundedMap<string, number>(4);
  map.set('a', 1);
  map.set('b', 2);
  map.set('a', 3);
  map.delete('b');
  assert.deepEqual([map.get('a'), map.get('b'), map.size], [3, undefined, 1]);
  map.clear();
  assert.deepEqual([map.get('a'), map.size], [undefined, 0]);
});
