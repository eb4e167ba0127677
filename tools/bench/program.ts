// SPDX-License-Identifier: EUPL-1.2
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { RESULTS } from './bench-folder.ts';

const PROJECT = join(import.meta.dirname, '../..');
/** Below the project, where its packages are found. */
const FOLDER = join(RESULTS, 'program');
const SOURCES = join(PROJECT, 'src/main.ts');

let built: string | undefined;

/**
 * What is measured: the program as its package has it. Run from the sources, every thread would hold what strips types,
 * some 15 MB that no operator has. Profiles are of the sources all the same, so that frames have their places.
 */
export function measuredProgram({ profiled }: { readonly profiled: boolean }): string {
  if (profiled || process.env.NODE_OPTIONS?.includes('--perf-') === true) return SOURCES;
  built ??= build();
  return built;
}

function build(): string {
  const words = ['-p', join(PROJECT, 'tsconfig.build.json'), '--outDir', FOLDER, '--declaration', 'false'];
  execFileSync(join(PROJECT, 'node_modules/.bin/tsc'), words, { stdio: 'inherit' });
  return join(FOLDER, 'main.js');
}
