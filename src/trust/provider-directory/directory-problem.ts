// SPDX-License-Identifier: EUPL-1.2

/** Why an index is refused. A refused index changes nothing: the last good copy stays (DIR-13). */
export type DirectoryReason =
  | 'too-large'
  | 'not-signed-data'
  | 'bad-signature'
  | 'wrong-signer'
  | 'signer-not-valid-now'
  | 'older-than-current'
  | 'not-ldif'
  | 'not-utf8'
  | 'bad-dn'
  | 'no-root'
  | 'unexpected-entry'
  | 'duplicate-record'
  | 'name-differs-from-dn'
  | 'missing-attribute'
  | 'repeated-attribute'
  | 'bad-value'
  | 'bad-certificate'
  | 'hash-mismatch'
  | 'location-in-secondary-record'
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
