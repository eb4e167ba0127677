// SPDX-License-Identifier: EUPL-1.2
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../platform/clock.ts';
import type { Config } from '../../platform/config/config.ts';
import { Fault } from '../../platform/faults.ts';
import { readDirectory } from '../../trust/provider-directory/directory-reader.ts';
import { type DirectorySnapshot, emptySnapshot } from '../../trust/provider-directory/directory-snapshot.ts';
import type { DirectorySource } from '../../trust/provider-directory/directory-source.ts';
import { FileSource } from '../../trust/provider-directory/file-source.ts';
import { HttpsSource } from '../../trust/provider-directory/https-source.ts';
import type { Certificate } from '../../wire/cms/certificate.ts';
import { sameAddress } from '../../wire/mime/addresses.ts';
import { type ConfigFinding, findingsOf, problem, warning } from './config-finding.ts';
import { checkSecrecy, readCertificates } from './file-checks.ts';

export interface IndexCheck {
  readonly findings: readonly ConfigFinding[];
  readonly snapshot?: DirectorySnapshot;
}

/** Where the running provider keeps the index it last read, in its folder. */
const LAST_GOOD_COPY = 'index-last-good.p7m';

export interface IndexCheckFacts {
  readonly config: Config;
  /** Our signing certificate, when it can be used. */
  readonly certificate: Certificate | undefined;
  readonly clock: Clock;
  /** Whether the index may be downloaded. */
  readonly online: boolean;
}

/** Whether the index can be read and knows us by our name, with our domains, our mailbox and our certificate. */
export async function checkIndex(facts: IndexCheckFacts): Promise<IndexCheck> {
  const { config, clock } = facts;
  const { directory } = config;
  let snapshot: DirectorySnapshot | undefined;
  const findings = await findingsOf('directory', async () => {
    const source = await openSource(facts);
    const keyFile = directory.clientKeyFile;
    const exposed = keyFile === undefined ? [] : await checkSecrecy('directory.clientKeyFile', keyFile);
    const signers = await readCertificates(directory.signerFile);
    if (source === undefined) return [...exposed, NOT_LOOKED_AT];
    const reading = await readDirectory(await source.fetch(), {
      authorities: signers.map(({ der }) => der),
      at: clock.now(),
      previous: emptySnapshot,
    });
    if (!reading.ok) {
      return reading.problems.map(({ reason, detail }) =>
        problem('directory', `the index ${source.name} is refused, ${reason}: ${detail}`),
      );
    }
    snapshot = reading.snapshot;
    return [
      ...exposed,
      ...checkLocation(reading.snapshot, facts),
      ...checkOwnRecord(reading.snapshot, facts),
    ];
  });
  return { findings, ...(snapshot !== undefined && { snapshot }) };
}

/** DIR-10: the index says where it is to be had. */
function checkLocation({ locationUrl }: DirectorySnapshot, { config }: IndexCheckFacts): ConfigFinding[] {
  const { url } = config.directory;
  if (url === undefined || locationUrl === undefined || url === locationUrl) return [];
  return [warning('directory.url', `the index says that it is published at ${locationUrl}`)];
}

const NOT_LOOKED_AT = warning(
  'directory.url',
  'the index was not looked at, as nothing is downloaded; --online downloads it',
);

/** The file, the download where it is allowed, else the copy of the last one. */
async function openSource({ config, online }: IndexCheckFacts): Promise<DirectorySource | undefined> {
  const { file, url, caFile, clientCertificateFile, clientKeyFile } = config.directory;
  if (file !== undefined) return new FileSource(file);
  if (!url || !caFile || !clientCertificateFile || !clientKeyFile) return undefined;
  const [ca, certificate, key] = await Promise.all(
    [caFile, clientCertificateFile, clientKeyFile].map(readOctets),
  );
  if (online && ca && certificate && key) return new HttpsSource({ url, ca, certificate, key });
  const copy = join(config.folder, LAST_GOOD_COPY);
  return existsSync(copy) ? new FileSource(copy) : undefined;
}

function checkOwnRecord(
  snapshot: DirectorySnapshot,
  { config, certificate }: IndexCheckFacts,
): ConfigFinding[] {
  const { name, domains, serviceMailbox } = config.provider;
  const own = snapshot.records.filter(({ providerName }) => providerName === name);
  if (own.length === 0) {
    const known = snapshot.records.map(({ providerName }) => providerName).join(', ');
    return [problem('provider.name', `the index knows no provider "${name}"; it has ${known}`)];
  }
  const findings: ConfigFinding[] = [];
  for (const domain of domains) {
    const owner = snapshot.findByDomain(domain);
    if (owner !== undefined && own.includes(owner)) continue;
    const says = owner === undefined ? 'gives it to nobody' : `gives it to ${owner.providerName}`;
    findings.push(problem('provider.domains', `${domain}: the index ${says}`));
  }
  if (!own.some(({ mailReceipt }) => sameAddress(mailReceipt, serviceMailbox))) {
    const published = own.map(({ mailReceipt }) => mailReceipt).join(', ');
    findings.push(problem('provider.serviceMailbox', `the index publishes ${published} as mailReceipt`));
  }
  if (
    certificate !== undefined &&
    !own.some((record) => record.certificates.some((der) => der.equals(certificate.der)))
  ) {
    const sentence = `the index does not have this certificate for "${name}": others take what it signs for ordinary mail`;
    findings.push(problem('signing.certificateFile', sentence));
  }
  return findings;
}

async function readOctets(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Fault('file-unreadable', `${path} cannot be read: ${why}`, { temporary: false, cause });
  }
}
