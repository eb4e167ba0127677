// SPDX-License-Identifier: EUPL-1.2
import { type Config, readConfig } from '../platform/config/config.ts';
import type { DirectorySnapshot } from '../trust/provider-directory/directory-snapshot.ts';
import type { Certificate } from '../wire/cms/certificate.ts';
import { printName } from '../wire/cms/distinguished-name.ts';
import { type ConfigFinding, problem } from './check-config/config-finding.ts';
import { configReference } from './check-config/config-reference.ts';
import { checkFolders, checkSigning, checkTls, checkTrust } from './check-config/file-checks.ts';
import { checkIndex } from './check-config/index-check.ts';
import { checkNamedFiles } from './check-config/named-files-check.ts';
import { checkPublication } from './check-config/publication-check.ts';
import type { CommandSurroundings } from './command-surroundings.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { layRows, printInstant } from './text-layout.ts';

export interface CheckConfigOptions {
  /** Download the provider index where it is not in a file. */
  readonly online?: boolean;
  /** Print the reference of all keys instead. */
  readonly reference?: boolean;
}

/** What is known of a configuration whose keys are right. */
interface Examined {
  readonly findings: readonly ConfigFinding[];
  readonly certificate: Certificate | undefined;
  readonly snapshot: DirectorySnapshot | undefined;
}

/**
 * `ceralacca check-config [FILE]`: whether a provider could start with this file, and be understood by
 * others. Nothing is started and nothing is written.
 */
export async function checkConfigFile(
  { file, options }: { readonly file: string; readonly options: CheckConfigOptions },
  surroundings: Pick<CommandSurroundings, 'stdout' | 'clock'>,
): Promise<ExitCode> {
  const { stdout } = surroundings;
  if (options.reference === true) {
    stdout.write(configReference());
    return EXIT.good;
  }
  const reading = readConfig(file);
  if (!reading.ok) {
    const findings = reading.problems.map(({ path, sentence }) => problem(path, sentence));
    stdout.write(printFindings(file, findings));
    return EXIT.bad;
  }
  const examined = await examine(reading.config, {
    clock: surroundings.clock,
    online: options.online === true,
  });
  stdout.write(printFindings(file, examined.findings));
  if (examined.findings.some(({ severity }) => severity === 'problem')) return EXIT.bad;
  stdout.write(`${summary(file, reading.config, examined).join('\n')}\n`);
  return EXIT.good;
}

async function examine(
  config: Config,
  { clock, online }: Pick<CommandSurroundings, 'clock'> & { readonly online: boolean },
): Promise<Examined> {
  const { certificate, findings: signing } = await checkSigning(config, clock);
  const { snapshot, findings: index } = await checkIndex({ config, certificate, clock, online });
  const findings = [
    ...(await checkFolders(config)),
    ...(await checkTls(config, clock)),
    ...signing,
    ...(await checkTrust(config, { certificate, clock })),
    ...index,
    ...(await checkPublication({ config, certificate, snapshot, clock })),
    ...(await checkNamedFiles(config, clock)),
  ];
  return { findings, certificate, snapshot };
}

function printFindings(file: string, findings: readonly ConfigFinding[]): string {
  const lines = findings.map(({ severity, path, sentence }) => {
    const mark = severity === 'warning' ? 'warning: ' : '';
    return `${mark}${path === '' ? file : path}: ${sentence}\n`;
  });
  return lines.join('');
}

function summary(file: string, config: Config, { certificate, snapshot }: Examined): string[] {
  const { provider, listen, folder } = config;
  const doors = Object.entries(listen).flatMap(([name, door]) =>
    door === null ? [] : [`${name} ${door.host}:${door.port}`],
  );
  const { publication } = config;
  const { listen: where } = publication;
  if (publication.url !== undefined && where !== null) doors.push(`publication ${where.host}:${where.port}`);
  const index =
    snapshot === undefined ? '' : `${snapshot.version}, ${snapshot.records.length} records, ours among them`;
  const until = certificate === undefined ? '' : `until ${printInstant(certificate.notAfter)}`;
  return [
    `${file} is good: ${provider.name} can start with it.`,
    ...layRows([
      ['domains', provider.domains],
      ['service address', provider.serviceAddress],
      ['service mailbox', provider.serviceMailbox],
      ['doors', doors],
      ['signs as', certificate === undefined ? '' : [printName(certificate.subject), until]],
      ['index', index],
      ['own record', publication.url ?? ''],
      ['folder', folder],
    ]),
  ];
}
