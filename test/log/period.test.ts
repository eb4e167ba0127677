// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDay, startOfDay } from '../../src/evidence/certification-log/log-days.ts';
import { packageLines } from '../../src/evidence/certification-log/log-package.ts';
import { type Period, recordsOf } from '../../src/evidence/certification-log/log-period.ts';
import { LogTree } from '../../src/evidence/certification-log/log-tree.ts';
import { readSeal } from '../../src/evidence/certification-log/seal.ts';
import { TreeFrontier } from '../../src/evidence/certification-log/tree-frontier.ts';
import { HOUR_MS, SealedHouse } from './sealed-house.ts';

const house = new SealedHouse();
for (const count of [700, 600, 0, 900]) {
  if (count > 0) await house.record(count);
  await house.pass(24);
}
const { store } = house;
const logs = { log: store, sealedLog: store };
const sequences = (period: Period) => [...recordsOf(logs, period)].map(({ sequence }) => sequence);
const run = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at);

test('LOG-10 a period has the records of its days, both ends included', () => {
  assert.deepEqual(sequences({}), run(1, 2200));
  assert.deepEqual(sequences({ from: '2026-11-23', to: '2026-11-23' }), run(701, 1300));
  assert.deepEqual(sequences({ from: '2026-11-23' }), run(701, 2200));
  assert.deepEqual(sequences({ to: '2026-11-23' }), run(1, 1300));
  assert.deepEqual(sequences({ from: '2026-11-24', to: '2026-11-24' }), []);
  assert.deepEqual(sequences({ from: '2027-01-01' }), []);
  assert.deepEqual(sequences({ to: '2026-01-01' }), []);
});

test('a record that stands a little out of order is in the day of its instant', async () => {
  const late = new SealedHouse();
  late.now = startOfDay('2026-11-23') - 1000;
  await late.record(1);
  await late.record(1, { instant: startOfDay('2026-11-23') + 3000 });
  await late.record(1, { instant: startOfDay('2026-11-23') - 1 });
  const days = ['2026-11-22', '2026-11-23'].map((day) => {
    const found = recordsOf({ log: late.store, sealedLog: late.store }, { from: day, to: day });
    return [...found].map(({ sequence }) => sequence);
  });
  assert.deepEqual(days, [[1, 3], [2]]);
});

test('TIME-3 a day begins at midnight in Italy, also where clocks are moved', () => {
  assert.equal(startOfDay('2026-11-22'), Date.UTC(2026, 10, 21, 23));
  assert.equal(startOfDay('2026-03-29'), Date.UTC(2026, 2, 28, 23));
  assert.equal(startOfDay('2026-03-30'), Date.UTC(2026, 2, 29, 22));
  assert.equal(startOfDay('2026-10-25') + 25 * HOUR_MS, startOfDay('2026-10-26'));
  for (const text of ['2026-02-30', '2026-13-01', '26-01-01', '2026-1-1', '', '2026-01-01T00:00Z'])
    assert.equal(isDay(text), false, text);
  assert.ok(isDay('2028-02-29'));
});

test('LOG-11 the records of each day lead from the tree before it to its sealed root', () => {
  const seals = store.listSeals(1, 10);
  assert.deepEqual(
    seals.map(({ first, size }) => [first, size]),
    [
      [1, 700],
      [701, 1300],
      [1301, 1300],
      [1301, 2200],
    ],
  );
  for (const { signed, first, size } of seals) {
    const seal = readSeal(Buffer.from(signed).subarray('signed:'.length));
    assert.ok(seal !== undefined);
    const frontier = TreeFrontier.of(new LogTree(store), first - 1);
    const lines = [...packageLines(store, { seal, frontier })];
    assert.equal(lines.length, size - first + 1);
    assert.ok(frontier.root().equals(seal.root));
    for (const [at, line] of lines.entries()) {
      const [text] = store.listRecordTexts(first + at, 1).map((record) => record.text);
      assert.equal(line, `{"sequence":${first + at},"record":${text}}\n`);
    }
    const shorter = { listRecordTexts: (from: number, limit: number) => gap(from, limit) };
    if (size > first)
      assert.throws(() => [...packageLines(shorter, { seal, frontier: new TreeFrontier() })], {
        code: 'log-incomplete',
      });
  }
});

/** The log without record 650, 1250 and 1850. */
function gap(from: number, limit: number) {
  const left = store
    .listRecordTexts(from, limit + 1)
    .filter(({ sequence }) => sequence % 600 !== 50 || sequence < 600);
  return left.slice(0, limit);
}
