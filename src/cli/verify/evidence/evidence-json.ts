// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../../platform/clock.ts';
import type { EvidenceFindings } from './evidence-report.ts';

/** Changes when a key changes its meaning or goes; new keys may come without notice. */
export const EVIDENCE_VERIFICATION_FORMAT = 'ceralacca-evidence-verification/1';

/** The findings as docs/operating/command-line.md describes them. */
export function evidenceJson(file: string, findings: EvidenceFindings): Record<string, unknown> {
  const { says } = findings;
  return {
    format: EVIDENCE_VERIFICATION_FORMAT,
    file,
    verdict: findings.verdict,
    wrong: findings.wrong,
    claims: findings.claims,
    open: findings.open,
    evidence:
      says === null
        ? null
        : {
            provider: says.provider.name,
            identifier: says.identifier,
            messageId: says.messageId ?? null,
            sender: says.sender,
            subject: says.subject ?? null,
            createdAt: iso(says.createdAt),
            stampedAt: iso(findings.stampedAt),
            recipients: says.recipients.map(({ address, outcome, instant, source }) => ({
              address,
              outcome,
              instant: iso(instant ?? null),
              source: source ?? null,
            })),
          },
    messages: findings.messages.map(({ file: name, provedAt, provedBy }) => {
      return { file: name, provedAt: iso(provedAt), provedBy };
    }),
    ended: findings.ended.map(({ name, endedAt, of }) => ({ name, endedAt: iso(endedAt), of })),
    weak: findings.weak,
  };
}

function iso(instant: Instant | null): string | null {
  return instant === null ? null : new Date(instant).toISOString();
}
