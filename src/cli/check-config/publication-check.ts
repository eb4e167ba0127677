// SPDX-License-Identifier: EUPL-1.2
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { Clock } from '../../platform/clock.ts';
import type { Config } from '../../platform/config/config.ts';
import { loadTlsIdentity } from '../../platform/tls.ts';
import type { DirectorySnapshot } from '../../trust/provider-directory/directory-snapshot.ts';
import { profileProblems } from '../../trust/signing/certificate-profile.ts';
import type { Certificate } from '../../wire/cms/certificate.ts';
import { type ConfigFinding, findingsOf, problem, warning } from './config-finding.ts';
import { readCertificates } from './file-checks.ts';

export interface PublicationFacts {
  readonly config: Config;
  /** Our signing certificate, when it can be used. */
  readonly certificate: Certificate | undefined;
  /** The index, when it could be read. */
  readonly snapshot: DirectorySnapshot | undefined;
  readonly clock: Clock;
}

/** Our own record as we publish it: who asks for it finds us, and it holds what the index should hold (DIR-5, DIR-8). */
export async function checkPublication(facts: PublicationFacts): Promise<readonly ConfigFinding[]> {
  return [
    ...(await checkUrl(facts)),
    ...(await checkOtherCertificates(facts)),
    ...(await checkEnvironments(facts)),
  ];
}

async function checkEnvironments({ config }: PublicationFacts): Promise<readonly ConfigFinding[]> {
  const { publication, provider } = config;
  const findings: ConfigFinding[] = [];
  for (const [unit, { domains, certificatesFile }] of Object.entries(publication.environments)) {
    const path = `publication.environments.${unit}`;
    for (const domain of domains.filter((each) => provider.domains.includes(each)))
      findings.push(problem(`${path}.domains`, `${domain} is served here already (provider.domains)`));
    const certificates = await findingsOf(`${path}.certificatesFile`, async () => {
      const read = await readCertificates(certificatesFile);
      return read.some(({ basicConstraints }) => basicConstraints === null)
        ? []
        : [problem(`${path}.certificatesFile`, `${certificatesFile} holds no certificate that signs PEC`)];
    });
    findings.push(...certificates);
  }
  return findings;
}

async function checkUrl({ config, snapshot }: PublicationFacts): Promise<readonly ConfigFinding[]> {
  const { publication, provider, tls } = config;
  const { url, listen } = publication;
  if (url === undefined) return [];
  const findings: ConfigFinding[] = [];
  const main = snapshot?.records.find(
    ({ providerName, providerUnit }) => providerName === provider.name && providerUnit === undefined,
  );
  if (main !== undefined && main.ldifLocationUrl !== url) {
    const says = main.ldifLocationUrl ?? 'nothing';
    findings.push(warning('publication.url', `the index says ${says}: the authority asks there`));
  }
  if (listen === null) return findings;
  // What is wrong with the files themselves is told of the section tls.
  const named = await findingsOf('publication.url', async () => {
    const { cert } = loadTlsIdentity({ keyFile: tls.keyFile, certFile: tls.certificateFile });
    const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
    return servesHost(new X509Certificate(cert), host)
      ? []
      : [
          problem(
            'publication.url',
            `tls.certificateFile is not for ${host}: nobody would believe that it is us`,
          ),
        ];
  });
  return [...findings, ...named.filter(({ sentence }) => sentence.startsWith('tls.certificateFile'))];
}

function servesHost(certificate: X509Certificate, host: string): boolean {
  return (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined;
}

async function checkOtherCertificates(facts: PublicationFacts): Promise<readonly ConfigFinding[]> {
  const { config, certificate, snapshot, clock } = facts;
  const { provider, publication } = config;
  const { otherCertificatesFile: file } = publication;
  const path = 'publication.otherCertificatesFile';
  if (file === undefined) return [];
  return findingsOf(path, async () => {
    const read = await readCertificates(file);
    // Files that an authority hands out hold its own certificates too.
    const others = read.filter(
      ({ basicConstraints, der }) => basicConstraints === null && certificate?.der.equals(der) !== true,
    );
    if (others.length === 0)
      return [warning(path, `${file} holds no certificate of ours but the one that signs`)];
    const expected = {
      providerName: provider.name,
      serviceAddress: provider.serviceAddress,
      instant: clock.now(),
    };
    return others.flatMap((other) => {
      const wrong = profileProblems(other, expected).map(({ severity, sentence }) =>
        severity === 'error' ? problem(path, sentence) : warning(path, sentence),
      );
      const listed = snapshot?.findByCertificateHash(other.sha1) ?? [];
      return snapshot === undefined || listed.length > 0
        ? wrong
        : [...wrong, warning(path, 'the index does not hold it yet: nothing may be signed with it before')];
    });
  });
}
