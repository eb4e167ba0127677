// SPDX-License-Identifier: EUPL-1.2
import type { CertificationData } from '../../evidence/certification-data/certification-data.ts';
import type { Instant } from '../../platform/clock.ts';
import type { SignerFacts, VerificationReport } from './verification-report.ts';

/** Changes when a key changes its meaning or goes; new keys may come without notice. */
export const REPORT_FORMAT = 'ceralacca-verification/1';

/** The report as docs/operating/command-line.md describes it: instants in ISO 8601, null for what is not there. */
export function reportJson(file: string, report: VerificationReport): Record<string, unknown> {
  return {
    format: REPORT_FORMAT,
    file,
    verdict: report.verdict,
    kind: report.kind,
    looksLike: report.looksLike,
    subject: report.subject,
    from: report.from,
    checks: report.checks.map(({ check, result, reason = null, detail = null }) => ({
      check,
      result,
      reason,
      detail,
    })),
    warnings: report.warnings,
    signer: report.signer === null ? null : signerJson(report.signer),
    certifies: report.certifies === null ? null : certifiesJson(report.certifies),
    original: report.original,
    restorations: report.restorations,
  };
}

function signerJson(signer: SignerFacts): Record<string, unknown> {
  return {
    ...signer,
    validFrom: iso(signer.validFrom),
    validTo: iso(signer.validTo),
    signedAt: iso(signer.signedAt),
    judgedAt: iso(signer.judgedAt),
  };
}

function certifiesJson(data: CertificationData): Record<string, unknown> {
  return {
    kind: data.kind,
    error: data.error,
    provider: data.provider,
    instant: iso(data.instant),
    identifier: data.identifier,
    messageId: data.messageId ?? null,
    sender: data.sender,
    replyTo: data.replyTo,
    subject: data.subject ?? null,
    recipients: data.recipients,
    receiptType: data.receiptType ?? null,
    deliveredTo: data.deliveredTo ?? null,
    takenInCharge: data.takenInCharge ?? [],
    extendedError: data.extendedError ?? null,
  };
}

function iso(instant: Instant | null): string | null {
  return instant === null ? null : new Date(instant).toISOString();
}
