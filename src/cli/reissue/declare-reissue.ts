// SPDX-License-Identifier: EUPL-1.2
import { type Command, Option } from 'commander';
import { type CommandSurroundings, LANGUAGES } from '../command-surroundings.ts';
import type { ExitCode } from '../exit-codes.ts';
import type { ReissueOptions } from '../reissue.ts';
import { DEFAULT_CONFIG_FILE } from '../usual-places.ts';
import { italianRecords } from '../wording/record-words.ts';

/** `ceralacca reissue`. */
export function declareReissue(
  program: Command,
  surroundings: CommandSurroundings,
  end: (code: ExitCode) => void,
): void {
  program
    .command('reissue <id>')
    .description('give a holder a lost receipt, notice or envelope back, to the octet')
    .requiredOption('--for <address>', 'who asks: the sender, or a recipient')
    .requiredOption('--to <file>', 'a new file; a folder takes any number of messages')
    .addOption(
      new Option('--kind <kind>', 'only messages of this kind').choices(Object.keys(italianRecords.relayed)),
    )
    .option('--recipient <address>', 'only what is about this recipient')
    .option('--original <file>', 'the original: postacert.eml, the envelope, or the message as it was sent')
    .option('--folder <folder>', "the provider's folder; enough while it runs")
    .option('--config <file>', `its configuration (default: ${DEFAULT_CONFIG_FILE})`)
    .addOption(new Option('--lang <language>', 'language of the result').choices(LANGUAGES).default('it'))
    .addHelpText(
      'after',
      "\nWhat encloses the original needs it; without, the provider signs a declaration with the log's records." +
        '\nEach request is written into the certification log. Ends with 1 when it is refused.',
    )
    .action(
      async (id: string, { for: holder, ...options }: Omit<ReissueOptions, 'holder'> & { for: string }) => {
        const { reissue } = await import('../reissue.ts');
        end(await reissue({ id, options: { ...options, holder } }, surroundings));
      },
    );
}
