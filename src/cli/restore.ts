// SPDX-License-Identifier: EUPL-1.2
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { examineStore } from '../composition/store-examination.ts';
import { restoreStore } from '../engines/sqlite/backup/store-restore.ts';
import type { CommandSurroundings } from './command-surroundings.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { printFinding, printSum } from './fsck.ts';
import { type ProviderPlace, providerFolder } from './provider-folder.ts';

export interface RestoreOptions extends ProviderPlace {
  readonly from: string;
  readonly evenDamaged?: boolean;
}

/** A store that is damaged does not get its name. */
class Damaged extends Error {}

/**
 * `ceralacca restore SRC FOLDER`: a store in a provider's folder that has none, made of a backup, looked at by fsck
 * before it is there. Ends with 1 when it is damaged; it is left beside its place then. @throws Fault
 */
export async function restore(
  { from, evenDamaged = false, ...place }: RestoreOptions,
  { stdout, stderr, clock }: Pick<CommandSurroundings, 'stdout' | 'stderr' | 'clock'>,
): Promise<ExitCode> {
  const folder = providerFolder(place, stderr);
  if (folder === undefined) return EXIT.bad;
  const sum = { damaged: 0, passing: 0 };
  const examine = async (restored: string) => {
    for await (const finding of examineStore({ folder: restored })) {
      sum[finding.passing ? 'passing' : 'damaged'] += 1;
      stdout.write(`${printFinding(finding)}\n`);
    }
    stdout.write(`${printSum(sum.damaged, sum.passing)}\n`);
    if (sum.damaged > 0 && !evenDamaged) throw new Damaged();
  };
  const store = join(folder, 'store');
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const options = { from, folder: store, now: () => clock.now(), examine, evenDamaged };
    const { takenAt } = await restoreStore(options);
    stdout.write(`${store}: the store as of ${takenAt}; mail programs will read their folders anew\n`);
    return sum.damaged === 0 ? EXIT.good : EXIT.bad;
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    stderr.write(`${store}.restoring: what was restored is damaged; --even-damaged takes it all the same\n`);
    return EXIT.bad;
  }
}
