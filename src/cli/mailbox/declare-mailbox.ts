// SPDX-License-Identifier: EUPL-1.2
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type CommandSurroundings, LANGUAGES } from '../command-surroundings.ts';
import type { ExitCode } from '../exit-codes.ts';
import type { MailboxListOptions, MailboxSettings } from '../mailbox.ts';
import { DEFAULT_CONFIG_FILE } from '../usual-places.ts';
import { italianMailbox } from '../wording/mailbox-words.ts';
import type { ImportOptions } from './import-mailboxes.ts';
import type { MailboxPlace } from './mailbox-place.ts';
import { ORDINARY_CHOICES, readSize, SWITCHES } from './mailbox-values.ts';
import type { PasswordOptions } from './new-password.ts';

type Switched = Omit<MailboxSettings, 'filesReceipts'> & { readonly filesReceipts?: keyof typeof SWITCHES };

/** What is below `ceralacca mailbox`. */
export function declareMailbox(
  mailbox: Command,
  surroundings: CommandSurroundings,
  end: (code: ExitCode) => void,
): void {
  declareReading(mailbox, surroundings, end);
  declareMaking(mailbox, surroundings, end);
  settings(placed(mailbox.command('set').description('change what is said of a mailbox, and nothing else')))
    .argument('<address>', 'its address')
    .option('--holder <name>', 'who it is registered to')
    .action(async (address: string, options: MailboxPlace & Switched) => {
      const { changeMailbox } = await import('../mailbox.ts');
      end(await changeMailbox({ deed: 'set', address, ...splitSettings(options) }, surroundings));
    });
  for (const [deed, sentence] of [
    ['disable', 'let nobody in and deliver nothing: senders get a notice; what is there stays'],
    ['enable', 'make it as it was before'],
  ] as const) {
    placed(mailbox.command(deed).description(sentence))
      .argument('<address>', 'its address')
      .action(async (address: string, options: MailboxPlace) => {
        const { changeMailbox } = await import('../mailbox.ts');
        end(await changeMailbox({ deed, address, settings: {}, options }, surroundings));
      });
  }
}

function declareReading(
  mailbox: Command,
  surroundings: CommandSurroundings,
  end: (code: ExitCode) => void,
): void {
  placed(mailbox.command('list').description('list mailboxes, while the provider runs or not'))
    .option('--domain <domain>', 'only of this domain')
    .addOption(new Option('--state <state>', 'only these').choices(Object.keys(italianMailbox.standings)))
    .action(async (options: MailboxListOptions) => {
      const { listMailboxes } = await import('../mailbox.ts');
      end(await listMailboxes(options, surroundings));
    });
  placed(mailbox.command('show').description('tell everything about a mailbox, but what lies in it'))
    .argument('<address>', 'its address')
    .action(async (address: string, options: MailboxPlace) => {
      const { showMailbox } = await import('../mailbox.ts');
      end(await showMailbox({ address, options }, surroundings));
    });
}

function declareMaking(
  mailbox: Command,
  surroundings: CommandSurroundings,
  end: (code: ExitCode) => void,
): void {
  withPassword(settings(placed(mailbox.command('add').description('make a mailbox, never over another'))))
    .argument('<address>', 'its address, in a domain of the provider')
    .requiredOption('--holder <name>', 'who it is registered to')
    .action(async (address: string, options: MailboxPlace & PasswordOptions & Switched) => {
      const { addMailbox } = await import('../mailbox.ts');
      end(await addMailbox({ address, ...splitSettings(options) }, surroundings));
    });
  placed(mailbox.command('import').description('make all mailboxes of a file, or none if one cannot be made'))
    .argument('<file>', 'CSV: address;holder;quota;files-receipts;ordinary, the first line says which')
    .option('--check', 'only look whether all could be made')
    .option('--generate-passwords <file>', 'make passwords, into a new file')
    .action(async (file: string, options: ImportOptions) => {
      const { importMailboxes } = await import('./import-mailboxes.ts');
      end(await importMailboxes({ file, options }, surroundings));
    });
  withPassword(placed(mailbox.command('password').description('give a mailbox a new password')))
    .argument('<address>', 'its address')
    .action(async (address: string, options: MailboxPlace & PasswordOptions) => {
      const { changePassword } = await import('../mailbox.ts');
      end(await changePassword({ address, options }, surroundings));
    });
}

/** What is said of the mailbox, apart from the rest of the options. */
function splitSettings<Options extends Switched>(all: Options) {
  const { holder, quota, ordinary, filesReceipts, ...options } = all;
  const settings: MailboxSettings = {
    ...(holder !== undefined && { holder }),
    ...(quota !== undefined && { quota }),
    ...(ordinary !== undefined && { ordinary }),
    ...(filesReceipts !== undefined && { filesReceipts: SWITCHES[filesReceipts] }),
  };
  return { settings, options };
}

function placed(command: Command): Command {
  return command
    .option('--folder <folder>', "the provider's folder; enough while it runs")
    .option('--config <file>', `its configuration (default: ${DEFAULT_CONFIG_FILE})`)
    .addOption(new Option('--lang <language>', 'language of the result').choices(LANGUAGES).default('it'))
    .option('--json', 'as JSON');
}

function settings(command: Command): Command {
  return command
    .option('--quota <size>', 'room for mail, such as 500M or 2G; receipts never count', size)
    .addOption(
      new Option('--files-receipts <switch>', 'file receipts into the folder Ricevute').choices(
        Object.keys(SWITCHES),
      ),
    )
    .addOption(
      new Option('--ordinary <policy>', 'what is done with mail that is not certified').choices(
        ORDINARY_CHOICES,
      ),
    );
}

function withPassword(command: Command): Command {
  return command
    .addOption(
      new Option('--password-file <file>', 'its first line is the password').conflicts('generatePassword'),
    )
    .option('--generate-password', 'make a password, and print it once');
}

function size(text: string): number {
  const sizeBytes = readSize(text);
  if (sizeBytes !== undefined) return sizeBytes;
  throw new InvalidArgumentError('write a size such as 500M or 2G');
}
