// SPDX-License-Identifier: EUPL-1.2
import { type Command, Option } from 'commander';
import { type CommandSurroundings, LANGUAGES } from '../command-surroundings.ts';
import type { EvidenceOptions } from '../evidence.ts';
import type { ExitCode } from '../exit-codes.ts';
import { DEFAULT_CONFIG_FILE } from '../usual-places.ts';

/** `ceralacca evidence`. */
export function declareEvidence(
  program: Command,
  surroundings: CommandSurroundings,
  end: (code: ExitCode) => void,
): void {
  program
    .command('evidence <id>')
    .description('put all that the provider has about a message into one file that anybody can verify')
    .requiredOption('--to <file>', 'a new file, .zip')
    .option(
      '--for <address>',
      'only what this holder may see: the sender, or a recipient (default: everything)',
    )
    .option('--original <file>', 'the original: postacert.eml, the envelope, or the message as it was sent')
    .option('--add <file...>', 'receipts of other providers that are not here any more')
    .option('--folder <folder>', "the provider's folder; enough while it runs")
    .option('--config <file>', `its configuration (default: ${DEFAULT_CONFIG_FILE})`)
    .addOption(new Option('--lang <language>', 'language of the result').choices(LANGUAGES).default('it'))
    .addHelpText(
      'after',
      '\nverify FILE.zip checks it. Records of a day that is not closed yet are put in without proof.' +
        '\nEach file made is written into the certification log. Ends with 1 when it is refused.',
    )
    .action(
      async (id: string, { for: holder, ...options }: Omit<EvidenceOptions, 'holder'> & { for?: string }) => {
        const { evidence } = await import('../evidence.ts');
        const chosen = { ...options, ...(holder !== undefined && { holder }) };
        end(await evidence({ id, options: chosen }, surroundings));
      },
    );
}
