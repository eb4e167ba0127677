// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../platform/clock.ts';
import type { Certificate } from '../../wire/cms/certificate.ts';
import type { CertificateOwner } from './certificate-lookup.ts';

/** Digests accepted on input (SIG-6). */
export type DigestName = 'sha1' | 'sha256' | 'sha384' | 'sha512';

/** IP-4: why there is no signature to speak of (steps 1 and 2 of section 6.4). */
export type ExistenceFailure =
  | 'no-signature'
  | 'wrong-structure'
  | 'signature-too-large'
  | 'bad-cms'
  | 'no-signer'
  | 'several-signers'
  | 'signer-certificate-missing'
  | 'bad-certificate';

/** IP-5: why the signer is not a provider (step 3). */
export type OriginFailure = 'certificate-not-in-index' | 'certificate-differs-from-index';

/** IP-6: why the certificate does not lead to a trusted authority (step 5). */
export type PathFailureReason =
  | 'signing-not-permitted'
  | 'chain-broken'
  | 'unknown-critical-extension'
  | 'name-not-permitted'
  | 'weak-digest'
  | 'weak-key'
  | 'not-yet-valid'
  | 'expired'
  | 'revoked'
  | 'crl-unavailable';

/** IP-6: why the signature does not hold (steps 4 and 5). */
export type ValidityFailure =
  | 'unsupported-algorithm'
  | 'digest-mismatch'
  | 'signature-invalid'
  | PathFailureReason;

/** A signature that holds, by a certificate that leads to a trusted authority: IP-4 and IP-6. */
export interface SoundSignature {
  readonly authentic: true;
  /** The signer's certificate; `rfc822Names` holds the address From must equal. */
  readonly certificate: Certificate;
  /** SHA-1 of the certificate, 40 lower-case hexadecimal digits (SIG-15). */
  readonly certificateHash: string;
  /** The signer's own claim of when it signed; null when it makes none. */
  readonly signedAt: Instant | null;
  /** The instant the certificates were judged at. */
  readonly verifiedAt: Instant;
  readonly digestAlgorithm: DigestName;
  /** From the signer to the anchor, both included. */
  readonly chain: readonly Certificate[];
  /** Number of the CRL that spoke about the signer, decimal; null when there is none (SIG-15). */
  readonly crlNumber: string | null;
}

/** Where the signed entity lies in a message: first octet, and one past the last. */
export interface SignedPart {
  readonly start: number;
  readonly end: number;
}

/** A message whose signature is sound; whether the signer is a provider was not asked. */
export interface SoundMessage extends SoundSignature {
  readonly signedPart: SignedPart;
  /** SHA-256 of the signed part, hexadecimal, whatever the signature took. */
  readonly signedDigest: string;
}

/** A message from a provider of the index: IP-4, IP-5 and IP-6 all pass (SIG-13). */
export interface AuthenticMessage extends SoundMessage {
  /** The first index record that owns the certificate. */
  readonly provider: CertificateOwner;
  /** All records that own it; a main and a secondary environment may share one (DIR-1). */
  readonly owners: readonly CertificateOwner[];
}

interface Failed<Step extends string, Reason extends string> {
  readonly authentic: false;
  /** Which of the three tests failed first. */
  readonly failed: Step;
  readonly reason: Reason;
  /** A few English words for the journal. */
  readonly detail: string;
  /** True when trying again later may pass: the message is to be deferred, not judged (U-17). */
  readonly temporary: boolean;
}

export type ExistenceFailed = Failed<'existence', ExistenceFailure>;
export type OriginFailed = Failed<'origin', OriginFailure>;
export type ValidityFailed = Failed<'validity', ValidityFailure>;
export type SignatureFailure = ExistenceFailed | OriginFailed | ValidityFailed;

/** What the verification of a message against the index found. */
export type Verification = AuthenticMessage | SignatureFailure;

export function missing(reason: ExistenceFailure, detail: string): ExistenceFailed {
  return { authentic: false, failed: 'existence', reason, detail, temporary: false };
}

export function foreign(reason: OriginFailure, detail: string): OriginFailed {
  return { authentic: false, failed: 'origin', reason, detail, temporary: false };
}

export function unsound(reason: ValidityFailure, detail: string): ValidityFailed {
  return { authentic: false, failed: 'validity', reason, detail, temporary: reason === 'crl-unavailable' };
}
