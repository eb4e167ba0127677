// SPDX-License-Identifier: EUPL-1.2

import type { EvidenceClaim } from '../../../evidence/evidence-file/evidence-claims.ts';
import type { EvidenceIndex } from '../../../evidence/evidence-file/index-model.ts';
import type { Instant } from '../../../platform/clock.ts';
import type { ClaimProblem, FalseCode, OpenCode } from './claims.ts';

/** `good`: every claim is proved. `incomplete`: none is false, and some are not proved. `bad`: one is false. */
export type EvidenceVerdict = 'good' | 'bad' | 'incomplete';

export interface ClaimResult {
  readonly claim: EvidenceClaim;
  /** `not-reached`: one before it is false. */
  readonly result: 'holds' | 'false' | 'not-proved' | 'not-reached';
}

/** Since when a message is proved to have been there. */
export interface ProvedMessage {
  readonly file: string;
  readonly provedAt: Instant | null;
  readonly provedBy: 'seal' | 'index' | null;
}

/** A certificate that has ended since: what it signed rests on a time stamp, or on nothing newer. */
export interface EndedCertificate {
  readonly name: string;
  readonly endedAt: Instant;
  readonly of: 'signer' | 'time-stamp-authority';
}

/** What `verify` finds out about an evidence file. */
export interface EvidenceFindings {
  readonly verdict: EvidenceVerdict;
  /** The first thing that is wrong. */
  readonly wrong: ClaimProblem<FalseCode> | null;
  readonly claims: readonly ClaimResult[];
  /** What is not proved; empty when something is wrong. */
  readonly open: readonly ClaimProblem<OpenCode>[];
  /** What the file says; to be believed only when nothing is wrong. Null when it cannot be read. */
  readonly says: EvidenceIndex | null;
  /** Time stamp of the index. */
  readonly stampedAt: Instant | null;
  readonly messages: readonly ProvedMessage[];
  readonly ended: readonly EndedCertificate[];
  /** Messages whose signature digests with SHA-1. */
  readonly weak: readonly string[];
}
