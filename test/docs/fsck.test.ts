// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codesIn, readText, sourceFiles, tableAfter } from './project.ts';

test('docs/operating/backup.md lists every finding of fsck, and no other', () => {
  const checks = sourceFiles().filter((path) =>
    /sqlite\/check\/|points\/invariants|store-examination/.test(path),
  );
  assert.ok(checks.length > 5);
  const found = checks.flatMap((path) => [...readText(path).matchAll(/code: '([\w-]+)'/g)]);
  const known = new Set(found.map(([, code = '']) => code));
  const rows = tableAfter(readText('docs/operating/backup.md'), '## fsck');
  const listed = rows.flatMap(([names = '']) => codesIn(names));
  assert.deepEqual(listed.sort(), [...known].sort());
});
