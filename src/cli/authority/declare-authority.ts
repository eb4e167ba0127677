// SPDX-License-Identifier: EUPL-1.2
import { type Command, InvalidArgumentError, Option } from 'commander';
import { REVOCATION_REASONS } from '../../trust/authority/issuer.ts';
import { PURPOSES } from '../../trust/authority/provider-register.ts';
import type * as actions from '../authority.ts';
import { type CommandSurroundings, LANGUAGES } from '../command-surroundings.ts';
import type { ExitCode } from '../exit-codes.ts';
import type { ServeAuthorityOptions } from './serve-authority.ts';

type End = (code: ExitCode) => void;
/** The options of an action, without what stands before them on the line. */
type Options<Action extends (options: never, around: never) => unknown> = Omit<
  Parameters<Action>[0],
  'folder' | 'key'
>;

/** `ceralacca authority init | serve | provider | sign-index | crl`. */
export function declareAuthority(authority: Command, surroundings: CommandSurroundings, end: End): void {
  language(
    authority.command('init <folder>').description('make an authority: keys, certificates, an empty index'),
  )
    .requiredOption('--name <name>', 'what it is called')
    .requiredOption(
      '--base-url <url>',
      'where revocation lists and time stamps will be, http://HOST[:PORT]',
      httpUrl,
    )
    .option('--no-ocsp', 'certificates do not name the OCSP responder that serve has at the base URL')
    .option(
      '--index-url <url>',
      'where the index will be, https://HOST[:PORT] (default: the same host)',
      httpsUrl,
    )
    .action(async (folder: string, options: Options<typeof actions.initAuthority>) => {
      const { initAuthority } = await import('../authority.ts');
      end(await initAuthority({ folder, ...options }, surroundings));
    });
  language(
    authority.command('serve <folder>').description('serve revocation lists, time stamps and the index'),
  )
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--http-port <port>', 'for revocation lists and time stamps', portNumber, 8080)
    .option('--https-port <port>', 'for the index', portNumber, 8443)
    .option('--every-hours <hours>', "how often the providers' records are fetched", hours, 24)
    .option('--ca <file>', 'PEM: who else may vouch for the servers of providers')
    .action(async (folder: string, options: Omit<ServeAuthorityOptions, 'folder'>) => {
      const { serveAuthority } = await import('./serve-authority.ts');
      end(await serveAuthority({ folder, ...options }, surroundings));
    });
  language(
    authority.command('sign-index <folder>').description("fetch the providers' records and sign the index"),
  )
    .option('--ca <file>', 'PEM: who else may vouch for the servers of providers')
    .option('--record <key=file...>', 'records brought as files, where servers do not run yet', keyAndFile)
    .addHelpText('after', '\nEnds with 0 when the record of every provider is taken, 1 when one is not.')
    .action(async (folder: string, options: Options<typeof actions.signIndex>) => {
      const { signIndex } = await import('../authority.ts');
      end(await signIndex({ folder, ...options }, surroundings));
    });
  language(authority.command('crl <folder>').description('write the revocation lists'))
    .requiredOption('--to <folder>', 'where')
    .action(async (folder: string, options: Options<typeof actions.writeRevocationLists>) => {
      const { writeRevocationLists } = await import('../authority.ts');
      end(await writeRevocationLists({ folder, ...options }, surroundings));
    });
  const provider = authority.command('provider').description('the providers it has licensed');
  declareProvider(provider, surroundings, end);
}

function declareProvider(provider: Command, surroundings: CommandSurroundings, end: End): void {
  language(
    provider.command('add <folder> <key>').description('license a provider and issue its certificates'),
  )
    .requiredOption('--name <name>', 'its name, as in the index')
    .requiredOption('--service-address <address>', 'From of all it signs')
    .requiredOption('--record <where>', 'its own signed record: https URL or file')
    .requiredOption('--host <name...>', 'names or IPv4 addresses of its hosts, for TLS')
    .option('--csr <file>', 'certificate request of its signing key (default: a key is made here)')
    .option('--server-csr <file>', "the same of its servers' key")
    .option('--client-csr <file>', 'the same of the key it reads the index with')
    .action(async (folder: string, key: string, options: Options<typeof actions.addProvider>) => {
      const { addProvider } = await import('../authority.ts');
      end(await addProvider({ folder, key, ...options }, surroundings));
    });
  language(provider.command('list <folder>').description('all providers and their certificates'))
    .option('--json', 'as JSON')
    .action(async (folder: string, options: Options<typeof actions.listProviders>) => {
      const { listProviders } = await import('../authority.ts');
      end(await listProviders({ folder, ...options }, surroundings));
    });
  language(
    provider.command('renew <folder> <key>').description('issue one more certificate; the others stay good'),
  )
    .addOption(new Option('--purpose <purpose>', 'which').choices(PURPOSES).default('signature'))
    .option('--csr <file>', 'certificate request (default: a key is made here)')
    .action(async (folder: string, key: string, options: Options<typeof actions.renewCertificate>) => {
      const { renewCertificate } = await import('../authority.ts');
      end(await renewCertificate({ folder, key, ...options }, surroundings));
    });
  language(provider.command('revoke <folder> <key>').description('take certificates back, for good'))
    .option('--serial <number>', 'one certificate (default: all of the provider)')
    .addOption(
      new Option('--reason <reason>', 'why').choices(Object.keys(REVOCATION_REASONS)).default('unspecified'),
    )
    .action(async (folder: string, key: string, options: Options<typeof actions.revokeCertificates>) => {
      const { revokeCertificates } = await import('../authority.ts');
      end(await revokeCertificates({ folder, key, ...options }, surroundings));
    });
}

function language(command: Command): Command {
  return command.addOption(
    new Option('--lang <language>', 'language of the result').choices(LANGUAGES).default('it'),
  );
}

function httpUrl(text: string): string {
  if (URL.canParse(text) && new URL(text).protocol === 'http:') return text;
  throw new InvalidArgumentError('an http URL is needed');
}

function httpsUrl(text: string): string {
  if (URL.canParse(text) && new URL(text).protocol === 'https:') return text;
  throw new InvalidArgumentError('an https URL is needed');
}

function portNumber(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('a port is a number from 0 to 65535');
}

function keyAndFile(text: string, others: readonly string[] = []): readonly string[] {
  if (/^[a-z0-9-]+=./.test(text)) return [...others, text];
  throw new InvalidArgumentError('write KEY=FILE');
}

function hours(text: string): number {
  const number = Number(text);
  if (number > 0 && number <= 24) return number;
  throw new InvalidArgumentError('more than 0 and at most 24 hours');
}
