// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { attributeHeap, attributeTime, type CpuProfile } from './profile-attribution.ts';
import { attributionText } from './profile-report.ts';

const frame = (functionName: string, url = '') => ({ functionName, url });
const SRC = 'file:///srv/ceralacca/src';

/** `commit` calls `run` of a package, which calls native code; beside it the collector, idling and Node.js. */
const profile: CpuProfile = {
  nodes: [
    { id: 1, callFrame: frame('(root)'), children: [2, 5, 6, 7] },
    { id: 2, callFrame: frame('commit', `${SRC}/engines/sqlite/writer/writer-thread.ts`), children: [3] },
    { id: 3, callFrame: frame('run', 'file:///srv/ceralacca/node_modules/@x/y/lib/a.js'), children: [4] },
    { id: 4, callFrame: frame('exec') },
    { id: 5, callFrame: frame('(garbage collector)') },
    { id: 6, callFrame: frame('(idle)') },
    { id: 7, callFrame: frame('poll', 'node:internal/timers') },
  ],
  startTime: 1000,
  samples: [2, 3, 4, 4, 5, 6, 7],
  timeDeltas: [10, 20, 30, 40, 50, 60, 70],
};

suite('profiles', () => {
  test('self time goes to the nearest frame in src, and where it was spent is told apart', () => {
    const found = attributeTime(profile);
    assert.equal(found.total, 220);
    assert.equal(found.idle, 60);
    assert.equal(found.thread, 'writer-thread.ts');
    assert.deepEqual(
      [...found.byMember],
      [
        ['engines/sqlite', 100],
        ['(garbage collector)', 50],
        ['(node)', 70],
      ],
    );
    assert.equal(found.byFunction.get('engines/sqlite/writer/writer-thread.ts commit'), 100);
    assert.deepEqual(Object.fromEntries(found.byOrigin), {
      'the sources': 10,
      'package @x/y': 20,
      'native code': 70,
      '(garbage collector)': 50,
      'Node.js, its JavaScript': 70,
    });
  });

  test('with spans only what lies in them counts', () => {
    const found = attributeTime(profile, [{ what: 'a', from: 1030, to: 1100 }]);
    // The samples are at 1010, 1030, 1060, 1100, 1150, 1210 and 1280.
    assert.equal(found.total, 20 + 30 + 40);
    assert.equal(found.idle, 0);
  });

  test('what is held goes to who asked for it', () => {
    const leaf = { callFrame: frame('Buffer', 'node:buffer'), selfSize: 7, children: [] };
    const middle = { callFrame: frame('take', `${SRC}/wire/mime/octets.ts`), selfSize: 3, children: [leaf] };
    const found = attributeHeap({ head: { callFrame: frame('(root)'), selfSize: 0, children: [middle] } });
    assert.deepEqual([...found.byMember], [['wire/mime', 10]]);
    assert.deepEqual([...found.byFile], [['wire/mime/octets.ts', 10]]);
  });

  test('a report shows the largest shares first, and no more lines than asked for', () => {
    const text = attributionText('alfa, main thread', {
      attribution: attributeTime(profile),
      terms: { rows: 2, functions: false },
      unit: { name: 'microseconds', size: 1 },
    });
    assert.match(text, /^## alfa, main thread: 220.00 microseconds, idle 60.00 microseconds\n/);
    const [first = ''] = text.split('\n\n').slice(1);
    const lines = first.trim().split('\n').slice(2);
    assert.deepEqual(
      lines.map((line) => line.split('|')[1]?.trim()),
      ['engines/sqlite', '(node)'],
    );
    assert.match(lines[0] ?? '', /45.5 %/);
  });
});
