// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT, readText } from './project.ts';

const FOLDER = 'docs/decisions';
const records = readdirSync(join(ROOT, FOLDER)).sort();

test('decision records are numbered without gaps or doubles, and headed by their number', () => {
  assert.deepEqual(
    records.map((name) => Number(name.slice(0, 4))),
    records.map((_, at) => at + 1),
  );
  for (const name of records)
    assert.ok(readText(`${FOLDER}/${name}`).startsWith(`# ${name.slice(0, 4)} `), name);
});
