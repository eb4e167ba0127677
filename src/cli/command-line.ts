// SPDX-License-Identifier: EUPL-1.2
import { existsSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { DemoOptions } from '../demo/demo.ts';
import { RECEIPT_TYPES } from '../evidence/certification-data/certification-data.ts';
import { Fault } from '../platform/faults.ts';
import { declareAuthority } from './authority/declare-authority.ts';
import type { BackupOptions } from './backup.ts';
import type { CheckConfigOptions } from './check-config.ts';
import { type CommandSurroundings, LANGUAGES } from './command-surroundings.ts';
import { declareEvidence } from './evidence/declare-evidence.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { FsckOptions } from './fsck.ts';
import type { IndexRecordOptions } from './index-record.ts';
import { declareKey } from './key/declare-key.ts';
import { declareLog } from './log/declare-log.ts';
import { declareMailbox } from './mailbox/declare-mailbox.ts';
import { declareQuarantine } from './quarantine/declare-quarantine.ts';
import { declareQueue } from './queue/declare-queue.ts';
import { declareReissue } from './reissue/declare-reissue.ts';
import type { RestoreOptions } from './restore.ts';
import type { SendOptions } from './send.ts';
import type { StatusOptions } from './status.ts';
import type { TraceOptions } from './trace.ts';
import { DEFAULT_CONFIG_FILE, DEFAULT_DEMO_FOLDER, DEFAULT_WORLD_FILE } from './usual-places.ts';
import type { VerifyOptions } from './verify.ts';

const EXAMPLES = `
Examples:
  ceralacca demo                              two providers and mailboxes to try, on this machine
  ceralacca send --from A --to B --text Ciao  a certified message, and what becomes of it
  ceralacca verify ricevuta.eml               what a receipt proves, and whether it holds
  ceralacca trace ID                          all that the providers know of a message

ceralacca COMMAND --help tells more. Results are in Italian; --lang en makes them English.`;

/**
 * Runs the command that the arguments name. Never rejects: a Fault becomes one line, with its code; wrong
 * usage a sentence and where to look.
 */
export async function runCommandLine(
  arguments_: readonly string[],
  surroundings: CommandSurroundings,
): Promise<ExitCode> {
  let code: ExitCode = EXIT.good;
  const program = declareProgram(surroundings, (ended) => {
    code = ended;
  });
  try {
    if (arguments_.length === 0) program.help();
    await program.parseAsync([...arguments_], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.good : EXIT.usage;
    surroundings.stderr.write(`ceralacca: ${describeError(error)}\n`);
    return EXIT.fault;
  }
}

function describeError(error: unknown): string {
  if (error instanceof Fault) return `${error.message} (${error.code})`;
  const message = error instanceof Error ? error.message : String(error);
  // What the operating system says names the file and the reason.
  return error instanceof Error && 'syscall' in error
    ? message
    : `an error that should not happen: ${message}`;
}

/** What a command hands back. */
type End = (code: ExitCode) => void;

function declareProgram(surroundings: CommandSurroundings, end: End): Command {
  const program = new Command('ceralacca')
    .description('Ceralacca: certified electronic mail (PEC), from the provider to the receipt')
    .usage('COMMAND [options]')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .addHelpText('after', EXAMPLES)
    // Commands added below inherit these.
    .exitOverride()
    .configureOutput({
      writeOut: (text) => surroundings.stdout.write(text),
      writeErr: (text) => surroundings.stderr.write(text),
    })
    .showHelpAfterError('Try: ceralacca --help');
  declareDemo(program, surroundings, end);
  declareServe(program, surroundings, end);
  declareSend(program, surroundings, end);
  declareTrace(program, surroundings, end);
  declareStatus(program, surroundings, end);
  declareVerify(program, surroundings, end);
  declareCheckConfig(program, surroundings, end);
  declareIndexRecord(program, surroundings, end);
  declareFsck(program, surroundings, end);
  declareLog(program, surroundings, end);
  declareQuarantine(program, surroundings, end);
  const queue = program.command('queue').description('see what waits to be relayed, and order it about');
  declareQueue(queue, surroundings, end);
  const authority = program
    .command('authority')
    .description('certify the providers of a closed community, and sign their index');
  declareAuthority(authority, surroundings, end);
  const key = program.command('key').description('the key that signs: make one, have it certified, test it');
  declareKey(key, surroundings, end);
  declareReissue(program, surroundings, end);
  declareEvidence(program, surroundings, end);
  declareBackup(program, surroundings, end);
  const mailbox = program.command('mailbox').description('make, change and show mailboxes');
  declareMailbox(mailbox, surroundings, end);
  return program;
}

function declareDemo(program: Command, surroundings: CommandSurroundings, end: End): void {
  const demo = program
    .command('demo')
    .description('run two providers, an ordinary mail host and their authority on this machine')
    .option('--dir <folder>', 'where the demo keeps everything', DEFAULT_DEMO_FOLDER)
    .option('--port-base <port>', 'first of the ports; the others follow', portNumber, 10_000)
    .option(
      '--clamd <where>',
      'unix socket or TCP port of a clamd that looks for viruses (default: nobody does)',
    )
    .option('--fresh', 'start over: forget what an earlier demo left')
    .addOption(
      new Option('--without <provider...>', 'leave providers out, to be run with serve').choices([
        'alfa',
        'beta',
      ]),
    )
    .action(async ({ dir, ...options }: Omit<DemoOptions, 'folder'> & { dir: string }) => {
      const { runDemo } = await import('./demo.ts');
      end(await runDemo({ folder: dir, ...options }, surroundings));
    });
  demo
    .command('clock [shift]')
    .description('move the clock of the running demo (+13h, +90m, +30s, +2d, reset), or show it')
    .option('--dir <folder>', "the demo's folder")
    .action(async (shift: string | undefined, { dir }: { dir?: string }) => {
      const { moveDemoClock } = await import('./demo.ts');
      const folder = dir ?? demo.opts<{ dir: string }>().dir;
      end(await moveDemoClock({ folder, ...(shift !== undefined && { shift }) }, surroundings));
    });
  demo
    .command('ntp [shift]')
    .description(
      'make the time server of the running demo wrong (+5s, -2m, reset), or show by how much it is',
    )
    .option('--dir <folder>', "the demo's folder")
    .action(async (shift: string | undefined, { dir }: { dir?: string }) => {
      const { misleadDemoTime } = await import('./demo.ts');
      const folder = dir ?? demo.opts<{ dir: string }>().dir;
      end(await misleadDemoTime({ folder, ...(shift !== undefined && { shift }) }, surroundings));
    });
}

function declareServe(program: Command, surroundings: CommandSurroundings, end: End): void {
  program
    .command('serve')
    .description('run a provider')
    .option('--config <file>', 'its configuration', DEFAULT_CONFIG_FILE)
    .action(async (options: { config: string }) => {
      const { serve } = await import('./serve.ts');
      end(await serve(options, surroundings));
    });
}

function declareSend(program: Command, surroundings: CommandSurroundings, end: End): void {
  program
    .command('send')
    .description('send a certified message and show what becomes of it')
    .requiredOption('--from <address>', "the sender's mailbox")
    .requiredOption('--to <address...>', 'recipients')
    .option('--cc <address...>', 'recipients of a copy, who give concise receipts')
    .option('--subject <text>', 'the subject')
    .addOption(new Option('--text <text>', 'the text').conflicts('textFile'))
    .option('--text-file <file>', 'the text, from a file in UTF-8')
    .option('--attach <file...>', 'files to attach')
    .addOption(new Option('--receipt <type>', 'delivery receipt to ask for').choices(RECEIPT_TYPES))
    .option('--world <file>', `a demo that runs (default: ${DEFAULT_WORLD_FILE})`)
    .option('--host <host>', "instead of a demo: the provider's server")
    .option('--port <port>', 'of submission over TLS (default: 465)', portNumber)
    .option('--user <name>', 'to log in with (default: the sender)')
    .option('--password-file <file>', 'its first line is the password')
    .option('--ca <file>', "PEM authorities of the server's certificate (default: the machine's)")
    .option('--pop-host <host>', 'where receipts are read (default: the same host)')
    .option('--pop-port <port>', 'of POP3 over TLS (default: 995)', portNumber)
    .addOption(
      new Option('--watch <where>', 'see what happens in the logs of the demo, or in the mailbox').choices([
        'log',
        'mailbox',
      ]),
    )
    .option('--no-wait', 'leave as soon as the provider has the message')
    .option('--timeout <seconds>', 'how long to wait for receipts (default: 60)', positiveNumber)
    .option('--json', 'the whole story as one JSON document')
    .addOption(languageOption())
    .addHelpText(
      'after',
      '\nEnds with 0 when every certified recipient gave a receipt, 1 when something failed,\n4 when the time was over.',
    )
    .action(async ({ timeout, ...options }: SendOptions & { timeout?: number }) => {
      const { send } = await import('./send.ts');
      const timeoutSeconds = timeout === undefined ? {} : { timeoutSeconds: timeout };
      const account = options.host === undefined ? inUsualWorld(options) : options;
      end(await send({ ...account, ...timeoutSeconds }, surroundings));
    });
}

function declareTrace(program: Command, surroundings: CommandSurroundings, end: End): void {
  program
    .command('trace <id>')
    .description('show all that the certification logs know of a message')
    .addOption(new Option('--folder <folder>', "a provider's folder, running or not").conflicts('world'))
    .option('--world <file>', `a demo, all of whose providers are asked (default: ${DEFAULT_WORLD_FILE})`)
    .option('--json', 'as JSON')
    .addOption(languageOption())
    .addHelpText(
      'after',
      "\nID is the message's identifier, or the Message-ID that the sender's program gave it.",
    )
    .action(async (id: string, options: TraceOptions) => {
      const { trace } = await import('./trace.ts');
      const places = options.folder === undefined ? inUsualWorld(options) : options;
      end(await trace({ id, options: places }, surroundings));
    });
}

function declareStatus(program: Command, surroundings: CommandSurroundings, end: End): void {
  program
    .command('status')
    .description('show how running providers are: doors, queue, alerts, clock, index, scanner, store')
    .addOption(new Option('--config <file>', "a provider's configuration").conflicts(['world', 'url']))
    .addOption(new Option('--url <url>', 'where it shows its status, http://HOST:PORT').conflicts('world'))
    .option('--world <file>', `a demo, all of whose providers are asked (default: ${DEFAULT_WORLD_FILE})`)
    .option('--json', 'as JSON')
    .addOption(languageOption())
    .addHelpText('after', '\nEnds with 0 when all certify, 1 when one does not, 3 when none answers.')
    .action(async (options: StatusOptions) => {
      const { status } = await import('./status.ts');
      const named = options.config !== undefined || options.url !== undefined;
      end(await status(named ? options : inUsualWorld(options), surroundings));
    });
}

function declareVerify(program: Command, surroundings: CommandSurroundings, end: End): void {
  program
    .command('verify <file>')
    .description(
      'tell who signed a message, whether it is intact and what it certifies; or check an evidence file',
    )
    .option('--ca <file>', 'PEM authorities to trust (default: those of the demo, if there is one)')
    .option('--tsa-ca <file>', 'of time stamps in an evidence file (default: those of --ca)')
    .option('--index <file>', 'the signed provider index (.p7m), to see that the signer is a provider')
    .option('--index-signer <file>', 'PEM certificate of who signs the index')
    .option('--crl <file>', 'a revocation list; may be repeated', collect)
    .option('--file <file>', 'an attachment, or the message as sent, to compare; may be repeated', collect)
    .addOption(
      new Option('--at <when>', 'when certificates must be in force')
        .choices(['now', 'signing-time'])
        .default('signing-time'),
    )
    .option('--world <file>', 'a demo, whose authority and index are used')
    .option('--json', 'as JSON')
    .addOption(languageOption())
    .addHelpText(
      'after',
      '\nEnds with 0 when everything holds, 1 when something does not, 2 for what is no certified mail,\n3 when it cannot be told, or when not all of an evidence file is proved.\nNothing is asked over the network.',
    )
    .action(async (file: string, options: VerifyOptions) => {
      const { verify } = await import('./verify.ts');
      // A demo that happens to be there says nothing about a message whose authority is named.
      const trust = options.ca === undefined ? inUsualWorld(options) : options;
      end(await verify({ file, options: trust }, surroundings));
    });
}

function declareCheckConfig(program: Command, surroundings: CommandSurroundings, end: End): void {
  program
    .command('check-config')
    .description('tell whether a provider could start with a configuration')
    .argument('[file]', 'the configuration', DEFAULT_CONFIG_FILE)
    .option('--online', 'also download the provider index')
    .option('--reference', 'print what every key means')
    .action(async (file: string, options: CheckConfigOptions) => {
      const { checkConfigFile } = await import('./check-config.ts');
      end(await checkConfigFile({ file, options }, surroundings));
    });
}

function declareIndexRecord(program: Command, surroundings: CommandSurroundings, end: End): void {
  program
    .command('index-record')
    .description("write the provider's own signed record, for the authority that makes the index")
    .option('--config <file>', "the provider's configuration", DEFAULT_CONFIG_FILE)
    .requiredOption('--to <file>', 'the file, .ldif.p7m')
    .action(async (options: IndexRecordOptions) => {
      const { writeIndexRecord } = await import('./index-record.ts');
      end(await writeIndexRecord(options, surroundings));
    });
}

function declareFsck(program: Command, surroundings: CommandSurroundings, end: End): void {
  program
    .command('fsck')
    .description('prove that a store is whole, while its provider runs or not; nothing is written')
    .argument('[folder]', "a provider's folder, or the store within")
    .option('--config <file>', `instead: the provider's configuration (default: ${DEFAULT_CONFIG_FILE})`)
    .option('--quick', 'leave the octets alone: no hash and no MIME index is worked out anew')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nEnds with 0 when nothing is damaged, 1 when something is, 3 when it cannot be told.',
    )
    .action(async (folder: string | undefined, options: FsckOptions) => {
      const { fsck } = await import('./fsck.ts');
      end(await fsck({ ...options, ...(folder !== undefined && { folder }) }, surroundings));
    });
}

function declareBackup(program: Command, surroundings: CommandSurroundings, end: End): void {
  program
    .command('backup <dest>')
    .description('back a store up, while its provider runs or not')
    .option('--folder <folder>', "the provider's folder")
    .option('--config <file>', `instead: its configuration (default: ${DEFAULT_CONFIG_FILE})`)
    .option('--link', 'link large messages instead of copying them: quick, but on the same disk')
    .addHelpText('after', '\nA backup that lies in DEST already is brought up to date.')
    .action(async (to: string, options: Omit<BackupOptions, 'to'>) => {
      const { backup } = await import('./backup.ts');
      end(await backup({ ...options, to }, surroundings));
    });
  program
    .command('restore <src>')
    .description('make a store of a backup')
    .argument('[folder]', "the provider's folder, which holds no store")
    .option('--config <file>', `instead: its configuration (default: ${DEFAULT_CONFIG_FILE})`)
    .option('--even-damaged', 'restore what is left of a backup that is damaged')
    .action(async (from: string, folder: string | undefined, options: Omit<RestoreOptions, 'from'>) => {
      const { restore } = await import('./restore.ts');
      end(await restore({ ...options, from, ...(folder !== undefined && { folder }) }, surroundings));
    });
}

/** The demo in its usual place, where there is one and none was named. */
function inUsualWorld<Options extends { readonly world?: string }>(options: Options): Options {
  const usual = options.world === undefined && existsSync(DEFAULT_WORLD_FILE);
  return usual ? { ...options, world: DEFAULT_WORLD_FILE } : options;
}

function languageOption(): Option {
  return new Option('--lang <language>', 'language of the result').choices(LANGUAGES).default('it');
}

function collect(value: string, others: readonly string[] = []): readonly string[] {
  return [...others, value];
}

function portNumber(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port > 0 && port <= 65_535) return port;
  throw new InvalidArgumentError('a port is a number from 1 to 65535');
}

function positiveNumber(text: string): number {
  const number = Number(text);
  if (Number.isFinite(number) && number > 0) return number;
  throw new InvalidArgumentError('a positive number is needed');
}
