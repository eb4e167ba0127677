// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  layRows,
  layTable,
  printable,
  printInstant,
  printSize,
  printTimeOfDay,
  wrap,
} from './text-layout.ts';

suite('text for people', () => {
  test('SEC-14 what others wrote cannot act on a terminal', () => {
    assert.equal(printable('a\x1b[2Jb\r\nc\u202ed\x9be'), 'a·[2Jb··c·d·e');
    assert.equal(printable('x'.repeat(600)), `${'x'.repeat(500)}...`);
    assert.equal(printable('Perché «no»'), 'Perché «no»');
  });

  test('TIME-3 TIME-6 instants are shown in the legal time of Italy', () => {
    const summer = Date.UTC(2026, 6, 1, 10, 0, 0, 7);
    assert.equal(printInstant(summer), '01/07/2026 12:00:00 (+0200)');
    assert.equal(printTimeOfDay(summer), '12:00:00.007');
  });

  test('sizes', () => {
    const sizes = [820, 1024, 1536, 5 * 1024 ** 2].map((size) => printSize(size));
    assert.deepEqual(sizes, ['820 byte', '1,0 KB', '1,5 KB', '5,0 MB']);
    assert.equal(printSize(1536, '.'), '1.5 KB');
  });

  test('rows share a column; empty ones go, long ones are wrapped, long words stay whole', () => {
    const long = `${'parola '.repeat(14)}${'x'.repeat(90)}`;
    const lines = layRows([
      ['a', '1'],
      ['senza', ''],
      ['nome', ['2', '3']],
      ['testo', long],
    ]);
    assert.deepEqual(lines, [
      '  a      1',
      '  nome   2',
      '         3',
      `  testo  ${'parola '.repeat(11).trim()}`,
      `         ${'parola '.repeat(3).trim()}`,
      `         ${'x'.repeat(90)}`,
    ]);
  });

  test('tables: columns as wide as they must be, no blanks at the end', () => {
    const rows = [
      ['x', '', 'a'],
      ['xyz', 'b', 'molto lungo'],
    ];
    const lines = ['q  chi  che', '---  ---  ---', 'x         a', 'xyz  b    molto lungo'];
    assert.deepEqual(layTable(['q', 'chi', 'che'], rows), ['q    chi  che', ...lines.slice(1)]);
  });

  test('wrapping keeps every word', () => {
    const text = 'uno due tre quattro';
    assert.deepEqual(wrap(text, 8), ['uno due', 'tre', 'quattro']);
    assert.deepEqual(wrap('', 8), ['']);
  });
});
