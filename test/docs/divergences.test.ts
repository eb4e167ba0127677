// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codesIn, isThere, readText, tableAfter } from './project.ts';

const page = readText('docs/divergences.md');
const rows = tableAfter(page, '## Open points of the specification');

test('docs/divergences.md answers every open point of the specification, in order', () => {
  const open = [...readText('spec/pec.md').matchAll(/^\| (U-\d+) \|/gm)].map((match) => match[1]);
  assert.ok(open.length > 20);
  assert.deepEqual(
    rows.map(([point = '']) => point.split(' ')[0]),
    open,
  );
});

test('every file that docs/divergences.md and docs/crash-safety.md name exists', () => {
  const named = [page, readText('docs/crash-safety.md')]
    .flatMap(codesIn)
    .filter((code) => /^(src|test)\//.test(code));
  assert.ok(named.length > 25);
  assert.deepEqual(
    named.filter((path) => !isThere(path)),
    [],
  );
});
