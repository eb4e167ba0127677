// SPDX-License-Identifier: EUPL-1.2
import { type Command, Option } from 'commander';
import { type CommandSurroundings, LANGUAGES } from '../command-surroundings.ts';
import type { ExitCode } from '../exit-codes.ts';
import type { LogOptions } from '../log.ts';
import { DEFAULT_CONFIG_FILE } from '../usual-places.ts';

/** `ceralacca log verify | seals`. */
export function declareLog(
  program: Command,
  surroundings: CommandSurroundings,
  end: (code: ExitCode) => void,
): void {
  const log = program.command('log').description('the certification log: its seals, and whether it is whole');
  common(
    log
      .command('verify')
      .description('find any record or seal that was changed, taken away, added or moved')
      .addHelpText(
        'after',
        '\nEnds with 0 when the log is whole, 1 when it is not. The provider may be running.',
      ),
  ).action(async (options: LogOptions) => {
    const { verifyLog } = await import('../log.ts');
    end(await verifyLog(options, surroundings));
  });
  common(log.command('seals').description('the days that are closed')).action(async (options: LogOptions) => {
    const { listSeals } = await import('../log.ts');
    end(listSeals(options, surroundings));
  });
}

function common(command: Command): Command {
  return command
    .option('--config <file>', `the provider's configuration (default: ${DEFAULT_CONFIG_FILE})`)
    .option('--json', 'as JSON')
    .addOption(new Option('--lang <language>', 'language of the result').choices(LANGUAGES).default('it'));
}
