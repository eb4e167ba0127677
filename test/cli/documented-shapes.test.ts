// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { SEND_FORMAT } from '../../src/cli/send/timeline.ts';
import { TRACE_FORMAT } from '../../src/cli/trace.ts';
import { REPORT_FORMAT } from '../../src/cli/verify/report-json.ts';
import { CHECKS } from '../../src/cli/verify/verification-report.ts';
import { englishVerification } from '../../src/cli/wording/verification-en.ts';
import { italianVerification } from '../../src/cli/wording/verification-it.ts';

const ROOT = join(import.meta.dirname, '../..');
const page = readFileSync(join(ROOT, 'docs/operating/command-line.md'), 'utf8');
const golden = JSON.parse(
  readFileSync(join(import.meta.dirname, 'golden/verify-envelope-json.txt'), 'utf8'),
) as Record<string, unknown>;

/** Names of keys, those within too. */
function keysOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(keysOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...keysOf(inner)]);
}

suite('docs/operating/command-line.md', () => {
  test('names every key of the documents, every check and every kind', () => {
    const words = [...keysOf(golden), ...CHECKS, ...Object.keys(englishVerification.kinds)];
    for (const word of [...words, REPORT_FORMAT, TRACE_FORMAT, SEND_FORMAT]) {
      assert.ok(page.includes(`\`${word}\``), word);
    }
  });

  test('names every exit code', () => {
    for (const code of new Set(Object.values(EXIT))) assert.match(page, new RegExp(`^\\| ${code} \\|`, 'm'));
  });

  test('both languages explain the same reasons', () => {
    assert.deepEqual(Object.keys(italianVerification.reasons), Object.keys(englishVerification.reasons));
  });
});
