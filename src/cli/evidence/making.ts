// SPDX-License-Identifier: EUPL-1.2
import { EVIDENCE_FILES } from '../../evidence/evidence-file/index-model.ts';
import { writeEvidenceIndex } from '../../evidence/evidence-file/index-writer.ts';
import { drawReport } from '../../evidence/report/report.ts';
import type { Instant } from '../../platform/clock.ts';
import { asBuffer } from '../../wire/mime/octets.ts';
import { packed } from './evidence-entries.ts';
import { type EvidencePackage, packageEvidence, withReport } from './evidence-package.ts';
import type { EvidenceTrust } from './evidence-store.ts';
import { gatherCertificates } from './gathered-certificates.ts';
import { gatherLog } from './gathered-log.ts';
import { type Gathering, gatherMessages } from './gathered-messages.ts';

export interface Making extends Gathering {
  readonly trust: EvidenceTrust;
  readonly instant: Instant;
}

/** Gathers what there is, and draws the report: everything but the signature on the index. @throws Fault */
export async function makeEvidence(
  making: Making,
): Promise<EvidencePackage & { readonly indexOctets: Buffer }> {
  const { store, grounds, trust, instant } = making;
  const messages = await gatherMessages(making);
  const log = gatherLog(store, grounds.records);
  const certificates = await gatherCertificates({
    store,
    trust,
    instant,
    messages: messages.messages,
    seals: log.seals,
  });
  const bare = packageEvidence({ grounds, trust, instant, messages, certificates, log });
  const records = log.records.map(({ record }) => record);
  const report = drawReport({ index: bare.index, records, seals: certificates.seals });
  const whole = withReport(bare, packed(EVIDENCE_FILES.report, 'relazione', asBuffer(report)));
  return { ...whole, indexOctets: writeEvidenceIndex(whole.index) };
}
