// SPDX-License-Identifier: EUPL-1.2
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type CommandSurroundings, LANGUAGES } from '../command-surroundings.ts';
import type { ExitCode } from '../exit-codes.ts';
import type { QuarantineOptions } from '../quarantine.ts';
import { DEFAULT_CONFIG_FILE } from '../usual-places.ts';

type End = (code: ExitCode) => void;

/** `ceralacca quarantine list | show | export | expire`. */
export function declareQuarantine(program: Command, surroundings: CommandSurroundings, end: End): void {
  const quarantine = program
    .command('quarantine')
    .description('messages with viruses, kept for 30 months: the only way to them');
  common(quarantine.command('list').description('all that is there'), { json: true }).action(
    async (options: QuarantineOptions) => {
      const { listQuarantine } = await import('../quarantine.ts');
      end(await listQuarantine(options, surroundings));
    },
  );
  common(
    quarantine
      .command('show')
      .description('all that is known of one')
      .argument('<number>', 'its number', entryNumber),
    { json: true },
  ).action(async (entry: number, options: QuarantineOptions) => {
    const { showQuarantined } = await import('../quarantine.ts');
    end(await showQuarantined({ ...options, entry }, surroundings));
  });
  common(
    quarantine
      .command('export')
      .description('write one into a file, virus and all')
      .argument('<number>', 'its number', entryNumber)
      .requiredOption('--to <file>', 'a file that is not there yet'),
  ).action(async (entry: number, options: QuarantineOptions & { readonly to: string }) => {
    const { exportQuarantined } = await import('../quarantine.ts');
    end(await exportQuarantined({ ...options, entry }, surroundings));
  });
  common(
    quarantine
      .command('expire')
      .description(
        'remove what is older than 30 months, nothing else; a provider that runs does so every day',
      ),
  ).action(async (options: QuarantineOptions) => {
    const { expireQuarantine } = await import('../quarantine.ts');
    end(await expireQuarantine(options, surroundings));
  });
}

function common(command: Command, { json = false } = {}): Command {
  command
    .option('--folder <folder>', "a provider's folder, running or not")
    .option('--config <file>', `instead: the provider's configuration (default: ${DEFAULT_CONFIG_FILE})`)
    .addOption(new Option('--lang <language>', 'language of the result').choices(LANGUAGES).default('it'));
  return json ? command.option('--json', 'as JSON') : command;
}

function entryNumber(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('a number from the list is needed');
}
