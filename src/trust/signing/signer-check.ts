// SPDX-License-Identifier: EUPL-1.2
import { hash } from 'node:crypto';
import { digestOf } from '../../wire/cms/algorithms.ts';
import type { Certificate } from '../../wire/cms/certificate.ts';
import { SignatureCheck, type SignatureVerdict } from '../../wire/cms/signature-check.ts';
import { identifies, type SignedData, type SignerInfo } from '../../wire/cms/signed-data.ts';
import type { KnownCertificates } from './known-certificates.ts';
import {
  type DigestName,
  type ExistenceFailed,
  missing,
  unsound,
  type ValidityFailed,
} from './verification-result.ts';

/** The one signature of a SignedData and the certificate it names. */
export interface OneSigner {
  readonly signer: SignerInfo;
  readonly certificate: Certificate;
}

/** Step 2 of section 6.4: exactly one signer, whose certificate is inside (SIG-2). */
export function findSigner(signedData: SignedData, known: KnownCertificates): OneSigner | ExistenceFailed {
  const [signer, ...others] = signedData.signers;
  if (signer === undefined) return missing('no-signer', 'the signature structure holds no signature');
  if (others.length > 0) return missing('several-signers', `signed ${others.length + 1} times`);
  let unreadable: string | null = null;
  for (const der of signedData.certificates) {
    const parsed = known.read(der);
    if (!parsed.ok) unreadable ??= parsed.reason;
    else if (identifies(signer.identifier, parsed.value)) return { signer, certificate: parsed.value };
  }
  if (unreadable !== null) return missing('bad-certificate', unreadable);
  return missing('signer-certificate-missing', "the signer's certificate is not in the signature");
}

/** Step 4 of section 6.4, in progress: feed the content, then conclude. */
export interface ContentCheck {
  readonly digestAlgorithm: DigestName;
  update(chunk: Uint8Array): void;
  /** Null when the signature holds. */
  conclude(): ValidityFailed | null;
}

/** Begins step 4. The digest is the one the CMS names; the micalg of the message is never asked (SIG-6). */
export function checkContent(
  { signer, certificate }: OneSigner,
  contentType: string,
): ContentCheck | ValidityFailed {
  const digestAlgorithm = digestOf(signer.digestAlgorithm);
  if (digestAlgorithm === null) {
    return unsound('unsupported-algorithm', `the digest ${signer.digestAlgorithm.oid}`);
  }
  if (digestAlgorithm === 'md5') return unsound('weak-digest', 'the signature uses MD5');
  const key = certificate.publicKey;
  if (key === null) return unsound('unsupported-algorithm', 'a key of an unknown kind');
  const bound = signer.signedAttributes?.signingCertificate ?? null;
  if (bound !== null && !isBoundTo(bound, certificate)) {
    return unsound('signature-invalid', 'signing-certificate-v2 names another certificate');
  }
  const check = new SignatureCheck({ signer, key, contentType });
  return {
    digestAlgorithm,
    update: (chunk) => check.update(chunk),
    conclude: () => failureOf(check.conclude(), signer),
  };
}

/** RFC 5035 section 4: the signer says which certificate it meant; an unknown hash says nothing. */
function isBoundTo(bound: { digestOid: string; hash: Buffer }, certificate: Certificate): boolean {
  const digest = digestOf({ oid: bound.digestOid, parameters: null });
  if (digest === 'sha256') return bound.hash.toString('hex') === certificate.sha256;
  return digest === null || hash(digest, certificate.der, 'buffer').equals(bound.hash);
}

function failureOf(verdict: SignatureVerdict, signer: SignerInfo): ValidityFailed | null {
  switch (verdict) {
    case 'valid':
      return null;
    case 'digest-mismatch':
      return unsound('digest-mismatch', 'the signed part was changed after signing');
    case 'signature-invalid':
      return unsound('signature-invalid', 'the signature was not made with the key of the certificate');
    case 'unsupported-algorithm':
      return unsound('unsupported-algorithm', `the signature algorithm ${signer.signatureAlgorithm.oid}`);
  }
}
