// SPDX-License-Identifier: EUPL-1.2
import type { ProviderRecord } from './provider-record.ts';

/** One published state of the index; it never changes, so whoever holds it works on one version (DIR-16). */
export interface DirectorySnapshot {
  /** Short name for logs: the publishing instant and the first digits of `sha256`. */
  readonly version: string;
  /** When the Authority says it signed it, milliseconds since the epoch; `undefined` if it does not say. */
  readonly publishedAt: number | undefined;
  /** SHA-256 of the signed file, lower-case hexadecimal; empty for the empty snapshot. */
  readonly sha256: string;
  /** URL of the whole index, from its root entry (DIR-10). */
  readonly locationUrl: string | undefined;
  readonly records: readonly ProviderRecord[];
  /** The record that manages a domain; any case, exact match, sub-domains are not covered (AP-22, DIR-17). */
  findByDomain(domain: string): ProviderRecord | undefined;
  /** The records that hold a certificate with this SHA-1 (hexadecimal, any case; IP-5, DIR-3). */
  findByCertificateHash(hash: string): readonly ProviderRecord[];
}

/** What a provider knows before its first index: nobody. */
export const emptySnapshot: DirectorySnapshot = createSnapshot({
  records: [],
  sha256: '',
  publishedAt: undefined,
  locationUrl: undefined,
});

/** Indexes the records; where two of them share a domain, the first has it. */
export function createSnapshot(
  facts: Pick<DirectorySnapshot, 'records' | 'sha256' | 'publishedAt' | 'locationUrl'>,
): DirectorySnapshot {
  const byDomain = new Map<string, ProviderRecord>();
  const byHash = new Map<string, ProviderRecord[]>();
  for (const record of facts.records) {
    for (const domain of record.managedDomains) {
      if (!byDomain.has(domain)) byDomain.set(domain, record);
    }
    for (const hash of new Set(record.certificateHashes)) {
      byHash.set(hash, [...(byHash.get(hash) ?? []), record]);
    }
  }
  return Object.freeze({
    ...facts,
    version: versionName(facts.sha256, facts.publishedAt),
    records: Object.freeze([...facts.records]),
    findByDomain: (domain: string) => byDomain.get(lowerAscii(domain)),
    findByCertificateHash: (hash: string) => byHash.get(lowerAscii(hash)) ?? [],
  });
}

/** Lowers A to Z only: `toLowerCase` would also turn the Kelvin sign into a k. */
export function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function versionName(sha256: string, publishedAt: number | undefined): string {
  if (sha256 === '') return 'none';
  const instant = publishedAt === undefined ? 'undated' : new Date(publishedAt).toISOString().slice(0, 19);
  return `${instant}/${sha256.slice(0, 12)}`;
}
