// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { messageTransitions, receivedTransitions, type Transition, trackedTransitions } from './lifecycle.ts';

const tables: readonly Readonly<Record<string, Transition>>[] = [
  messageTransitions,
  trackedTransitions,
  receivedTransitions,
];

suite('lifecycle', () => {
  test('LOG-1 every transition writes a record, and every emission that has one of its own another', () => {
    for (const [name, { record, emits }] of tables.flatMap((table) => Object.entries(table))) {
      assert.notEqual(record, '', name);
      assert.notEqual(emits?.record, record, name);
    }
  });

  test('DP-24 at the receiving provider each end is reached from the beginning only', () => {
    const { deliver, fail, wrap } = receivedTransitions;
    for (const end of [deliver, fail, wrap]) assert.deepEqual(end.from, ['received']);
    assert.deepEqual([deliver, fail, wrap].map(({ to }) => to).sort(), [
      'anomaly',
      'delivered',
      'not-delivered',
    ]);
  });

  test('IP-20 at the sending provider nothing comes after an end but what was late', () => {
    const ends = ['delivered', 'not-delivered', 'virus'];
    for (const [name, { from }] of Object.entries(trackedTransitions)) {
      for (const end of ends) assert.ok(!from.some((state) => state === end), `${name} from ${end}`);
    }
  });
});
