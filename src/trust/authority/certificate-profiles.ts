// SPDX-License-Identifier: EUPL-1.2
import type { KeyObject } from 'node:crypto';
import type { Instant } from '../../platform/clock.ts';
import { keyIdentifier, type NameText, type Validity } from './certificate-writer.ts';
import {
  basicConstraints,
  certificatePolicy,
  extendedKeyUsage,
  keyUsage,
  ocspNoCheck,
  PURPOSE,
  subjectAltName,
  subjectKeyIdentifier,
  timeStampingOnly,
} from './extension-writer.ts';
import type { CertificateRequest, Issuer } from './issuer.ts';

const DAY_MS = 24 * 3_600_000;

/** For how many days each kind is issued. */
export const VALIDITY_DAYS = { ca: 3650, signature: 1095, tls: 397, ocsp: 30 } as const;

/** From an hour ago, since no two clocks agree, for so many days. */
export function validityFrom(now: Instant, days: number): Validity {
  return { notBefore: now - 3_600_000, notAfter: now + days * DAY_MS };
}

export interface Holder {
  readonly publicKey: KeyObject;
  readonly validity: Validity;
}

/** A CA certificate (RFC 5280 sections 4.2.1.3 and 4.2.1.9). */
export function caRequest(
  subject: NameText,
  { publicKey, validity, issuer }: Holder & { readonly issuer: Issuer | undefined },
): CertificateRequest {
  const own = [
    // A root may have one level of CAs below, a CA none.
    basicConstraints(issuer === undefined ? 1 : 0),
    keyUsage('keyCertSign', 'cRLSign'),
    subjectKeyIdentifier(keyIdentifier(publicKey)),
  ];
  const above = issuer === undefined ? [] : [issuer.authorityKeyIdentifier, ...issuer.whereRevoked];
  return { subject, publicKey, validity, extensions: [...own, ...above] };
}

/**
 * What a provider signs its messages with (SIG-9 to SIG-12, section 6.2): the name in O as in the index, the
 * service address in subjectAltName and not in the name, critical key usage, both key identifiers, and no
 * basic constraints.
 */
export function providerRequest(
  provider: { readonly providerName: string; readonly serviceAddress: string; readonly policyOid?: string },
  { publicKey, validity, issuer }: Holder & { readonly issuer: Issuer },
): CertificateRequest {
  const { providerName, serviceAddress, policyOid } = provider;
  const extensions = [
    keyUsage('digitalSignature'),
    issuer.authorityKeyIdentifier,
    subjectKeyIdentifier(keyIdentifier(publicKey)),
    subjectAltName({ mail: [serviceAddress] }),
    extendedKeyUsage(PURPOSE.emailProtection),
    ...issuer.whereRevoked,
  ];
  if (policyOid !== undefined) extensions.push(certificatePolicy(policyOid));
  return { subject: providerSubject(providerName), publicKey, validity, extensions };
}

/** SIG-10: the name of a provider as its certificate has it. */
export function providerSubject(providerName: string): NameText {
  return signatureSubject(providerName, 'Posta Certificata');
}

/** What the Authority signs the index with (DIR-10). */
export function indexSignerRequest(
  authorityName: string,
  { publicKey, validity, issuer }: Holder & { readonly issuer: Issuer },
): CertificateRequest {
  const extensions = [
    keyUsage('digitalSignature', 'nonRepudiation'),
    issuer.authorityKeyIdentifier,
    subjectKeyIdentifier(keyIdentifier(publicKey)),
    extendedKeyUsage(PURPOSE.emailProtection),
    ...issuer.whereRevoked,
  ];
  const subject = signatureSubject(authorityName, 'Indice dei gestori di posta certificata');
  return { subject, publicKey, validity, extensions };
}

/** What time is stamped with (RFC 3161 section 2.3). */
export function timeStamperRequest(
  authorityName: string,
  { publicKey, validity, issuer }: Holder & { readonly issuer: Issuer },
): CertificateRequest {
  const extensions = [
    keyUsage('digitalSignature', 'nonRepudiation'),
    issuer.authorityKeyIdentifier,
    subjectKeyIdentifier(keyIdentifier(publicKey)),
    timeStampingOnly(),
    ...issuer.whereRevoked,
  ];
  return { subject: signatureSubject(authorityName, 'Marche temporali'), publicKey, validity, extensions };
}

/** Who answers for a CA whether its certificates were revoked: short-lived, since its own is not asked about. */
export function ocspResponderRequest(
  authorityName: string,
  { publicKey, validity, issuer }: Holder & { readonly issuer: Issuer },
): CertificateRequest {
  const extensions = [
    keyUsage('digitalSignature'),
    issuer.authorityKeyIdentifier,
    subjectKeyIdentifier(keyIdentifier(publicKey)),
    extendedKeyUsage(PURPOSE.ocspSigning),
    ocspNoCheck(),
  ];
  return { subject: signatureSubject(authorityName, 'OCSP'), publicKey, validity, extensions };
}

function signatureSubject(organization: string, commonName: string): NameText {
  return [
    ['C', 'IT'],
    ['O', organization],
    ['CN', commonName],
  ];
}

export interface TlsNames {
  /** Who runs it; goes into O. */
  readonly organization: string;
  /** Host names; the first one also goes into CN. */
  readonly dns: readonly string[];
  /** IPv4 addresses. */
  readonly addresses?: readonly string[];
}

/** A TLS server or client (RFC 5280 section 4.2.1.12). */
export function tlsRequest(
  names: TlsNames,
  { publicKey, validity, issuer, purpose }: Holder & { issuer: Issuer; purpose: 'serverAuth' | 'clientAuth' },
): CertificateRequest {
  const extensions = [
    keyUsage('digitalSignature'),
    issuer.authorityKeyIdentifier,
    subjectKeyIdentifier(keyIdentifier(publicKey)),
    subjectAltName(names),
    extendedKeyUsage(PURPOSE[purpose]),
    ...issuer.whereRevoked,
  ];
  const subject = signatureSubject(names.organization, names.dns[0] ?? names.organization);
  return { subject, publicKey, validity, extensions };
}
