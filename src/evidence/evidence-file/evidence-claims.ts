// SPDX-License-Identifier: EUPL-1.2

/** What an evidence file claims, in the order in which it is judged (docs/evidence-format.md). */
export const EVIDENCE_CLAIMS = [
  'package',
  'digests',
  'manifest',
  'manifest-stamp',
  'message-signature',
  'revocation',
  'message-kind',
  'original',
  'records',
  'inclusion',
  'seals',
  'timeline',
  'outcomes',
  'report',
] as const;
export type EvidenceClaim = (typeof EVIDENCE_CLAIMS)[number];
