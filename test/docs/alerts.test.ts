// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codesIn, readText, sourceFiles } from './project.ts';

/** Where codes stand apart from where they are raised. */
const GIVEN_CODES: ReadonlyMap<string, RegExp> = new Map([
  ['src/composition/trust.ts', /^ {4}code: '([\w-]+)',$/gm],
  ['src/composition/storing.ts', /'(store-writer-[\w-]+)'/g],
]);

/** Codes of all alerts that the source raises. */
function alertsInSource(): ReadonlySet<string> {
  const found = new Set<string>();
  for (const path of sourceFiles()) {
    const source = readText(path);
    const given = GIVEN_CODES.get(path);
    for (const match of source.matchAll(/\balerts\s*\.raise\(\{([^}]*)/g)) {
      const code = /\bcode: '([\w-]+)'/.exec(match[1] ?? '')?.[1];
      if (code !== undefined) found.add(code);
      else assert.ok(given, `${path} raises alerts of a code that cannot be read`);
    }
    if (given !== undefined) for (const [, code = ''] of source.matchAll(given)) found.add(code);
  }
  return found;
}

const rows = readText('docs/operating/alerts.md')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => cell.trim()));

test('docs/operating/alerts.md lists every alert of the source, in order, and no other', () => {
  const codes = alertsInSource();
  assert.ok(codes.size > 12, [...codes].join());
  assert.deepEqual(
    rows.map(([, code = '']) => codesIn(code)[0] ?? ''),
    [...codes].sort(),
  );
});

test('docs/operating/alerts.md says of each what happened, what it stops and what to do', () => {
  for (const [, code, ...cells] of rows) {
    assert.equal(cells.slice(0, 3).filter((cell) => cell.length > 5).length, 3, code);
  }
});
