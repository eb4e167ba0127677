// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { median, percentile } from './statistics.ts';

suite('statistics', () => {
  test('a percentile is a value that occurred, whatever the order', () => {
    const hundred = Array.from({ length: 100 }, (_, at) => 100 - at);
    assert.equal(percentile(hundred, 0.5), 50);
    assert.equal(percentile(hundred, 0.99), 99);
    assert.equal(percentile(hundred, 1), 100);
    assert.equal(percentile([7], 0.01), 7);
    assert.deepEqual(percentile([], 0.5), Number.NaN);
  });

  test('the median of an even number is between the middle two; numbers are not compared as text', () => {
    assert.equal(median([10, 9, 100]), 10);
    assert.equal(median([4, 1, 3, 2]), 2.5);
    assert.deepEqual(median([]), Number.NaN);
  });
});
