// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { figure, ratio, table } from './table.ts';

suite('table', () => {
  test('figures have three digits that matter, and thousands apart', () => {
    assert.deepEqual([0.012345, 1.5, 12.345, 123.4, 1_234_567].map(figure), [
      '0.0123',
      '1.5',
      '12.3',
      '123',
      '1,234,567',
    ]);
    assert.deepEqual([figure(undefined), figure(Number.NaN), figure(0)], ['-', '-', '0']);
  });

  test('a ratio without one of its sides is not made up', () => {
    assert.equal(ratio(3, 2), '1.50');
    assert.deepEqual(
      [ratio(1, 0), ratio(undefined, 1), ratio(1, undefined), ratio(Number.NaN, 1)],
      ['-', '-', '-', '-'],
    );
  });

  test('columns are as wide as their widest cell', () => {
    const text = table(['what', 'a second'], [['submission', '12'], ['x']]);
    assert.equal(
      text,
      '| what       | a second |\n| ---------- | -------: |\n| submission |       12 |\n| x          |          |\n',
    );
  });
});
