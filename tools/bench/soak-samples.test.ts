// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flatnessTable, judgeFlatness, type Sample, sampleTable } from './soak-samples.ts';

const MB = 1024 * 1024;

function samples(of: (at: number) => Partial<Sample>): Sample[] {
  return Array.from({ length: 50 }, (_, at) => ({
    seconds: at * 10,
    memoryBytes: 200 * MB,
    files: 40,
    queue: 8,
    records: at * 100,
    ...of(at),
  }));
}

const verdicts = (of: (at: number) => Partial<Sample>) =>
  judgeFlatness(samples(of)).flatMap(({ what, flat }) => (flat ? [] : [what]));

test('what goes up and down, or fills up once, is flat', () => {
  assert.deepEqual(
    verdicts((at) => ({ memoryBytes: (at < 8 ? 100 : 200 + (at % 7) * 10) * MB, queue: (at * 13) % 40 })),
    [],
  );
});

test('what grows all the time is not flat, each thing for itself', () => {
  assert.deepEqual(
    verdicts((at) => ({ memoryBytes: (200 + at * 4) * MB })),
    ['memory'],
  );
  assert.deepEqual(
    verdicts((at) => ({ files: 40 + at })),
    ['files'],
  );
  assert.deepEqual(
    verdicts((at) => ({ queue: at * 12 })),
    ['queue'],
  );
});

test('the tables name every provider and say who grows', () => {
  const by = new Map([
    ['alfa', samples(() => ({}))],
    ['beta', samples((at) => ({ files: 40 + at }))],
  ]);
  assert.match(sampleTable(by), /alfa MB.*beta MB/);
  const { text, flat } = flatnessTable(by);
  assert.equal(flat, false);
  assert.match(text, /beta: files .* GROWS/);
  assert.equal(text.match(/GROWS/g)?.length, 1);
});
