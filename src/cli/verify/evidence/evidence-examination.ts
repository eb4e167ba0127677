// SPDX-License-Identifier: EUPL-1.2

import { EVIDENCE_CLAIMS, type EvidenceClaim } from '../../../evidence/evidence-file/evidence-claims.ts';
import type { EvidenceGap } from '../../../evidence/evidence-file/index-model.ts';
import { EVIDENCE_FILES } from '../../../evidence/evidence-file/index-model.ts';
import { recordFile } from '../../../evidence/evidence-file/outcomes.ts';
import type { Clock, Instant } from '../../../platform/clock.ts';
import type { DirectorySnapshot } from '../../../trust/provider-directory/directory-snapshot.ts';
import { printName } from '../../../wire/cms/distinguished-name.ts';
import type { Octets } from '../../../wire/mime/octets.ts';
import { ClaimBook } from './claims.ts';
import { checkDigests } from './digests-claim.ts';
import type { ClaimResult, EndedCertificate, EvidenceFindings } from './evidence-report.ts';
import { type Chain, type EvidenceAnchors, EvidenceTrust } from './evidence-trust.ts';
import { sealFile, stampFile } from './index-consistency.ts';
import { checkSeals, type SealFacts } from './log-claims.ts';
import { checkManifest, type ManifestFacts } from './manifest-claims.ts';
import { checkMessages, checkRevocation, type MessageFacts } from './message-claims.ts';
import { checkOutcomes } from './outcomes-claim.ts';
import { type EvidencePackage, openPackage } from './package-claim.ts';
import { checkRecordedOriginal, checkRecords } from './record-claims.ts';
import { checkReport } from './report-claim.ts';
import { checkTimeline } from './timeline-claim.ts';

export interface EvidenceExamination {
  readonly anchors: EvidenceAnchors;
  /** Null: whether signers are providers of an index is not asked. */
  readonly directory: DirectorySnapshot | null;
  /** Only to tell which certificates have ended since; nothing is judged by it. */
  readonly clock: Clock;
}

/**
 * Judges every claim of an evidence file, by its octets and the anchors alone. Rejects only when the octets cannot be
 * had. The first claims are judged before anything is read that rests on them: of a file whose index is not the signed
 * one no message is looked at.
 */
export async function examineEvidence(
  octets: Octets,
  { anchors, directory, clock }: EvidenceExamination,
): Promise<EvidenceFindings> {
  const book = new ClaimBook();
  const evidence = await openPackage(octets, book);
  if (evidence === undefined) return findings(book, {});
  await checkDigests(evidence, book);
  if (book.firstWrong('digests') !== undefined) return findings(book, { evidence });
  const trust = await EvidenceTrust.open(anchors, evidence);
  const manifest = await checkManifest(evidence, { trust, book, directory });
  if (book.firstWrong('manifest-stamp') !== undefined) return findings(book, { evidence });
  tellGaps(evidence.index.missing, book);
  const seals = await checkSeals(evidence, { trust, book });
  const records = await checkRecords(evidence, { seals, book });
  const { stampedAt } = manifest;
  const messages = await checkMessages({ evidence, trust, book, records, stampedAt, directory });
  checkOtherSigners({ evidence, trust, book, manifest, seals });
  checkRecordedOriginal(evidence.index, { records, book });
  checkTimeline({ evidence, messages, records, seals, manifest }, book);
  checkOutcomes({ evidence, messages, records }, book);
  await checkReport(evidence, book);
  return findings(book, { evidence, manifest, messages, seals, now: clock.now() });
}

/** Which claim a thing that the index says is missing leaves open. */
const GAP_CLAIMS: Readonly<Record<EvidenceGap['what'], EvidenceClaim>> = {
  originale: 'original',
  messaggio: 'outcomes',
  registrazioni: 'records',
  sigillo: 'inclusion',
  marca: 'seals',
  certificato: 'message-signature',
  revoca: 'revocation',
};

function tellGaps(missing: readonly EvidenceGap[], book: ClaimBook): void {
  for (const { what, record, text } of missing) {
    const claim = what === 'marca' && record === undefined ? 'manifest-stamp' : GAP_CLAIMS[what];
    const file = record === undefined ? {} : { file: recordFile(record) };
    book.leaveOpen(claim, 'said-missing', { ...file, detail: text });
  }
}

