// SPDX-License-Identifier: EUPL-1.2
import { writeFile } from 'node:fs/promises';
import { OwnRecord } from '../composition/publishing.ts';
import { openSigner } from '../composition/signing.ts';
import { completed } from '../composition/surroundings.ts';
import { silentJournal } from '../platform/journal.ts';
import type { CommandSurroundings } from './command-surroundings.ts';
import { configurationIn } from './configuration.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

export interface IndexRecordOptions {
  readonly config: string;
  /** File to write. */
  readonly to: string;
}

/**
 * `ceralacca index-record`: writes our own signed record, for who has to bring it the first time: a provider does not
 * start before the index knows it. @throws Fault when key or certificates cannot be used
 */
export async function writeIndexRecord(
  { config: file, to }: IndexRecordOptions,
  { stdout, stderr, clock, ids }: CommandSurroundings,
): Promise<ExitCode> {
  const config = configurationIn(file, stderr);
  if (config === undefined) return EXIT.bad;
  await using stack = new AsyncDisposableStack();
  const around = completed({ journal: silentJournal, clock, ids });
  const signer = await openSigner(config, { around, stack });
  const record = await OwnRecord.open(config, { signer, clock });
  await writeFile(to, await record.file());
  stdout.write(`${to}\n`);
  return EXIT.good;
}
