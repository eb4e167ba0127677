// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { COMMIT_POINT_CHANNEL, COMMIT_POINTS, passCommitPoint } from '../../src/platform/commit-points.ts';

const ROOT = join(import.meta.dirname, '../..');
const names = Object.keys(COMMIT_POINTS);

suite('commit points', () => {
  test('each is passed somewhere in the code', () => {
    const passed = new Set<string>();
    for (const file of globSync('src/**/*.ts', { cwd: ROOT })) {
      const source = readFileSync(join(ROOT, file), 'utf8');
      for (const [, name = ''] of source.matchAll(/\bpassCommitPoint\('([^']+)'\)/g)) passed.add(name);
    }
    assert.deepEqual([...passed].sort(), [...names].sort());
  });

  test('docs/crash-safety.md shows each with what is half done there', () => {
    const page = readFileSync(join(ROOT, 'docs/crash-safety.md'), 'utf8');
    for (const [name, sentence] of Object.entries(COMMIT_POINTS))
      assert.ok(page.includes(`| \`${name}\` | ${sentence} |`), name);
  });

  test('a listener is told before the call returns, and nobody when nobody listens', () => {
    const heard: unknown[] = [];
    const listen = (point: unknown): void => {
      heard.push(point);
    };
    passCommitPoint('group-committed');
    subscribe(COMMIT_POINT_CHANNEL, listen);
    passCommitPoint('group-committed');
    assert.deepEqual(heard, ['group-committed']);
    unsubscribe(COMMIT_POINT_CHANNEL, listen);
    passCommitPoint('group-begun');
    assert.deepEqual(heard, ['group-committed']);
  });
});
