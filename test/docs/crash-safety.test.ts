// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isThere, readText, tableAfter } from './project.ts';

/** A test is named by its file and the whole of its title; titles made in loops have their words in between. */
function hasTitle(source: string, title: string): boolean {
  if (source.includes(`'${title}'`)) return true;
  const templates = [...source.matchAll(/`([^`\n]*\$\{[^`\n]*)`/g)].map(([, template = '']) => template);
  return templates.some((template) => {
    const parts = template.split(/\$\{[^}]*\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    const filled = new RegExp(`^${parts.join('(.+)')}$`).exec(title);
    return filled?.slice(1).every((word) => source.includes(`'${word}'`)) ?? false;
  });
}

/** Stands for `test/crash`, which the page describes under that heading. */
const CRASH_RUNS = '[crash runs](#killed-on-purpose)';

for (const heading of [
  '## Messages',
  '## Components',
  '## When the disk fails',
  '## The rest, each with its test',
]) {
  test(`docs/crash-safety.md names tests that exist: ${heading}`, () => {
    for (const row of tableAfter(readText('docs/crash-safety.md'), heading)) {
      const [what = '', shown = ''] = [row[0], row.at(-1)];
      if (shown === CRASH_RUNS) continue;
      const [, path = '', title = ''] = /^`([^`]+)`: \*([^*]+)\*$/.exec(shown) ?? [];
      assert.ok(isThere(path), `${what}: ${path}`);
      assert.ok(hasTitle(readText(path), title), `${what}: no test of ${path} is called ${title}`);
    }
  });
}
