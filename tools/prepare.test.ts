// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { programs } from './prepare/programs.ts';
import { installCommands, missingPrograms } from './prepare.ts';

const folder = mkdtempSync(join(tmpdir(), 'prepare-'));
after(() => rmSync(folder, { recursive: true }));

const one = { command: 'one', debianPackage: 'pack', usedFor: 'a test' };
const two = { command: 'two', debianPackage: 'pack', usedFor: 'a test' };
const three = { command: 'three', debianPackage: 'another', usedFor: 'a test' };

test('a program is there when some folder of the search path holds an executable of its name', () => {
  writeFileSync(join(folder, 'one'), '');
  chmodSync(join(folder, 'one'), 0o755);
  const searchPath = `/nowhere:${folder}:`;
  assert.deepEqual(missingPrograms([one, two, three], searchPath), [two, three]);
  assert.deepEqual(missingPrograms([one], searchPath), []);
  assert.deepEqual(missingPrograms([one], ''), [one]);
});

test('the lists are refreshed first and each package is asked for once', () => {
  assert.deepEqual(installCommands([two, three, one]), [
    ['apt-get', 'update', '-q'],
    ['apt-get', 'install', '-q', '-y', '--no-install-recommends', 'another', 'pack'],
  ]);
});

test('the table names each program once', () => {
  const commands = programs.map((program) => program.command);
  assert.equal(new Set(commands).size, commands.length);
});
