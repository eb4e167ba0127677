// SPDX-License-Identifier: EUPL-1.2
import { join } from 'node:path';
import type { CommandSurroundings } from './command-surroundings.ts';
import { configurationIn } from './configuration.ts';
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
  return folder ?? configurationIn(config, stderr)?.folder;
}
