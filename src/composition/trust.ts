// SPDX-License-Identifier: EUPL-1.2
import { readFile } from 'node:fs/promises';
import type { HouseStore } from '../mailroom/steps/house-store.ts';
import type { Alert } from '../platform/alerts.ts';
import type { Config } from '../platform/config/config.ts';
import { Fault } from '../platform/faults.ts';
import { type DirectoryAlarm, DirectoryRefresh } from '../trust/provider-directory/directory-refresh.ts';
import type { DirectorySource } from '../trust/provider-directory/directory-source.ts';
import { FileSource } from '../trust/provider-directory/file-source.ts';
import { HttpsSource } from '../trust/provider-directory/https-source.ts';
import { LastGoodCopyFile } from '../trust/provider-directory/last-good-copy-file.ts';
import { ProviderDirectory } from '../trust/provider-directory/provider-directory.ts';
import { readPemCertificates } from '../trust/signing/authorities.ts';
import { CertificationPaths } from '../trust/signing/certification-paths.ts';
import { CrlCache } from '../trust/signing/crl-cache.ts';
import { httpFetch } from '../trust/signing/http-fetch.ts';
import { RevocationArchive } from '../trust/signing/revocation-archive.ts';
import type { RevocationSource } from '../trust/signing/revocation-source.ts';
import { Verifier } from '../trust/signing/verification.ts';
import type { Around } from './surroundings.ts';

const HOUR_MS = 3_600_000;
const CRL_LIMIT_BYTES = 8 * 1024 * 1024;

export interface OpenDirectory {
  readonly directory: ProviderDirectory;
  readonly refresh: DirectoryRefresh;
}

/**
 * DIR-12 to DIR-14: the last good copy of the index at once, then a fresh one. Throws the Fault
 * `index-missing` when neither can be had.
 */
export async function openDirectory(
  config: Config,
  facts: {
    readonly indexCopy: string;
    readonly around: Around;
    /** Told the version of each index that comes into use. */
    readonly onUpdated: (version: string) => void;
  },
): Promise<OpenDirectory> {
  const { indexCopy, around, onUpdated } = facts;
  const { journal, clock, timers, alerts } = around;
  const { signerFile, refreshHours } = config.directory;
  const directory = new ProviderDirectory();
  // A restart that finds the index it left has no news for the log.
  let restoring = true;
  const refresh = new DirectoryRefresh({
    directory,
    source: await directorySource(config),
    copy: new LastGoodCopyFile(indexCopy),
    authorities: (await certificates(signerFile)).map((certificate) => certificate.der),
    clock,
    timers,
    intervalMs: refreshHours * HOUR_MS,
    watcher: {
      updated: ({ to, warnings }) => {
        journal.info({ version: to.version, warnings }, 'provider index in use');
        if (!restoring) onUpdated(to.version);
      },
      alarm: ({ kind, ...facts }) => alerts.raise({ ...INDEX_ALERTS[kind], facts }),
      refreshed: () => {
        for (const { code } of Object.values(INDEX_ALERTS)) alerts.clear(code);
      },
    },
  });
  await refresh.restore();
  restoring = false;
  const outcome = await refresh.refresh();
  if (directory.current.records.length === 0) {
    throw new Fault('index-missing', `no provider index could be had (${outcome})`, { temporary: true });
  }
  requireOwnRecord(config, directory);
  return { directory, refresh };
}

/** What the operator is told of the index; a good refresh ends all of it. */
const INDEX_ALERTS: Record<DirectoryAlarm['kind'], Pick<Alert, 'code' | 'sentence'>> = {
  'index-refused': {
    code: 'index-refused',
    sentence: 'the provider index does not pass; the one in use stays',
  },
  'index-unreachable': {
    code: 'index-unreachable',
    sentence: 'the provider index cannot be read; the one in use stays',
  },
  'copy-refused': {
    code: 'index-copy-refused',
    sentence: 'the copy of the provider index does not pass',
  },
  'copy-unreadable': {
    code: 'index-copy-unreadable',
    sentence: 'the copy of the provider index cannot be read',
  },
  'copy-not-kept': {
    code: 'index-copy-not-kept',
    sentence: 'the provider index cannot be kept for the next start',
  },
  'index-stale': {
    code: 'index-stale',
    sentence: 'the provider index has not been read for long',
  },
};

/** Where revocation is asked, and where the lists that answer are kept. */
export interface Revocation {
  readonly source: RevocationSource;
  readonly archive: RevocationArchive;
}

/** Revocation lists over HTTP and from the files of the configuration; each one that is relied on is kept. */
export function openRevocation(
  { trust }: Config,
  {
    store,
    around,
    stack,
  }: { readonly store: HouseStore; readonly around: Around; readonly stack: AsyncDisposableStack },
): Revocation {
  const { clock, journal } = around;
  const archive = new RevocationArchive({
    ...around,
    reader: store,
    commit: (acts) => store.commit({ blobs: [], contents: [], parts: [{ acts }] }),
  });
  stack.defer(() => archive.settled());
  const source = new CrlCache({
    clock,
    fetchUrl: httpFetch({ limitBytes: CRL_LIMIT_BYTES }),
    files: trust.revocationFiles,
    readFile,
    onFailure: (location, error) =>
      journal.warn({ location, error }, 'a revocation list could not be fetched'),
    onTrusted: (found) => archive.keep(found),
  });
  return { source, archive };
}

/** What judges signatures of others (IP-4 to IP-7). */
export async function openVerifier(
  { trust }: Config,
  facts: {
    readonly directory: ProviderDirectory;
    readonly revocation: Revocation;
    readonly around: Around;
  },
): Promise<Verifier> {
  const { anchorsFile, intermediatesFile } = trust;
  const { directory, revocation, around } = facts;
  const { clock } = around;
  return new Verifier({
    // Each look-up asks the index of this moment (DIR-16).
    lookup: { findByCertificateHash: (hash) => directory.current.findByCertificateHash(hash) },
    paths: new CertificationPaths({
      anchors: await certificates(anchorsFile),
      intermediates: intermediatesFile === undefined ? [] : await certificates(intermediatesFile),
      revocation: revocation.source,
    }),
    clock,
  });
}

/** A domain of ours that the index gives to nobody, or to somebody else, would be typed wrongly by everybody. */
function requireOwnRecord({ provider }: Config, directory: ProviderDirectory): void {
  for (const domain of provider.domains) {
    const owner = directory.current.findByDomain(domain);
    if (owner?.providerName.toLowerCase() === provider.name.toLowerCase()) continue;
    const says = owner === undefined ? 'knows nothing of it' : `gives it to ${owner.providerName}`;
    const sentence = `provider.domains names ${domain}, but the index ${says}`;
    throw new Fault('domain-not-ours', sentence, { temporary: false });
  }
}

async function directorySource({ directory }: Config): Promise<DirectorySource> {
  const { file, url, caFile = '', clientCertificateFile = '', clientKeyFile = '' } = directory;
  if (file !== undefined) return new FileSource(file);
  // The schema lets no configuration through that has neither file nor url.
  return new HttpsSource({
    url: url ?? '',
    ca: await readNamed(caFile),
    certificate: await readNamed(clientCertificateFile),
    key: await readNamed(clientKeyFile),
  });
}

/** @throws Fault `named-file-unreadable`, and what reading certificates throws */
export async function certificates(file: string) {
  return readPemCertificates((await readNamed(file)).toString('utf8'), file);
}

/** A file the configuration names. */
async function readNamed(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new Fault('named-file-unreadable', `${file} cannot be read`, { temporary: false, cause });
  }
}
