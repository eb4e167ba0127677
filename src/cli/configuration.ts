// SPDX-License-Identifier: EUPL-1.2
import { type Config, readConfig } from '../platform/config/config.ts';
import type { CommandSurroundings } from './command-surroundings.ts';

/** The configuration in a file; undefined when it has errors, which are printed. */
export function configurationIn(file: string, stderr: CommandSurroundings['stderr']): Config | undefined {
  const reading = readConfig(file);
  if (reading.ok) return reading.config;
  for (const { path, sentence } of reading.problems)
    stderr.write(`${path === '' ? file : path}: ${sentence}\n`);
  return undefined;
}
