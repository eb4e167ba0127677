// SPDX-License-Identifier: EUPL-1.2
import { readFile } from 'node:fs/promises';
import type { Config } from '../../platform/config/config.ts';
import { readPemCertificates } from '../../trust/signing/authorities.ts';
import type { CommandSurroundings, Language } from '../command-surroundings.ts';
import { configurationIn } from '../configuration.ts';
import { DEFAULT_CONFIG_FILE } from '../usual-places.ts';
import type { SealCheckMaterial } from './seal-checks.ts';

export interface LogOptions {
  /** The provider's configuration: folder, anchors and who must have signed come from there. */
  readonly config?: string;
  readonly json?: boolean;
  readonly lang?: Language;
}

export type Streams = Pick<CommandSurroundings, 'stdout' | 'stderr'>;

/** The configuration; undefined when it has errors, which are printed. */
export function configOf(
  { config = DEFAULT_CONFIG_FILE }: LogOptions,
  stderr: Streams['stderr'],
): Config | undefined {
  return configurationIn(config, stderr);
}

/** What the seals of a provider are checked with. @throws Fault */
export async function materialOf({ trust, timestamping, provider }: Config): Promise<SealCheckMaterial> {
  const read = async (file: string) => readPemCertificates(await readFile(file, 'utf8'), file);
  return {
    anchors: await read(trust.anchorsFile),
    intermediates: trust.intermediatesFile === undefined ? [] : await read(trust.intermediatesFile),
    stampAnchors: await read(timestamping.anchorsFile ?? trust.anchorsFile),
    serviceAddress: provider.serviceAddress,
  };
}
