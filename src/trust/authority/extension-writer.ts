// SPDX-License-Identifier: EUPL-1.2
import { isIPv4 } from 'node:net';
import type { KeyUsage } from '../../wire/cms/certificate-extensions.ts';
import { TAG } from '../../wire/cms/der-reader.ts';
import { der, integer, nullValue, octetString, oid, sequence } from '../../wire/cms/der-writer.ts';
import { OID } from '../../wire/cms/oids.ts';

/** DER of one Extension, RFC 5280 section 4.2. */
export type Extension = Buffer;

/** Key purposes, RFC 5280 section 4.2.1.12. */
export const PURPOSE = {
  emailProtection: OID.emailProtection,
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  timeStamping: OID.timeStamping,
  ocspSigning: '1.3.6.1.5.5.7.3.9',
} as const;

const TRUE = Buffer.from([TAG.boolean, 1, 0xff]);

const KEY_USAGE_BITS: readonly KeyUsage[] = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
];

function extension(id: string, value: Buffer): Extension {
  return sequence(oid(id), octetString(value));
}

function criticalExtension(id: string, value: Buffer): Extension {
  return sequence(oid(id), TRUE, octetString(value));
}

/** SIG-12: critical. Only the usages of the first octet, which are all that is needed here. */
export function keyUsage(...usages: readonly KeyUsage[]): Extension {
  let bits = 0;
  for (const usage of usages) bits |= 0x80 >> KEY_USAGE_BITS.indexOf(usage);
  // X.690 section 11.2.2: trailing zero bits of a named bit list are left out.
  const unused = bits === 0 ? 0 : 31 - Math.clz32(bits & -bits);
  return criticalExtension(OID.keyUsage, der(TAG.bitString, Buffer.of(unused, bits)));
}

export function extendedKeyUsage(...purposes: readonly string[]): Extension {
  return extension(OID.extendedKeyUsage, sequence(...purposes.map(oid)));
}

/** RFC 3161 section 2.3: critical, and the only purpose. */
export function timeStampingOnly(): Extension {
  return criticalExtension(OID.extendedKeyUsage, sequence(oid(PURPOSE.timeStamping)));
}

export function subjectKeyIdentifier(identifier: Buffer): Extension {
  return extension(OID.subjectKeyIdentifier, octetString(identifier));
}

export function authorityKeyIdentifier(identifier: Buffer): Extension {
  return extension(OID.authorityKeyIdentifier, sequence(der(0x80, identifier)));
}

/** For CA certificates only: a provider's certificate MUST NOT have it (SIG-12). */
export function basicConstraints(pathLength: number | undefined): Extension {
  const value = pathLength === undefined ? sequence(TRUE) : sequence(TRUE, integer(pathLength));
  return criticalExtension(OID.basicConstraints, value);
}

/** Names of the holder; addresses are IPv4. */
export function subjectAltName(names: {
  readonly mail?: readonly string[];
  readonly dns?: readonly string[];
  readonly addresses?: readonly string[];
}): Extension {
  const { mail = [], dns = [], addresses = [] } = names;
  const value = sequence(
    ...mail.map((address) => der(0x81, Buffer.from(address, 'latin1'))),
    ...dns.map((name) => der(0x82, Buffer.from(name, 'latin1'))),
    ...addresses.filter((address) => isIPv4(address)).map((address) => der(0x87, ipv4Octets(address))),
  );
  return extension(OID.subjectAltName, value);
}

function ipv4Octets(address: string): Buffer {
  return Buffer.from(address.split('.').map(Number));
}

/** RFC 5280 section 4.2.1.13: one point with one URL. */
export function crlDistributionPoint(url: string): Extension {
  const fullName = der(0xa0, der(0x86, Buffer.from(url, 'latin1')));
  return extension(OID.crlDistributionPoints, sequence(sequence(der(0xa0, fullName))));
}

/** RFC 5280 section 4.2.2.1: where an OCSP responder of the issuer answers. */
export function ocspAccess(url: string): Extension {
  const location = der(0x86, Buffer.from(url, 'latin1'));
  return extension(OID.authorityInformationAccess, sequence(sequence(oid(OID.ocspAccess), location)));
}

/** RFC 6960 section 4.2.2.2.1: nobody need ask whether the responder's own certificate was revoked. */
export function ocspNoCheck(): Extension {
  return extension(OID.ocspNoCheck, nullValue());
}

export function certificatePolicy(policyOid: string): Extension {
  return extension(OID.certificatePolicies, sequence(sequence(oid(policyOid))));
}

/** RFC 5280 section 5.2.3. */
export function crlNumber(number: number): Extension {
  return extension(OID.crlNumber, integer(number));
}

/** RFC 5280 section 5.3.1. */
export function revocationReason(code: number): Extension {
  return extension(OID.reasonCode, der(TAG.enumerated, Buffer.of(code)));
}
