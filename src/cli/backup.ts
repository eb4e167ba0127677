// SPDX-License-Identifier: EUPL-1.2
import { join } from 'node:path';
import { backUpStore } from '../engines/sqlite/backup/store-backup.ts';
import { holdsStore } from '../engines/sqlite/stored-records.ts';
import type { CommandSurroundings } from './command-surroundings.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { printFinding } from './fsck.ts';
import { type ProviderPlace, providerFolder } from './provider-folder.ts';

export interface BackupOptions extends ProviderPlace {
  readonly to: string;
  readonly link?: boolean;
}

/**
 * `ceralacca backup DEST`: one moment of a store, taken beside the running provider. Ends with 1 when large messages of
 * the store itself are damaged: the backup has them as they are. @throws Fault
 */
export async function backup(
  { to, link = false, ...place }: BackupOptions,
  { stdout, stderr, clock }: Pick<CommandSurroundings, 'stdout' | 'stderr' | 'clock'>,
): Promise<ExitCode> {
  const folder = providerFolder(place, stderr);
  if (folder === undefined) return EXIT.bad;
  const store = holdsStore(folder) ? folder : join(folder, 'store');
  const now = () => clock.now();
  const { takenAt, databaseBytes, brought, known, bytes, findings } = await backUpStore({
    folder: store,
    to,
    now,
    link,
  });
  for (const finding of findings) stderr.write(`${printFinding(finding)}\n`);
  const moment = new Date(takenAt).toISOString();
  const blobs = `${brought + known} large messages of ${megabytes(bytes)} MB, ${brought} of them new`;
  stdout.write(`${to}: the store as of ${moment}: ${megabytes(databaseBytes)} MB, ${blobs}\n`);
  stdout.write(
    'keys, certificates and configuration are not in it, nor the provider index: keep them as well\n',
  );
  return findings.length === 0 ? EXIT.good : EXIT.bad;
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}
