// SPDX-License-Identifier: EUPL-1.2
import { NO_ANTIVIRUS } from '../composition/scanning.ts';
import { GivingBack, memoryOfProcess } from '../platform/giving-back.ts';
import { openJournal } from '../platform/journal.ts';
import { PassingOctets } from '../platform/passing-octets.ts';
import { systemTimers } from '../platform/timers.ts';
import { Provider } from '../provider.ts';
import type { CommandSurroundings } from './command-surroundings.ts';
import { configurationIn } from './configuration.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

/**
 * `ceralacca serve --config FILE`: runs one provider until it is asked to stop.
 * @throws Fault that says what is in the way of the start
 */
export async function serve(
  { config: file }: { readonly config: string },
  { stderr, clock, ids, stopRequested }: CommandSurroundings,
): Promise<ExitCode> {
  const config = configurationIn(file, stderr);
  if (config === undefined) return EXIT.bad;
  const { level, file: journalFile } = config.journal;
  const journal = openJournal({ level, ...(journalFile !== undefined && { file: journalFile }) });
  if (config.antivirus.scanner === 'none') stderr.write(`ceralacca: ${NO_ANTIVIRUS}\n`);
  await using provider = await Provider.start(config, { journal, clock, ids });
  const memory = memoryOfProcess(() => provider.letGo());
  using _passingOctets = new PassingOctets(systemTimers);
  using _givingBack = new GivingBack(memory, { timers: systemTimers, journal });
  await stopRequested();
  return EXIT.good;
}
