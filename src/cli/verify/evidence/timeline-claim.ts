// SPDX-License-Identifier: EUPL-1.2
import type { EvidenceKind } from '../../../evidence/evidence-file/index-model.ts';
import { recordFile } from '../../../evidence/evidence-file/outcomes.ts';
import type { Instant } from '../../../platform/clock.ts';
import { sameAddress } from '../../../wire/mime/addresses.ts';
import type { ClaimBook } from './claims.ts';
import { sealFile } from './index-consistency.ts';
import type { SealFacts } from './log-claims.ts';
import type { ManifestFacts } from './manifest-claims.ts';
import type { MessageFacts } from './message-claims.ts';
import type { EvidencePackage } from './package-claim.ts';
import { type RecordFacts, second } from './record-claims.ts';

/** By how much the clocks of two providers, or of a provider and a time-stamp authority, may differ. */
export const CLOCK_TOLERANCE_MS = 60_000;

export interface TimelineFacts {
  readonly evidence: EvidencePackage;
  readonly messages: readonly MessageFacts[];
  readonly records: ReadonlyMap<number, RecordFacts>;
  readonly seals: ReadonlyMap<number, SealFacts>;
  readonly manifest: ManifestFacts;
}

/** Where a kind stands in the life of a message; kinds of one stage may come in any order. */
const STAGES: Readonly<Record<EvidenceKind, number>> = {
  acceptance: 1,
  'non-acceptance': 1,
  'non-acceptance-virus': 1,
  'transport-envelope': 2,
  'take-charge': 3,
  'timeout-12h': 3,
  'timeout-24h': 3,
  'virus-detection': 4,
  'delivery-complete': 4,
  'delivery-brief': 4,
  'delivery-concise': 4,
  'non-delivery': 4,
  'virus-non-delivery': 4,
};

/** The warnings wait for nobody: what is late may still come, before them or after. */
const WARNINGS: ReadonlySet<EvidenceKind> = new Set<EvidenceKind>(['timeout-12h', 'timeout-24h']);

/** Claim `timeline`: nothing is earlier than what it rests on. */
export function checkTimeline(facts: TimelineFacts, book: ClaimBook): void {
  const refute = (file: string, detail: string) => book.refute('timeline', 'order', { file, detail });
  for (const earlier of facts.messages) {
    for (const later of facts.messages) {
      const detail = precedes(later, earlier);
      if (detail !== undefined) refute(later.message.file, detail);
    }
  }
  for (const message of facts.messages) checkEnd(message, { facts, refute });
  checkLog(facts, refute);
}

type Refute = (file: string, detail: string) => void;

/** Why `later`, which comes after `earlier` in the life of a message, cannot have been before it. */
function precedes(later: MessageFacts, earlier: MessageFacts): string | undefined {
  const [before, after] = [earlier.message, later.message];
  if (STAGES[before.kind] >= STAGES[after.kind]) return undefined;
  if (WARNINGS.has(before.kind) || (WARNINGS.has(after.kind) && before.kind === 'take-charge'))
    return undefined;
  const shared = before.about.some((one) => after.about.some((other) => sameAddress(one, other)));
  if (before.about.length > 0 && after.about.length > 0 && !shared) return undefined;
  const tolerance = before.provider === after.provider ? 0 : CLOCK_TOLERANCE_MS;
  if (after.instant + tolerance >= before.instant) return undefined;
  return `${show(after.instant)}, before ${before.file}, ${show(before.instant)}`;
}

/** A message was there when its record was sealed and when the file was made. */
function checkEnd(
  { message, record }: MessageFacts,
  { facts, refute }: { readonly facts: TimelineFacts; readonly refute: Refute },
): void {
  const { index } = facts.evidence;
  const own = message.provider === index.provider.name;
  if (message.instant > index.createdAt + (own ? 0 : CLOCK_TOLERANCE_MS))
    refute(message.file, `${show(message.instant)}, after the file was made, ${show(index.createdAt)}`);
  if (record === undefined) return;
  if (message.instant > second(record.instant) + (own ? 0 : CLOCK_TOLERANCE_MS))
    refute(record.file, `${show(record.instant)}, before ${message.file}, ${show(message.instant)}`);
  const stampedAt = record.seal?.stampedAt;
  if (stampedAt !== undefined && message.instant > stampedAt + CLOCK_TOLERANCE_MS)
    refute(message.file, `${show(message.instant)}, after the time stamp of its seal, ${show(stampedAt)}`);
}

function checkLog({ evidence, records, seals, manifest }: TimelineFacts, refute: Refute): void {
  const { createdAt, records: listed } = evidence.index;
  let before: SealFacts | undefined;
  for (const facts of seals.values()) {
    const { seal, stampedAt } = facts;
    const file = sealFile(seal.number);
    if (before !== undefined && seal.closedAt < before.seal.closedAt)
      refute(
        file,
        `${show(seal.closedAt)}, before seal ${before.seal.number}, ${show(before.seal.closedAt)}`,
      );
    if (seal.closedAt > createdAt) refute(file, `${show(seal.closedAt)}, after the file was made`);
    if (stampedAt !== undefined && seal.closedAt > stampedAt + CLOCK_TOLERANCE_MS)
      refute(file, `${show(seal.closedAt)}, after its time stamp, ${show(stampedAt)}`);
    before = facts;
  }
  for (const { sequence } of listed) {
    const record = records.get(sequence);
    if (record === undefined) continue;
    const instant = second(record.instant);
    if (instant > createdAt) refute(record.file, `${show(instant)}, after the file was made`);
    const closedAt = record.seal?.seal.closedAt;
    if (closedAt !== undefined && instant > closedAt)
      refute(recordFile(sequence), `${show(instant)}, after its seal was closed, ${show(closedAt)}`);
  }
  const { stampedAt } = manifest;
  if (stampedAt !== undefined && createdAt > stampedAt + CLOCK_TOLERANCE_MS)
    refute('index.xml', `${show(createdAt)}, after its time stamp, ${show(stampedAt)}`);
}

function show(instant: Instant): string {
  return `${new Date(instant).toISOString().slice(0, 19)}Z`;
}
