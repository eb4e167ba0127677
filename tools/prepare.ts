// SPDX-License-Identifier: EUPL-1.2
/**
 * Makes sure that the programs of Debian which the tests compare us with are there: installs the
 * missing ones when run by root, and says how to otherwise. Does nothing when none is missing.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Program, programs } from './prepare/programs.ts';

/** Where servers are; not in the search path of everybody. */
const SERVER_FOLDERS = ['/usr/sbin', '/sbin'];

/** The programs of the table that no folder of the search path holds, nor one of those where servers are. */
export function missingPrograms(table: readonly Program[], searchPath: string): Program[] {
  const folders = [...searchPath.split(delimiter), ...SERVER_FOLDERS].filter((folder) => folder !== '');
  return table.filter((program) => !folders.some((folder) => isExecutable(join(folder, program.command))));
}

/** Commands that install packages, in order, as arguments for a spawn. */
export function installCommands(missing: readonly Program[]): string[][] {
  const packages = [...new Set(missing.map((program) => program.debianPackage))].sort();
  return [
    ['apt-get', 'update', '-q'],
    ['apt-get', 'install', '-q', '-y', '--no-install-recommends', ...packages],
  ];
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function install(commands: readonly string[][]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return commands.every(([command = '', ...parameters]) => {
    const { status } = spawnSync(command, parameters, { stdio: ['ignore', 2, 2], env });
    return status === 0;
  });
}

function run(): number {
  const searchPath = process.env.PATH ?? '';
  const missing = missingPrograms(programs, searchPath);
  if (missing.length === 0) return 0;
  for (const { command, usedFor } of missing)
    process.stderr.write(`prepare: ${command} is missing (${usedFor})\n`);
  const commands = installCommands(missing);
  const mayInstall = process.getuid?.() === 0 && missingPrograms([APT_GET], searchPath).length === 0;
  if (mayInstall && install(commands) && missingPrograms(programs, searchPath).length === 0) return 0;
  const spelled = commands.map((words) => `sudo ${words.join(' ')}`).join(' && ');
  process.stderr.write(`prepare: the tests need them; on Debian or Ubuntu run\n    ${spelled}\n`);
  return 1;
}

const APT_GET: Program = { command: 'apt-get', debianPackage: 'apt', usedFor: 'installing' };

if (import.meta.main) process.exitCode = run();
