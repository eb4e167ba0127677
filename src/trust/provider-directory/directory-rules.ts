// SPDX-License-Identifier: EUPL-1.2
import type { DirectoryProblem, DirectoryWarning, Findings } from './directory-problem.ts';
import type { DirectorySnapshot } from './directory-snapshot.ts';
import { comparableName, type ProviderRecord, recordKey, recordTitle } from './provider-record.ts';

/** A record and the entry it was read from, so that a problem can point at it. */
export interface PlacedRecord {
  readonly record: ProviderRecord;
  readonly dn: string;
  readonly line: number | undefined;
}

interface Judgement {
  readonly records: readonly PlacedRecord[];
  /** The snapshot in use; what an update may not do is said against it. */
  readonly previous: DirectorySnapshot;
  readonly problems: Findings<DirectoryProblem>;
  readonly warnings: Findings<DirectoryWarning>;
}

/** What no single record can tell: the rules over all of them, and against the index before. */
export function checkRecords(judgement: Judgement): void {
  checkEnvironments(judgement);
  checkSharedDomains(judgement);
  checkSharedCertificates(judgement);
  checkLostDomains(judgement);
}

/** DIR-1: one main record for each provider, and no environment twice. */
function checkEnvironments({ records, problems }: Judgement): void {
  const seen = new Set<string>();
  const withMain = new Set<string>();
  for (const placed of records) {
    const key = recordKey(placed.record);
    if (seen.has(key))
      problems.add(problemOf(placed, { reason: 'duplicate-record', detail: 'a second record' }));
    seen.add(key);
    if (placed.record.providerUnit === undefined) withMain.add(comparableName(placed.record.providerName));
  }
  for (const placed of records) {
    if (withMain.has(comparableName(placed.record.providerName))) continue;
    problems.add(problemOf(placed, { reason: 'no-main-record', detail: 'its provider has no main record' }));
  }
}

/** DIR-15: a domain belongs to one provider. */
function checkSharedDomains({ records, problems, warnings }: Judgement): void {
  const owners = new Map<string, ProviderRecord>();
  for (const placed of records) {
    const { record } = placed;
    for (const domain of record.managedDomains) {
      const owner = owners.get(domain);
      if (owner === undefined) owners.set(domain, record);
      else if (!sameProvider(owner, record)) {
        const detail = `${domain} belongs to ${recordTitle(owner)} as well`;
        problems.add(problemOf(placed, { reason: 'domain-in-two-providers', detail }));
      } else if (owner !== record) {
        const detail = `${domain} is in ${recordTitle(owner)} and in ${recordTitle(record)}`;
        warnings.add({ reason: 'domain-in-two-records', detail });
      }
    }
  }
}

/** A certificate vouches for one provider; its environments may share it (section 7.4). */
function checkSharedCertificates({ records, problems }: Judgement): void {
  const owners = new Map<string, ProviderRecord>();
  for (const placed of records) {
    for (const hash of placed.record.certificateHashes) {
      const owner = owners.get(hash);
      if (owner === undefined) owners.set(hash, placed.record);
      else if (!sameProvider(owner, placed.record)) {
        const detail = `the certificate ${hash} belongs to ${recordTitle(owner)} as well`;
        problems.add(problemOf(placed, { reason: 'certificate-in-two-providers', detail }));
      }
    }
  }
}

/** DIR-15: a record that had domains has none now; losing them all to new ones is only strange. */
function checkLostDomains({ records, previous, problems, warnings }: Judgement): void {
  const before = new Map(previous.records.map((record) => [recordKey(record), record.managedDomains]));
  for (const placed of records) {
    const { managedDomains } = placed.record;
    const domainsBefore = before.get(recordKey(placed.record)) ?? new Set();
    if (managedDomains.size === 0) {
      const lost = domainsBefore.size > 0;
      problems.add(
        problemOf(placed, {
          reason: lost ? 'record-lost-domains' : 'missing-attribute',
          detail: lost ? `all ${domainsBefore.size} domains are gone` : 'managedDomains is missing',
        }),
      );
    } else if (domainsBefore.size > 0 && haveNothingInCommon(managedDomains, domainsBefore)) {
      const detail = `${recordTitle(placed.record)} has none of the ${domainsBefore.size} domains it had`;
      warnings.add({ reason: 'record-changed-all-domains', detail });
    }
  }
}

function haveNothingInCommon(some: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  for (const domain of some) if (others.has(domain)) return false;
  return true;
}

function sameProvider(one: ProviderRecord, other: ProviderRecord): boolean {
  return comparableName(one.providerName) === comparableName(other.providerName);
}

function problemOf(
  { dn, line }: PlacedRecord,
  what: Pick<DirectoryProblem, 'reason' | 'detail'>,
): DirectoryProblem {
  return line === undefined ? { ...what, dn } : { ...what, dn, line };
}
