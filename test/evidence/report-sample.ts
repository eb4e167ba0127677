// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import type { LogEvent, LogRecord } from '../../src/evidence/certification-log/log-store.ts';
import type {
  EvidenceIndex,
  EvidenceKind,
  EvidenceMessage,
  EvidenceRecipient,
} from '../../src/evidence/evidence-file/index-model.ts';
import { drawReport } from '../../src/evidence/report/report.ts';
import type { ReportFacts } from '../../src/evidence/report/report-facts.ts';

export const NOON = Date.UTC(2026, 10, 22, 11, 0, 0);
export const IDENTIFIER = 'opec123.20261122120000.01234.5.6.78@pec.alfa.test';
export const ADDRESS = 'protocollo@pec.comune.test';
export const HASH = 'ab'.repeat(32);

export const recipient: EvidenceRecipient = {
  address: ADDRESS,
  certified: true,
  outcome: 'consegnato',
  instant: NOON + 4000,
  source: 'messages/delivery-1.eml',
};

export function message(
  kind: EvidenceKind,
  facts: Partial<EvidenceMessage> & Pick<EvidenceMessage, 'file'>,
): EvidenceMessage {
  return {
    kind,
    messageId: 'id@pec.alfa.test',
    provider: 'Gestore Alfa',
    signer: 'posta-certificata@pec.alfa.test',
    instant: NOON,
    digest: HASH,
    about: [],
    ...facts,
  };
}

export const BETA = { provider: 'Gestore Beta', signer: 'posta-certificata@pec.beta.test' };

export const index: EvidenceIndex = {
  provider: { name: 'Gestore Alfa', serviceAddress: 'posta-certificata@pec.alfa.test' },
  createdAt: NOON + 90_000_000,
  view: { of: 'mittente', holder: 'ufficio@pec.azienda.test' },
  identifier: IDENTIFIER,
  messageId: '<a1b2@ufficio.test>',
  sender: 'ufficio@pec.azienda.test',
  subject: 'Diffida ad adempiere — perché è così: «urgente»',
  recipients: [recipient],
  files: [
    { name: 'README.txt', role: 'leggimi', sizeBytes: 10, sha256: HASH },
    { name: 'messages/original.eml', role: 'originale', sizeBytes: 1_234_567, sha256: 'cd'.repeat(32) },
    { name: `revocation/${HASH}.crl`, role: 'revoca', sizeBytes: 10, sha256: HASH },
  ],
  messages: [
    message('acceptance', { file: 'messages/acceptance.eml', record: 41 }),
    message('transport-envelope', { file: 'messages/envelope-1.eml', record: 41 }),
    message('take-charge', {
      ...{ file: 'messages/take-charge-1.eml', record: 43, instant: NOON + 3000, about: [ADDRESS] },
      ...BETA,
    }),
    message('delivery-complete', {
      ...{ file: 'messages/delivery-1.eml', record: 44, instant: NOON + 4000, about: [ADDRESS] },
      ...BETA,
    }),
  ],
  records: [41, 42, 43, 44].map((sequence) => ({ sequence, leaf: HASH, seal: 12, inclusion: [] })),
  seals: [{ number: 12, consistency: [] }],
  missing: [],
};

export function record(sequence: number, event: LogEvent, rest: Partial<LogRecord> = {}): LogRecord {
  const about = { identifier: IDENTIFIER, sender: index.sender, recipients: [ADDRESS] };
  return { sequence, event, instant: NOON + 1000 * (sequence - 41), ...about, ...rest };
}

export const facts: ReportFacts = {
  index,
  records: [
    record(41, 'acceptance'),
    record(42, 'envelope-sent', { detail: { kind: 'transport-envelope', to: `altro@pec.test ${ADDRESS}` } }),
    record(43, 'take-charge-received', { recipient: ADDRESS }),
    record(44, 'notification-received', { recipient: ADDRESS }),
  ],
  seals: [{ number: 12, closedAt: NOON + 46_000_000, stampedAt: NOON + 50_000_000 }],
};

export function withIndex(changed: Partial<EvidenceIndex>): ReportFacts {
  return { ...facts, index: { ...index, ...changed } };
}

/** What poppler reads in a report: its pages, each with blanks and line ends made one blank. */
export function read(pdf: Uint8Array): readonly string[] {
  const { status, stdout, stderr } = spawnSync('pdftotext', ['-', '-'], { input: pdf, maxBuffer: 1 << 28 });
  assert.equal(status, 0, stderr.toString());
  assert.equal(stderr.toString(), '');
  const pages = stdout.toString('utf8').split('\f');
  assert.equal(pages.pop(), '');
  return pages.map((page) => page.replace(/\s+/g, ' '));
}

export function readOne(of: ReportFacts): string {
  const pages = read(drawReport(of));
  assert.equal(pages.length, 1);
  return pages[0] ?? '';
}
