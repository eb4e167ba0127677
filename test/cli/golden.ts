// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Compares a text with test/cli/golden/NAME.txt, ids and fingerprints aside, which differ in each run.
 * UPDATE_GOLDEN=1 writes the file instead.
 */
export function matchesGolden(name: string, text: string): void {
  const path = join(import.meta.dirname, 'golden', `${name}.txt`);
  const stable = withoutIds(text);
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(path, stable);
  assert.ok(existsSync(path), `${path} is missing: run with UPDATE_GOLDEN=1`);
  assert.equal(stable, readFileSync(path, 'utf8'));
}

/** As long as what they stand for, so that columns stay columns. */
function withoutIds(text: string): string {
  return text
    .replace(/\b[0-9a-f]{64}\b/g, (digest) => 'SHA256'.padEnd(digest.length, '.'))
    .replace(/\b[0-9a-f]{40}\b/g, (digest) => 'SHA1'.padEnd(digest.length, '.'))
    .replace(/\b[a-z0-9]{24}(?=@)/g, (id) => 'ID'.padEnd(id.length, '.'))
    .replace(/\b[0-9a-f]{30,34}\b/g, 'SERIAL');
}
