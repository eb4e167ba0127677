// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codesIn, readText, sourceFiles } from './project.ts';

/** Files that make faults of codes they are given, and where those codes are written down. */
const GIVEN_CODES: ReadonlyMap<string, RegExp> = new Map([
  // As they cross threads: made elsewhere.
  ['src/engines/sqlite/packed-step.ts', /(?!)/g],
  // As they cross processes.
  ['src/trust/hardware-keys/token-link.ts', /(?!)/g],
  ['src/engines/step-faults.ts', /^ {2}\| '([\w-]+)'/gm],
  ['src/mailroom/queue/peer-connection.ts', /'(peer-[\w-]+)'/g],
]);

/** Codes of all faults that the source makes, with what it says of `temporary` where that is a literal. */
function faultsInSource(): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  const add = (code: string, temporary?: string) => {
    const known = found.get(code) ?? new Set();
    found.set(code, temporary === undefined ? known : known.add(temporary));
  };
  for (const path of sourceFiles()) {
    const source = readText(path);
    for (const match of source.matchAll(/new Fault\(\s*(?:'([\w-]+)'|(\w+))|super\(\s*'([\w-]+)'/g)) {
      const code = match[1] ?? match[3];
      if (code === undefined) assert.ok(GIVEN_CODES.has(path), `${path} makes faults of ${match[2]}`);
      else add(code, /temporary: (true|false)/.exec(source.slice(match.index, match.index + 600))?.[1]);
    }
    for (const [, code = ''] of source.matchAll(/\bstepFault\(\s*'([\w-]+)'/g)) add(code, 'false');
    for (const [, code = ''] of source.matchAll(GIVEN_CODES.get(path) ?? /(?!)/g)) add(code);
  }
  return found;
}

const rows = new Map(
  readText('docs/operating/faults.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => {
      const [, code = '', again = ''] = line.split('|');
      return [codesIn(code)[0] ?? '', again.trim()] as const;
    }),
);
const faults = faultsInSource();

test('docs/operating/faults.md lists every fault of the source, and no other', () => {
  assert.ok(faults.size > 40);
  assert.deepEqual([...rows.keys()].sort(), [...faults.keys()].sort());
});

test('docs/operating/faults.md tells which faults are temporary', () => {
  for (const [code, temporary] of faults) {
    // One code may be both: its row explains.
    if (temporary.size === 1) assert.equal(rows.get(code), temporary.has('true') ? 'yes' : 'no', code);
  }
});
