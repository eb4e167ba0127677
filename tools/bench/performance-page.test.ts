// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { keptResult, PAGE, refreshedPage } from './performance-page.ts';

const log = {
  around: { date: '2026-11-22T10:00:00.000Z', commit: 'abc', processors: '2', load: '0 0 0' },
  loadAfter: '1 1 1',
  rows: [],
  auditSeconds: 2,
  faults: 0,
  peakBytes: 1024 * 1024,
  bytesEach: 650,
};

suite('performance page', () => {
  test('its tables are those of the results that are kept', () => {
    const page = readFileSync(PAGE, 'utf8');
    assert.equal(
      refreshedPage(page, keptResult),
      page,
      'node tools/bench/performance-page.ts writes it anew',
    );
  });

  test('a table takes the place of the old one; one without result stays', () => {
    const page = `a
<!-- bench log when: begin -->
old
<!-- bench log when: end -->
<!-- bench soak table: begin -->
old
<!-- bench soak table: end -->
z
`;
    const fresh = refreshedPage(page, (name) => (name === 'log' ? log : undefined));
    assert.match(fresh, /^a\n<!-- bench log when: begin -->\n\nMeasured 2026-11-22 at commit abc: /);
    assert.match(fresh, /soak table: begin -->\nold\n<!-- bench soak table: end -->\nz\n$/);
    assert.equal(
      refreshedPage(fresh, (name) => (name === 'log' ? log : undefined)),
      fresh,
    );
  });

  test('a mark of no bench, or of no table, is an error', () => {
    const mark = (name: string) => `<!-- bench ${name}: begin -->\n<!-- bench ${name}: end -->`;
    assert.throws(() => refreshedPage(mark('nothing table'), () => log), /nothing/);
    assert.throws(() => refreshedPage(mark('log nothing'), () => log), /nothing/);
  });
});
