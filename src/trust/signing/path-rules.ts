// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../platform/clock.ts';
import { schemeOf } from '../../wire/cms/algorithms.ts';
import type { Certificate } from '../../wire/cms/certificate.ts';
import { printName } from '../../wire/cms/distinguished-name.ts';
import { forbiddenName } from '../../wire/cms/name-constraints.ts';
import { OID } from '../../wire/cms/oids.ts';
import type { PathFailureReason } from './verification-result.ts';

/** Why a path is refused. */
export interface PathFailure {
  readonly reason: PathFailureReason;
  readonly detail: string;
}

/** Smallest RSA modulus accepted from others; RFC 6109 itself still shows keys of this size. */
const MIN_INPUT_RSA_BITS = 1024;

/**
 * Extensions whose meaning these rules honour. The policy extensions are among them because no policy is
 * asked for; policyConstraints is not, because it may demand one (RFC 5280 section 6.1.1).
 */
const UNDERSTOOD: ReadonlySet<string> = new Set([
  OID.keyUsage,
  OID.extendedKeyUsage,
  OID.basicConstraints,
  OID.nameConstraints,
  OID.subjectAltName,
  OID.issuerAltName,
  OID.subjectKeyIdentifier,
  OID.authorityKeyIdentifier,
  OID.crlDistributionPoints,
  OID.certificatePolicies,
  OID.policyMappings,
  OID.inhibitAnyPolicy,
]);

/**
 * IP-6, RFC 5280 section 6.1: whether the path (signer first, anchor last, each already known to be
 * signed by the next) may be trusted at `instant`. Revocation is asked elsewhere.
 */
export function judgePath(
  path: readonly Certificate[],
  { instant, purpose }: { readonly instant: Instant; readonly purpose: KeyPurpose },
): PathFailure | null {
  for (const [index, certificate] of path.entries()) {
    const failure =
      judgeAny(certificate, instant) ??
      judgePurpose(certificate, purpose) ??
      (index === 0 ? judgeSigner(certificate) : judgeAuthority(certificate, path.slice(0, index))) ??
      // The anchor is trusted by configuration, so how it was signed does not matter.
      (index < path.length - 1 ? judgeSignature(certificate) : null);
    if (failure !== null) return failure;
  }
  return null;
}

function judgeAny(certificate: Certificate, instant: Instant): PathFailure | null {
  const name = printName(certificate.subject);
  if (instant < certificate.notBefore) return { reason: 'not-yet-valid', detail: `${name} is not valid yet` };
  if (instant > certificate.notAfter) return { reason: 'expired', detail: `${name} has expired` };
  const unknown = certificate.extensions.find(({ oid, critical }) => critical && !UNDERSTOOD.has(oid));
  if (unknown !== undefined) {
    const detail = `${name} has the critical extension ${unknown.oid}`;
    return { reason: 'unknown-critical-extension', detail };
  }
  const bits = certificate.publicKey?.asymmetricKeyDetails?.modulusLength;
  if (bits !== undefined && bits < MIN_INPUT_RSA_BITS) {
    return { reason: 'weak-key', detail: `${name} has a key of ${bits} bits` };
  }
  return null;
}

/** What a key is to be used for, by the extended key usage it must not leave out. */
export type KeyPurpose = 'e-mail' | 'time stamps' | 'anything';

const PURPOSES: Readonly<Record<KeyPurpose, string | null>> = {
  'e-mail': OID.emailProtection,
  'time stamps': OID.timeStamping,
  anything: null,
};

function judgePurpose(certificate: Certificate, purpose: KeyPurpose): PathFailure | null {
  const usages = certificate.extendedKeyUsage;
  const wanted = PURPOSES[purpose];
  if (wanted === null) return null;
  if (usages?.some((usage) => usage === wanted || usage === OID.anyExtendedKeyUsage) ?? true) return null;
  const detail = `${printName(certificate.subject)} is not for ${purpose}`;
  return { reason: 'signing-not-permitted', detail };
}

/** RFC 8550 section 4.4.2: either bit lets a key sign messages. */
function judgeSigner(certificate: Certificate): PathFailure | null {
  const usage = certificate.keyUsage;
  if (usage === null || usage.has('digitalSignature') || usage.has('nonRepudiation')) return null;
  const detail = `the key usage of ${printName(certificate.subject)} leaves out signatures`;
  return { reason: 'signing-not-permitted', detail };
}

function judgeAuthority(certificate: Certificate, below: readonly Certificate[]): PathFailure | null {
  const name = printName(certificate.subject);
  const { basicConstraints, keyUsage, nameConstraints } = certificate;
  if (basicConstraints?.ca !== true || (keyUsage !== null && !keyUsage.has('keyCertSign'))) {
    return { reason: 'chain-broken', detail: `${name} may not issue certificates` };
  }
  // RFC 5280 section 4.2.1.9: the signer itself and self-issued authorities are not counted.
  const authoritiesBelow = below.slice(1).filter((lower) => !lower.selfIssued).length;
  if (basicConstraints.pathLength !== null && authoritiesBelow > basicConstraints.pathLength) {
    return { reason: 'chain-broken', detail: `${name} allows fewer authorities below it` };
  }
  if (nameConstraints === null) return null;
  for (const [index, lower] of below.entries()) {
    if (index > 0 && lower.selfIssued) continue;
    const forbidden = forbiddenName(lower, nameConstraints);
    if (forbidden === null) continue;
    return { reason: 'name-not-permitted', detail: `${name} may not vouch for ${forbidden}` };
  }
  return null;
}

function judgeSignature(certificate: Certificate): PathFailure | null {
  if (schemeOf(certificate.signed.algorithm, null)?.digest !== 'md5') return null;
  return { reason: 'weak-digest', detail: `${printName(certificate.subject)} was signed with MD5` };
}
