// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../platform/clock.ts';
import { type Certificate, readCertificate } from '../../wire/cms/certificate.ts';
import type { DirectoryProblem } from '../provider-directory/directory-problem.ts';
import type { DirectorySnapshot } from '../provider-directory/directory-snapshot.ts';
import { problemsAmong, readOwnRecords } from '../provider-directory/own-records.ts';
import type { ProviderRecord } from '../provider-directory/provider-record.ts';
import type { RegisteredProvider } from './provider-register.ts';

/** What was brought of one provider. */
export interface Brought {
  readonly provider: RegisteredProvider;
  /** The file as it is published now; undefined when it cannot be had. */
  readonly fresh: Buffer | undefined;
  /** The file that was last taken; undefined when none was yet. */
  readonly kept: Buffer | undefined;
}

/** What became of one provider's file (DIR-9). */
export interface CollectedProvider {
  readonly key: string;
  /**
   * `taken`: the index holds what it says now; `kept`: what it said before, since the new file cannot be had or
   * does not pass; `absent`: the index does not hold the provider at all.
   */
  readonly outcome: 'taken' | 'kept' | 'absent';
  /** Why the new file is not taken; empty when it could not be had. */
  readonly problems: readonly DirectoryProblem[];
  /** SHA-1 of the certificates that were left out: revoked or expired. */
  readonly withdrawn: readonly string[];
}

export interface Collection {
  /** All records for the index, in the order of the register. */
  readonly records: readonly ProviderRecord[];
  readonly providers: readonly CollectedProvider[];
}

export interface CollectionTerms {
  readonly now: Instant;
  /** The index before (DIR-15). */
  readonly previous: DirectorySnapshot;
  isRevoked(certificate: Buffer): boolean;
}

/** One provider's share in the index. */
interface Share {
  readonly records: readonly ProviderRecord[];
  readonly withdrawn: readonly string[];
}

interface Candidate {
  readonly key: string;
  readonly kept: Share | undefined;
  readonly fresh: Share | undefined;
  problems: readonly DirectoryProblem[];
  share: Share | undefined;
  taken: boolean;
}

/**
 * DIR-9: judges every provider's file and puts their records together. A file that does not pass, alone or
 * beside those of the others, changes nothing: what was taken before stays, without what was revoked meanwhile.
 */
export async function collectIndex(brought: readonly Brought[], terms: CollectionTerms): Promise<Collection> {
  const candidates: Candidate[] = [];
  for (const one of brought) candidates.push(await candidateOf(one, terms));
  // What one provider gives up another may take over: tried until nothing more can be taken.
  for (let taking = true; taking; ) {
    taking = false;
    for (const candidate of candidates) {
      if (candidate.taken || candidate.fresh === undefined) continue;
      const others = candidates.filter((other) => other !== candidate);
      const all = [...others, { share: candidate.fresh }].flatMap(({ share }) => share?.records ?? []);
      candidate.problems = problemsAmong(all, terms.previous);
      if (candidate.problems.length > 0) continue;
      candidate.share = candidate.fresh;
      candidate.taken = true;
      taking = true;
    }
  }
  return {
    records: candidates.flatMap(({ share }) => share?.records ?? []),
    providers: candidates.map(({ key, share, taken, problems }) => {
      const there = share !== undefined && share.records.length > 0;
      const outcome = there ? (taken ? 'taken' : 'kept') : 'absent';
      return { key, outcome, problems, withdrawn: share?.withdrawn ?? [] };
    }),
  };
}

async function candidateOf({ provider, fresh, kept }: Brought, terms: CollectionTerms): Promise<Candidate> {
  const issued = provider.certificates.filter(({ purpose }) => purpose === 'signature').map(({ der }) => der);
  const inForce = issued.filter((der) => isInForce(der, terms));
  // What was taken was judged when it came; its signer may have been revoked since.
  const before =
    kept && (await readOwnRecords(kept, { authorities: issued, at: undefined, providerName: provider.name }));
  const old = before?.ok ? shareOf(before.records, inForce) : undefined;
  const base = { key: provider.key, kept: old, share: old, taken: false };
  if (fresh === undefined) return { ...base, fresh: undefined, problems: [] };
  const now = await readOwnRecords(fresh, {
    authorities: inForce,
    at: terms.now,
    providerName: provider.name,
  });
  if (!now.ok) return { ...base, fresh: undefined, problems: now.problems };
  const problems = [
    ...strangersIn(now.records, issued),
    ...(before?.ok ? older(now.signedAt, before.signedAt) : []),
  ];
  const usable = problems.length === 0 ? shareOf(now.records, inForce) : undefined;
  return { ...base, fresh: usable, problems };
}

/** Certificates that were never issued to the provider. */
function strangersIn(records: readonly ProviderRecord[], issued: readonly Buffer[]): DirectoryProblem[] {
  return records.flatMap(({ certificates, certificateHashes }) =>
    certificates.flatMap((der, at) => {
      if (issued.some((own) => own.equals(der))) return [];
      return [
        { reason: 'bad-certificate', detail: `${certificateHashes[at]} was not issued to it` } as const,
      ];
    }),
  );
}

/** A file that was good once would bring back what was taken out. */
function older(signedAt: Instant | undefined, before: Instant | undefined): DirectoryProblem[] {
  if (signedAt === undefined || before === undefined || signedAt >= before) return [];
  return [{ reason: 'older-than-current', detail: 'signed before the file that was taken last' }];
}

/** The records with the certificates in force alone; one that has none left is left out. */
function shareOf(records: readonly ProviderRecord[], inForce: readonly Buffer[]): Share {
  const withdrawn = new Set<string>();
  const left = records.flatMap((record) => {
    const good = record.certificates.map((der) => inForce.some((own) => own.equals(der)));
    record.certificateHashes.forEach((hash, at) => {
      if (!good[at]) withdrawn.add(hash);
    });
    const certificates = record.certificates.filter((_, at) => good[at]);
    if (certificates.length === 0) return [];
    return [
      { ...record, certificates, certificateHashes: record.certificateHashes.filter((_, at) => good[at]) },
    ];
  });
  // DIR-1: secondary records do not stand without the main one.
  const whole = left.some(({ providerUnit }) => providerUnit === undefined);
  return { records: whole ? left : [], withdrawn: [...withdrawn] };
}

function isInForce(der: Buffer, { now, isRevoked }: CollectionTerms): boolean {
  const certificate = certificateOf(der);
  return certificate !== undefined && now <= certificate.notAfter && !isRevoked(der);
}

function certificateOf(der: Buffer): Certificate | undefined {
  const reading = readCertificate(der);
  return reading.ok ? reading.value : undefined;
}
