// SPDX-License-Identifier: EUPL-1.2
import { EVIDENCE_CLAIMS, type EvidenceClaim } from '../../../evidence/evidence-file/evidence-claims.ts';

/** Why a claim is false. */
export type FalseCode =
  | 'archive-broken'
  | 'file-missing'
  | 'file-unlisted'
  | 'file-name'
  | 'file-too-large'
  | 'file-broken'
  | 'index-form'
  | 'index-contradictory'
  | 'dtd-differs'
  | 'digest-differs'
  | 'signature-broken'
  | 'signer-differs'
  | 'index-differs'
  | 'stamp-broken'
  | 'not-in-force'
  | 'signer-not-in-index'
  | 'revoked'
  | 'kind-differs'
  | 'other-message'
  | 'original-differs'
  | 'brief-differs'
  | 'record-unreadable'
  | 'record-differs'
  | 'record-link'
  | 'leaf-differs'
  | 'not-included'
  | 'seal-broken'
  | 'seals-inconsistent'
  | 'order'
  | 'recipients-differ'
  | 'outcome-differs'
  | 'report-differs';

/** Why a claim is not proved, without being false. */
export type OpenCode =
  | 'stamp-missing'
  | 'time-not-proved'
  | 'ended-before-proof'
  | 'revoked-before-proof'
  | 'no-revocation-data'
  | 'original-missing'
  | 'not-compared'
  | 'not-in-log'
  | 'unsealed'
  /** The index itself says that something is missing. */
  | 'said-missing';

/** What is wrong with a claim, or open. */
export interface ClaimProblem<Code extends string = FalseCode | OpenCode> {
  readonly claim: EvidenceClaim;
  /** Stable. */
  readonly code: Code;
  /** Name of the file it is about; null when it is about none. */
  readonly file: string | null;
  /** English, and whatever the file says: for people. */
  readonly detail: string;
}

type About = { readonly file?: string; readonly detail: string };

/** Gathers what is found, in whatever order, and tells the first wrong thing in the order of the claims. */
export class ClaimBook {
  readonly #wrong: ClaimProblem<FalseCode>[] = [];
  readonly #open: ClaimProblem<OpenCode>[] = [];

  /** The claim is false. */
  refute(claim: EvidenceClaim, code: FalseCode, { file, detail }: About): void {
    this.#wrong.push({ claim, code, file: file ?? null, detail });
  }

  /** The claim is not proved in this point. */
  leaveOpen(claim: EvidenceClaim, code: OpenCode, { file, detail }: About): void {
    this.#open.push({ claim, code, file: file ?? null, detail });
  }

  /** Of the claims up to this one, the first that is false, with the first reason that was found. */
  firstWrong(upTo: EvidenceClaim = 'report'): ClaimProblem<FalseCode> | undefined {
    const last = EVIDENCE_CLAIMS.indexOf(upTo);
    return EVIDENCE_CLAIMS.slice(0, last + 1)
      .map((claim) => this.#wrong.find((problem) => problem.claim === claim))
      .find((problem) => problem !== undefined);
  }

  /** In the order of the claims. */
  open(): readonly ClaimProblem<OpenCode>[] {
    return EVIDENCE_CLAIMS.flatMap((claim) => this.#open.filter((problem) => problem.claim === claim));
  }

  /** Whether nothing at all was found against a file. */
  holds(claim: EvidenceClaim, file: string): boolean {
    return !this.#wrong.some((problem) => problem.claim === claim && problem.file === file);
  }
}
