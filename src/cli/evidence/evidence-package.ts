// SPDX-License-Identifier: EUPL-1.2
import type { LogRecord } from '../../evidence/certification-log/log-store.ts';
import {
  EVIDENCE_FILES,
  EVIDENCE_LIMITS,
  type EvidenceGap,
  type EvidenceIndex,
  type EvidenceRecipient,
} from '../../evidence/evidence-file/index-model.ts';
import { writeEvidenceIndex } from '../../evidence/evidence-file/index-writer.ts';
import { namingRecord } from '../../evidence/evidence-file/naming-records.ts';
import { outcomeOf } from '../../evidence/evidence-file/outcomes.ts';
import { gapText } from '../../evidence/wording/evidence-gaps.ts';
import type { Instant } from '../../platform/clock.ts';
import { Fault } from '../../platform/faults.ts';
import type { EvidenceGrounds } from '../../points/reissuing/evidence-decision.ts';
import { sameAddress } from '../../wire/mime/addresses.ts';
import { nameMessages, type PackedFile, packFiles } from './evidence-entries.ts';
import type { EvidenceTrust } from './evidence-store.ts';
import type { GatheredCertificates } from './gathered-certificates.ts';
import type { GatheredLog } from './gathered-log.ts';
import type { GatheredMessages } from './gathered-messages.ts';

/** An evidence file but for the report and the signature on its index. */
export interface EvidencePackage {
  readonly index: EvidenceIndex;
  readonly files: readonly PackedFile[];
}

export interface Gathered {
  readonly grounds: EvidenceGrounds;
  readonly trust: EvidenceTrust;
  readonly instant: Instant;
  readonly messages: GatheredMessages;
  readonly certificates: GatheredCertificates;
  readonly log: GatheredLog;
}

/** What the index says of all that was gathered. @throws Fault `evidence-too-large` */
export function packageEvidence(gathered: Gathered): EvidencePackage {
  const { grounds, trust, instant, certificates, log } = gathered;
  const records = log.records.map(({ record }) => record);
  const named = nameMessages(gathered.messages.messages);
  const messages = named.map(({ file, message: { facts } }) => {
    const record = namingRecord(facts, records);
    return { file, ...facts, ...(record !== undefined && { record: record.sequence }) };
  });
  const files = packFiles({
    original: gathered.messages.original,
    messages: named,
    certificates,
    log,
  });
  requireRoom(files);
  const { messageId, subject } = subjectOf(gathered);
  const index: EvidenceIndex = {
    provider: trust.provider,
    createdAt: instant - (instant % 1000),
    view: grounds.view,
    identifier: grounds.identifier,
    ...(messageId !== undefined && { messageId }),
    sender: grounds.sender,
    ...(subject !== undefined && { subject }),
    recipients: recipientsOf(gathered).map((recipient) => ({
      ...recipient,
      ...outcomeOf(recipient.address, { messages, records }),
    })),
    files: files.map(({ entry }) => entry),
    messages,
    records: log.records.map(({ entry }) => entry),
    seals: log.seals.map(({ number, consistency }) => ({
      number,
      consistency: consistency.map((each) => each.toString('hex')),
    })),
    missing: [...gathered.messages.missing, ...certificates.missing, ...log.missing, ...stampGap(trust)],
  };
  return { index, files };
}

/** With one more file, as the index says it: right after the readme. */
export function withReport({ index, files }: EvidencePackage, report: PackedFile): EvidencePackage {
  const [readme, ...others] = files;
  const all = readme === undefined ? [report] : [readme, report, ...others];
  return { index: { ...index, files: all.map(({ entry }) => entry) }, files: all };
}

/** Everything in the order of the ZIP, with the index and what signs it. */
export function zipOrder(
  { index, files }: EvidencePackage,
  { signed, token }: { readonly signed: Buffer; readonly token?: Buffer },
): readonly { readonly name: string; readonly content: PackedFile['content'] }[] {
  const named = files.map(({ entry, content }) => ({ name: entry.name, content }));
  return [
    ...named.slice(0, 2),
    { name: EVIDENCE_FILES.index, content: writeEvidenceIndex(index) },
    { name: EVIDENCE_FILES.signedIndex, content: signed },
    ...(token === undefined ? [] : [{ name: EVIDENCE_FILES.indexStamp, content: token }]),
    ...named.slice(2),
  ];
}

function stampGap({ stamps }: EvidenceTrust): readonly EvidenceGap[] {
  const gap = { what: 'marca', why: 'senza-autorita' } as const;
  return stamps ? [] : [{ ...gap, text: gapText(gap) }];
}

/** As the messages say; the log where there are none. */
function subjectOf({ messages, grounds }: Gathered): Pick<LogRecord, 'messageId' | 'subject'> {
  return messages.messages[0]?.data ?? grounds.records[0] ?? {};
}

function recipientsOf({
  messages,
  grounds,
}: Gathered): readonly Pick<EvidenceRecipient, 'address' | 'certified'>[] {
  const data = messages.messages[0]?.data;
  if (data !== undefined) return data.recipients;
  const listed = grounds.records.flatMap(({ recipients }) => recipients);
  return listed
    .filter((address, at) => listed.findIndex((other) => sameAddress(other, address)) === at)
    .map((address) => ({ address }));
}

/** @throws Fault `evidence-too-large` */
export function requireRoom(files: readonly PackedFile[]): void {
  const whole = files.reduce((sum, { entry }) => sum + entry.sizeBytes, 0);
  if (whole + OVERHEAD_BYTES <= EVIDENCE_LIMITS.wholeBytes && files.length + 5 <= EVIDENCE_LIMITS.entries)
    return;
  const message = `${files.length} files of ${whole} octets in all are too much for one evidence file`;
  throw new Fault('evidence-too-large', message, { temporary: false });
}

/** For the index, its signature, the report and what the ZIP adds. */
const OVERHEAD_BYTES = 50_000_000;
