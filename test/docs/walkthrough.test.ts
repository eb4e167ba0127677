// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codesIn, isThere, linksIn, readText } from './project.ts';

interface WalkStep {
  readonly number: number;
  readonly text: string;
  readonly files: readonly string[];
}

/** The numbered steps; lines that follow belong to the step above them. */
function stepsOf(page: string): readonly WalkStep[] {
  return page
    .split(/^(?=\d+\. |#+ )/m)
    .filter((block) => /^\d+\. /.test(block))
    .map((block) => {
      const text = block.split('\n\n')[0] ?? '';
      return { number: Number.parseInt(text, 10), text, files: linksIn(text, 'docs') };
    });
}

/** What a step says that is not in its files: functions, written `name()`, and classes. */
function missingNames({ text, files }: WalkStep): readonly string[] {
  const sources = files.map(readText).join('\n');
  return codesIn(text).filter((code) => {
    const name = /^(\w+)\(\)$/.exec(code)?.[1];
    if (name !== undefined) return !new RegExp(`\\b${name}\\s*[(<:]`).test(sources);
    return /^[A-Z][a-z]+[A-Z]\w+$/.test(code) && !new RegExp(`\\b${code}\\b`).test(sources);
  });
}

const page = readText('docs/walkthrough.md');
const steps = stepsOf(page);

test('every file of the walkthrough exists', () => {
  assert.ok(steps.length > 50);
  for (const { number, files } of steps) {
    assert.ok(files.length > 0, `step ${number} names no file`);
    for (const file of files) assert.ok(isThere(file), `step ${number}: ${file} does not exist`);
  }
});

test('the steps of the walkthrough are numbered one by one', () => {
  assert.deepEqual(
    steps.map(({ number }) => number),
    steps.map((_, at) => at + 1),
  );
});

test('every function and class of the walkthrough is in its file', () => {
  for (const step of steps) assert.deepEqual(missingNames(step), [], `step ${step.number}`);
});

test('a function that moved away is seen', () => {
  const text = 'x [`a`](../src/platform/clock.ts) `noSuchFunction()` and `Clock`, `SuchClass`';
  const step = { number: 1, text, files: linksIn(text, 'docs') };
  assert.deepEqual(missingNames(step), ['noSuchFunction()', 'SuchClass']);
});

test('the events in the table of logs are those of the certification log', () => {
  const events = readText('src/evidence/certification-log/log-store.ts');
  const table = page.slice(page.indexOf('## What the logs say afterwards'));
  const named = codesIn(table);
  assert.ok(named.length > 5);
  for (const event of named) assert.ok(events.includes(`'${event}'`), event);
});