/** Claim `revocation`, of who signed the index and the seals; time-stamp authorities are asked only whether they were revoked. */
function checkOtherSigners(facts: {
  readonly evidence: EvidencePackage;
  readonly trust: EvidenceTrust;
  readonly book: ClaimBook;
  readonly manifest: ManifestFacts;
  readonly seals: ReadonlyMap<number, SealFacts>;
}): void {
  const { evidence, trust, book, manifest, seals } = facts;
  const { stampedAt, chain, stampChain } = manifest;
  const signedAt = evidence.index.createdAt;
  if (chain !== undefined) {
    const file = EVIDENCE_FILES.signedIndex;
    checkRevocation({ chain, file }, { trust, book, signedAt, provedAt: stampedAt });
  }
  const asked = { trust, book, mayBeUnknown: true };
  if (stampChain !== undefined && stampedAt !== undefined) {
    const file = EVIDENCE_FILES.indexStamp;
    checkRevocation({ chain: stampChain, file }, { ...asked, signedAt: stampedAt, provedAt: undefined });
  }
  for (const { seal, chain, stampChain, stampedAt } of seals.values()) {
    const file = sealFile(seal.number);
    checkRevocation({ chain, file }, { ...asked, signedAt: seal.closedAt, provedAt: stampedAt });
    if (stampChain === undefined || stampedAt === undefined) continue;
    const stamp = { chain: stampChain, file: stampFile(seal.number) };
    checkRevocation(stamp, { ...asked, signedAt: stampedAt, provedAt: manifest.stampedAt });
  }
}

interface Found {
  readonly evidence?: EvidencePackage;
  readonly manifest?: ManifestFacts;
  readonly messages?: readonly MessageFacts[];
  readonly seals?: ReadonlyMap<number, SealFacts>;
  readonly now?: Instant;
}

function findings(book: ClaimBook, found: Found): EvidenceFindings {
  const { evidence, manifest, messages = [] } = found;
  const wrong = book.firstWrong() ?? null;
  const open = wrong === null ? book.open() : [];
  const verdict = wrong !== null ? 'bad' : open.length > 0 ? 'incomplete' : 'good';
  const opened = new Set(open.map(({ claim }) => claim));
  const reached = wrong === null ? EVIDENCE_CLAIMS.length : EVIDENCE_CLAIMS.indexOf(wrong.claim);
  const claims = EVIDENCE_CLAIMS.map((claim, at): ClaimResult => {
    if (at === reached) return { claim, result: 'false' };
    if (at > reached) return { claim, result: 'not-reached' };
    return { claim, result: opened.has(claim) ? 'not-proved' : 'holds' };
  });
  return {
    verdict,
    wrong,
    claims,
    open,
    says: evidence?.index ?? null,
    stampedAt: manifest?.stampedAt ?? null,
    messages: messages.map(({ message, provedAt, provedBy }) => {
      return { file: message.file, provedAt: provedAt ?? null, provedBy };
    }),
    ended: endedSince(found),
    weak: messages.filter(({ digest }) => digest === 'sha1').map(({ message }) => message.file),
  };
}

/** Certificates of the index's and seals' signers and stamps that have ended, each once. */
function endedSince({ manifest, seals, messages = [], now }: Found): readonly EndedCertificate[] {
  if (now === undefined) return [];
  const found = new Map<string, EndedCertificate>();
  const look = (chain: Chain | undefined, of: EndedCertificate['of']) => {
    const [certificate] = chain ?? [];
    if (certificate === undefined || certificate.notAfter >= now) return;
    const { sha1, subject, notAfter } = certificate;
    found.set(sha1, { name: printName(subject), endedAt: notAfter, of });
  };
  for (const { chain } of messages) look(chain, 'signer');
  look(manifest?.chain, 'signer');
  look(manifest?.stampChain, 'time-stamp-authority');
  for (const { chain, stampChain } of seals?.values() ?? []) {
    look(chain, 'signer');
    look(stampChain, 'time-stamp-authority');
  }
  return [...found.values()];
}
