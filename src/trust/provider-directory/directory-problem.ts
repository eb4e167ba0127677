// SPDX-License-Identifier: EUPL-1.2

/** Why an index is refused. A refused index changes nothing: the last good copy stays (DIR-13). */
export type DirectoryReason =
  | 'too-large'
  | 'not-signed-data'
  | 'wrong-signer'
  | 'signer-not-valid-now'
  | 'weak-digest'
  | 'bad-signature'
  | 'older-than-current'
  | 'not-utf8'
  | 'not-ldif'
  | 'no-root'
  | 'bad-dn'
  | 'unexpected-entry'
  | 'name-differs-from-dn'
  | 'missing-attribute'
  | 'repeated-attribute'
  | 'bad-value'
  | 'bad-certificate'
  | 'hash-mismatch'
  | 'location-in-secondary-record'
  | 'duplicate-record'
  | 'no-main-record'
  | 'domain-in-two-providers'
  | 'certificate-in-two-providers'
  | 'record-lost-domains';

export interface DirectoryProblem {
  readonly reason: DirectoryReason;
  /** A short English sentence for operators. */
  readonly detail: string;
  /** Distinguished name of the entry at fault. */
  readonly dn?: string;
  /** Line of the LDIF file, counted from 1. */
  readonly line?: number;
}

/** What is odd in an index but does not make it unusable. */
export type DirectoryWarningReason =
  | 'certificate-expired'
  | 'certificate-expires-soon'
  | 'location-not-https'
  | 'entry-ignored'
  | 'domain-in-two-records'
  | 'record-changed-all-domains';

export interface DirectoryWarning {
  readonly reason: DirectoryWarningReason;
  readonly detail: string;
}

/** Most problems, and most warnings, that are told of one index: enough to see what is wrong. */
export const MOST_FINDINGS = 100;

/** Collects findings up to `MOST_FINDINGS`. */
export class Findings<Finding> {
  readonly list: Finding[] = [];

  add(finding: Finding): void {
    if (this.list.length < MOST_FINDINGS) this.list.push(finding);
  }
}
