// SPDX-License-Identifier: EUPL-1.2
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type CommandSurroundings, LANGUAGES } from '../command-surroundings.ts';
import type { ExitCode } from '../exit-codes.ts';
import type { KeyOptions, NewKeyOptions } from '../key.ts';
import { DEFAULT_CONFIG_FILE } from '../usual-places.ts';
import type { SelfTestOptions } from './self-test.ts';

type End = (code: ExitCode) => void;

/** `ceralacca key new | csr | self-test`. */
export function declareKey(key: Command, surroundings: CommandSurroundings, end: End): void {
  language(key.command('new <file>').description('make an RSA key in an encrypted file'))
    .option('--bits <bits>', 'its length: 2048, 3072 or 4096', keyLength, 3072)
    .option(
      '--passphrase-file <file>',
      'its first line encrypts the key; made when missing (default: FILE.pass)',
    )
    .addHelpText('after', '\nNothing that is there is written over.')
    .action(async (file: string, options: Omit<NewKeyOptions, 'file'>) => {
      const { makeSigningKey } = await import('../key.ts');
      end(await makeSigningKey({ file, ...options }, surroundings));
    });
  language(
    configured(key.command('csr').description("ask for the provider's certificate: PKCS #10 for its key")),
  )
    .option('--to <file>', 'where the request goes (default: standard output)')
    .action(async (options: KeyOptions & { readonly to?: string }) => {
      const { requestCertificate } = await import('../key.ts');
      end(await requestCertificate(options, surroundings));
    });
  language(
    configured(key.command('self-test').description('tell whether the key and its certificate can sign')),
  )
    .option('--seconds <seconds>', 'how long signatures are made and counted', seconds, 3)
    .option('--json', 'as JSON')
    .addHelpText('after', '\nEnds with 0 when they can, 1 when they cannot, and says why.')
    .action(async (options: SelfTestOptions) => {
      const { testKey } = await import('./self-test.ts');
      end(await testKey(options, surroundings));
    });
}

function configured(command: Command): Command {
  return command.option('--config <file>', "the provider's configuration", DEFAULT_CONFIG_FILE);
}

function language(command: Command): Command {
  return command.addOption(
    new Option('--lang <language>', 'language of the result').choices(LANGUAGES).default('it'),
  );
}

/** SIG-6: RSA of 2048 bits or more. */
function keyLength(text: string): number {
  const bits = Number(text);
  if ([2048, 3072, 4096].includes(bits)) return bits;
  throw new InvalidArgumentError('2048, 3072 or 4096');
}

function seconds(text: string): number {
  const number = Number(text);
  if (number > 0 && number <= 60) return number;
  throw new InvalidArgumentError('more than 0 and at most 60 seconds');
}
