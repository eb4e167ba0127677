// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importTable } from '../../tools/tidy/import-table.ts';
import { PAGE, refreshed } from './import-table-page.ts';
import { codesIn, isThere, readText } from './project.ts';

test('docs/architecture.md shows the import table that tidy holds', () => {
  const page = readText(PAGE);
  const hint = 'run: node test/docs/import-table-page.ts';
  assert.ok(page === refreshed(page, importTable), `the tables of ${PAGE} are out of date; ${hint}`);
});

test('a group that changes is seen', () => {
  const page = readText(PAGE);
  const { wire, ...others } = importTable.groups;
  assert.ok(wire !== undefined && page !== refreshed(page, { ...importTable, groups: others }));
});

test('every file that docs/architecture.md names exists', () => {
  const named = codesIn(readText(PAGE)).filter((code) => /^(src|docs|test|tools|spec)\/[\w./-]+$/.test(code));
  assert.ok(named.length > 5);
  assert.deepEqual(
    named.filter((path) => !isThere(path)),
    [],
  );
});
