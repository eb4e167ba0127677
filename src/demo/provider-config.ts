// SPDX-License-Identifier: EUPL-1.2
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { DemoAuthority, LicensedProvider, ProviderFiles } from './demo-authority.ts';
import type { DemoPorts, ProviderPorts } from './ports.ts';
import { ORDINARY, PROVIDERS, type RosterProvider, SILENT_PROVIDER } from './roster.ts';

/** The provider as the Authority licenses it. */
export function licensed(provider: RosterProvider): LicensedProvider {
  return {
    key: provider.key,
    name: provider.name,
    hostname: provider.hostname,
    serviceAddress: `posta-certificata@${provider.domain}`,
    serviceMailbox: `ricevute@${provider.domain}`,
    domains: provider.domains,
  };
}

/** Where a provider of the demo publishes its own record of the index (DIR-8); undefined: nowhere. */
export function recordUrl(
  { key }: RosterProvider,
  { host, ports }: Pick<ConfigFacts, 'host' | 'ports'>,
): string | undefined {
  const { publication } = ports[key];
  return publication === undefined ? undefined : `https://${host}:${publication}/igpec/${key}.ldif.p7m`;
}

/** The provider that never answers. */
export const silentLicence: LicensedProvider = {
  key: 'silente',
  name: SILENT_PROVIDER.name,
  hostname: `mx.${SILENT_PROVIDER.domain}`,
  serviceAddress: `posta-certificata@${SILENT_PROVIDER.domain}`,
  serviceMailbox: `ricevute@${SILENT_PROVIDER.domain}`,
  domains: [SILENT_PROVIDER.domain],
};

export interface ConfigFacts {
  readonly provider: RosterProvider;
  readonly folder: string;
  readonly host: string;
  readonly ports: DemoPorts;
  readonly authority: DemoAuthority;
  readonly files: ProviderFiles;
  /** The section `antivirus`; without it no scanner, said aloud. */
  readonly antivirus?: Readonly<Record<string, unknown>>;
}

/**
 * Writes a provider's configuration, one that `ceralacca serve --config` takes as well, and returns its
 * path. YAML holds JSON, so JSON it is.
 */
export async function writeProviderConfig(facts: ConfigFacts): Promise<string> {
  const { provider, folder, authority, files } = facts;
  const { serviceAddress, serviceMailbox } = licensed(provider);
  const url = recordUrl(provider, facts);
  const config = {
    folder: 'data',
    provider: {
      name: provider.name,
      hostname: provider.hostname,
      serviceAddress,
      serviceMailbox,
      domains: provider.domains,
    },
    listen: listeners(facts.host, facts.ports[provider.key]),
    tls: {
      certificateFile: files.tlsCertificate,
      keyFile: files.tlsKey,
      peerCaFile: authority.caFile,
    },
    signing: {
      keyFile: files.signingKey,
      certificateFile: files.signingCertificate,
      chainFile: authority.signingCaFile,
    },
    trust: { anchorsFile: authority.rootFile, intermediatesFile: authority.signingCaFile },
    directory: {
      url: authority.indexUrl,
      caFile: authority.caFile,
      clientCertificateFile: files.clientCertificate,
      clientKeyFile: files.clientKey,
      signerFile: authority.indexSignerFile,
    },
    antivirus: facts.antivirus ?? antivirusSection(),
    routes: routesOf(facts),
    ...(url !== undefined && {
      publication: { url, listen: { host: facts.host, port: facts.ports[provider.key].publication } },
    }),
    watch: { listen: { host: facts.host, port: facts.ports[provider.key].watch } },
    // On this machine nobody minds being asked so often, and the time server is the demo's own.
    time: { servers: [`${facts.host}:${facts.ports.ntp}`], intervalSeconds: 2 },
    timestamping: { url: authority.tsaUrl },
    journal: { file: join(folder, 'journal.jsonl') },
  };
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'config.yaml');
  await writeFile(path, `${JSON.stringify(config, null, 2)}\n`);
  return path;
}

/**
 * The section `antivirus`: a clamd by its unix socket or its port, or nobody, said explicitly. The demo's clock
 * travels, so the age of the signatures says nothing.
 */
export function antivirusSection(clamd?: string): Readonly<Record<string, unknown>> {
  if (clamd === undefined) return { scanner: 'none' };
  const where = /^\d+$/.test(clamd) ? { port: Number(clamd) } : { socket: resolve(clamd) };
  return { scanner: 'clamd', ...where, maximumSignatureAgeHours: null };
}

function listeners(host: string, ports: ProviderPorts) {
  const at = (port: number) => ({ host, port });
  return {
    submission: at(ports.submission),
    submissionStarttls: at(ports.submissionStarttls),
    exchange: at(ports.exchange),
    imaps: at(ports.imaps),
    imap: at(ports.imap),
    pop3s: at(ports.pop3s),
    pop3: at(ports.pop3),
  };
}

/** Where the domains of everybody else are, instead of DNS. */
function routesOf({ provider, host, ports }: ConfigFacts): Record<string, object> {
  const routes: Record<string, object> = {
    [ORDINARY.domain]: { host, port: ports.ordinary },
    [SILENT_PROVIDER.domain]: { host, port: ports.silent },
  };
  for (const other of PROVIDERS) {
    if (other.key === provider.key) continue;
    for (const domain of other.domains) {
      routes[domain] = { host, port: ports[other.key].exchange, tlsName: other.hostname };
    }
  }
  return routes;
}
