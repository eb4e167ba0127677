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

/** IP-6: why the signature does not hold (steps 4 and 5). */
export type ValidityFailure =
  | 'weak-digest'
  | 'unsupported-algorithm'
  | 'weak-key'
  | 'digest-mismatch'
  | 'signature-invalid'
  | 'signing-not-permitted'
  | 'chain-broken'
  | 'unknown-critical-extension'
  | 'name-not-permitted'
  | 'not-yet-valid'
  | 'expired'
  | 'revoked'
  | 'crl-unavailable';

/** The signature exists, is a provider's and holds: IP-4, IP-5 and IP-6 all pass. */
export interface AuthenticSignature {
  readonly authentic: true;
  /** The signer's certificate; `rfc822Names` holds the address From must equal. */
  readonly certificate: Certificate;
  /** SHA-1 of the certificate, 40 lower-case hexadecimal digits (SIG-15). */
  readonly certificateHash: string;
  /** The first index record that owns the certificate. */
  readonly provider: CertificateOwner;
  /** All records that own it; a main and a secondary environment may share one (DIR-1). */
  readonly owners: readonly CertificateOwner[];
  /** The signer's own claim of when it signed; null when it makes none. */
  readonly signedAt: Instant | null;
  /** When the certificates were judged. */
  readonly verifiedAt: Instant;
  readonly digestAlgorithm: DigestName;
  /** Where the signed entity lies in the message: first octet, and one past the last. */
  readonly signedPart: { readonly start: number; readonly end: number };
  /** From the signer to the anchor, both included. */
  readonly chain: readonly Certificate[];
  /** Number of the CRL that spoke about the signer, decimal; null when the CRL has none (SIG-15). */
  readonly crlNumber: string | null;
}

interface Failed<Step extends string, Reason extends string> {
  readonly authentic: false;
  /** Which of the three tests failed first. */
  readonly failed: Step;
  readonly reason: Reason;
  /** One English sentence for the journal. */
  readonly detail: string;
  /** True when trying again later may pass: the message is to be deferred, not judged (U-17). */
  readonly temporary: boolean;
}

export type SignatureFailure =
  | Failed<'existence', ExistenceFailure>
  | Failed<'origin', OriginFailure>
  | Failed<'validity', ValidityFailure>;

/** What the verification of a message found. */
export type Verification = AuthenticSignature | SignatureFailure;
