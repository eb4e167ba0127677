// SPDX-License-Identifier: EUPL-1.2
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../platform/faults.ts';
import { readDirectory } from '../provider-directory/directory-reader.ts';
import { type DirectorySnapshot, emptySnapshot } from '../provider-directory/directory-snapshot.ts';
import { FileSource, readIndexFile } from '../provider-directory/file-source.ts';
import { HttpsSource } from '../provider-directory/https-source.ts';
import type { AuthorityOffice } from './authority-office.ts';
import { guarded, writeWhole } from './identity-files.ts';
import { type Brought, type CollectedProvider, collectIndex } from './index-collection.ts';
import { writeIndex } from './index-writer.ts';
import { certificatePem } from './key-pair.ts';
import type { RegisteredProvider } from './provider-register.ts';

/** The signed index in an office's folder. */
export const INDEX_FILE = 'igpec.ldif.p7m';

export interface RenewedIndex {
  /** What became of each provider, in the order of the register. */
  readonly providers: readonly (CollectedProvider & {
    /** Why its file could not be had. */
    readonly unreachable?: string;
  })[];
  /** Records of the new index. */
  readonly recordCount: number;
}

export interface RenewalTerms {
  /** False: nothing is fetched; only what was revoked meanwhile leaves the index. */
  readonly fetch: boolean;
  /** Files to take in the place of what providers publish, by key: the first time there is no server yet. */
  readonly instead?: ReadonlyMap<string, string>;
  /** PEM; who else, besides the Authority itself, may vouch for the servers of providers. */
  readonly ca?: string;
}

/**
 * DIR-9, DIR-10: brings every provider's own file, judges it, and signs an index of what is good. The new index has
 * passed the checks that providers make (DIR-13, DIR-15) before it takes the place of the old one.
 * @throws Fault `index-not-made`, `authority-folder-unusable`
 */
export async function renewIndex(office: AuthorityOffice, terms: RenewalTerms): Promise<RenewedIndex> {
  const { authority, folder, register } = office;
  await guarded(folder, () => mkdir(join(folder, 'records'), { recursive: true, mode: 0o700 }));
  const fetched = await Promise.all(register.providers.map((provider) => bring(office, provider, terms)));
  const previous = await indexBefore(office);
  const now = authority.parts.clock.now();
  const collection = await collectIndex(fetched, {
    now,
    previous,
    isRevoked: (certificate) => authority.isRevoked(certificate),
  });
  const ldif = writeIndex({ locationUrl: register.indexUrl, providers: collection.records });
  const p7m = await authority.signIndex(ldif);
  const authorities = [authority.indexCertificate];
  const reading = await readDirectory(p7m, { authorities, at: now, previous });
  if (!reading.ok) {
    const why = reading.problems.map(({ reason, detail }) => `${reason}: ${detail}`).join('; ');
    throw new Fault('index-not-made', `the new index would be refused: ${why}`, { temporary: false });
  }
  const outcomes = collection.providers.map((provider, at) => {
    const unreachable = fetched[at]?.unreachable;
    return unreachable === undefined ? provider : { ...provider, unreachable };
  });
  await guarded(folder, async () => {
    for (const [at, { key, outcome }] of outcomes.entries()) {
      const fresh = fetched[at]?.fresh;
      if (outcome === 'taken' && fresh !== undefined) await writeWhole(keptFile(folder, key), fresh, 0o600);
    }
    await writeWhole(join(folder, INDEX_FILE), p7m, 0o644);
  });
  return { providers: outcomes, recordCount: collection.records.length };
}

async function bring(
  { folder, authority }: AuthorityOffice,
  provider: RegisteredProvider,
  { fetch, ca = '', instead }: RenewalTerms,
): Promise<Brought & { readonly unreachable?: string }> {
  const kept = await readIndexFile(keptFile(folder, provider.key));
  if (!fetch) return { provider, kept, fresh: undefined };
  const { root, tls } = authority.parts.certificates;
  const own = [root, tls].map(certificatePem).join('');
  try {
    const source = instead?.get(provider.key) ?? provider.source;
    const from = /^https:/i.test(source)
      ? new HttpsSource({ url: source, ca: `${own}${ca}` })
      : new FileSource(source);
    return { provider, kept, fresh: await from.fetch() };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
    return { provider, kept, fresh: undefined, unreachable: `${error.message}${cause}` };
  }
}

/** The index in the folder; none when it is not there or does not hold, so that a new one can be made. */
async function indexBefore({ authority, folder }: AuthorityOffice): Promise<DirectorySnapshot> {
  const p7m = await readIndexFile(join(folder, INDEX_FILE));
  if (p7m === undefined) return emptySnapshot;
  const authorities = [authority.indexCertificate];
  const reading = await readDirectory(p7m, { authorities, at: undefined, previous: emptySnapshot });
  return reading.ok ? reading.snapshot : emptySnapshot;
}

function keptFile(folder: string, key: string): string {
  return join(folder, 'records', `${key}.ldif.p7m`);
}
