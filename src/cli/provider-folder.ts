// SPDX-License-Identifier: EUPL-1.2
import { join } from 'node:path';
import { readConfig } from '../platform/config/config.ts';
import type { CommandSurroundings } from './command-surroundings.ts';
import { DEFAULT_CONFIG_FILE } from './usual-places.ts';

/** Where a provider keeps its store. */
export function storeFolder(folder: string): string {
  return join(folder, 'store');
}

export interface ProviderPlace {
  /** A provider's folder. */
  readonly folder?: string;
  /** The provider's configuration, where no folder is named. */
  readonly config?: string;
}

/** The folder that is named, or that the configuration names; undefined when that has errors, which are printed. */
export function providerFolder(
  { folder, config = DEFAULT_CONFIG_FILE }: ProviderPlace,
  stderr: CommandSurroundings['stderr'],
): string | undefined {
  if (folder !== undefined) return folder;
  const reading = readConfig(config);
  if (reading.ok) return reading.config.folder;
  for (const { path, sentence } of reading.problems)
    stderr.write(`${path === '' ? config : path}: ${sentence}\n`);
  return undefined;
}
