// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { UidSet } from './uid-set.ts';

const uids = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 40 });
const sorted = (set: Iterable<number>): number[] => [...new Set(set)].sort((a, b) => a - b);

test('UidSet behaves as a sorted set of numbers', () => {
  fc.assert(
    fc.property(uids, uids, (a, b) => {
      const [setA, setB] = [UidSet.of(a), UidSet.of(b)];
      const [modelA, modelB] = [sorted(a), sorted(b)];
      assert.deepEqual([...setA], modelA);
      assert.equal(setA.size, modelA.length);
      assert.deepEqual([...setA.union(setB)], sorted([...a, ...b]));
      assert.deepEqual(
        [...setA.intersect(setB)],
        modelA.filter((uid) => modelB.includes(uid)),
      );
      assert.deepEqual(
        [...setA.minus(setB)],
        modelA.filter((uid) => !modelB.includes(uid)),
      );
      assert.equal(setA.equals(setB), modelA.join() === modelB.join());
      assert.equal(setA.lowest, modelA[0] ?? 0);
      assert.equal(setA.highest, modelA.at(-1) ?? 0);
    }),
  );
});

test('UidSet maps places to UIDs and back', () => {
  fc.assert(
    fc.property(uids, fc.integer({ min: -2, max: 63 }), fc.integer({ min: 0, max: 50 }), (a, n, to) => {
      const set = UidSet.of(a);
      const model = sorted(a);
      assert.equal(set.at(n), n < 0 ? undefined : model[n]);
      assert.equal(set.indexOf(n), model.indexOf(n));
      assert.equal(set.has(n), model.includes(n));
      assert.equal(set.countBelow(n), model.filter((uid) => uid < n).length);
      assert.deepEqual([...set.slice(Math.max(0, n), to)], model.slice(Math.max(0, n), to));
    }),
  );
});

test('UidSet writes and takes ranges', () => {
  assert.equal(UidSet.of([5, 1, 2, 3, 9, 10]).toString(), '1:3,5,9:10');
  assert.equal(
    UidSet.ofRanges([
      { first: 4, last: 9 },
      { first: 1, last: 5 },
    ]).toString(),
    '1:9',
  );
  assert.equal(UidSet.ofRanges([{ first: 7, last: Number.POSITIVE_INFINITY }]).toString(), '7:4294967295');
  assert.equal(UidSet.EMPTY.toString(), '');
});
