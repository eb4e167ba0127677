// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';

const MODULE = new URL('./released-memory.ts', import.meta.url).href;
/** Makes 200 MB of garbage in pieces too small for pages of their own, between pieces that stay. */
const GARBAGE = `
  const stay = [];
  for (let at = 0; at < 4000; at++) {
    const octets = Buffer.allocUnsafeSlow(50_000).fill(1);
    if (at % 50 === 0) stay.push(octets);
  }`;

/** Runs a program in a process of its own, which ends with one line of JSON. */
function told(program: string, options: readonly string[]): unknown {
  const text = `import { collectAllGarbage, trimFreedMemory } from ${JSON.stringify(MODULE)};${program}`;
  const env = { ...process.env, MALLOC_ARENA_MAX: '1' };
  const words = [...options, '--input-type=module', '--eval', text];
  return JSON.parse(execFileSync(process.execPath, words, { encoding: 'utf8', env }));
}

test('garbage of a thread is collected, and what was freed goes back to the system', () => {
  const [before, after, trimmed] = told(
    `${GARBAGE}
     const before = process.memoryUsage.rss();
     collectAllGarbage();
     const trimmed = await trimFreedMemory();
     const after = process.memoryUsage.rss();
     console.log(JSON.stringify([before, after, trimmed, stay.length]));`,
    ['--expose-gc'],
  ) as [number, number, boolean];
  const isGlibc = process.platform === 'linux' && 'glibcVersionRuntime' in headerOfReport();
  assert.equal(trimmed, isGlibc);
  // Of what is not garbage, 4 MB, and of Node itself the rest is left.
  if (isGlibc) assert.ok(before - after > 20 * 1024 ** 2, `${before} octets before, ${after} after`);
});

test('a process that may not collect garbage at will goes on as it is', () => {
  assert.equal(told('collectAllGarbage(); console.log(JSON.stringify(typeof gc));', []), 'undefined');
});

function headerOfReport(): object {
  const { header } = process.report.getReport() as { header: object };
  return header;
}
