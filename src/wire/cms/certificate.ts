// SPDX-License-Identifier: EUPL-1.2
import type { KeyObject } from 'node:crypto';

/** A certificate extension, RFC 5280 section 4.2. */
export interface CertificateExtension {
  readonly oid: string;
  readonly critical: boolean;
  /** DER of the extension's own value. */
  readonly value: Buffer;
}

/** A distinguished name. */
export interface DistinguishedName {
  readonly der: Buffer;
  /** In order; several attributes of one RDN follow each other. */
  readonly attributes: readonly { readonly oid: string; readonly text: string }[];
}

export type KeyUsage =
  | 'digitalSignature'
  | 'nonRepudiation'
  | 'keyEncipherment'
  | 'dataEncipherment'
  | 'keyAgreement'
  | 'keyCertSign'
  | 'cRLSign'
  | 'encipherOnly'
  | 'decipherOnly';

/** The fields of an X.509 certificate that S/MIME needs, RFC 5280 section 4.1. */
export interface Certificate {
  readonly der: Buffer;
  /** SHA-1 of `der`, 40 lower-case hexadecimal digits. */
  readonly sha1: string;
  /** Content octets of the serial number. */
  readonly serial: Buffer;
  readonly issuer: DistinguishedName;
  readonly subject: DistinguishedName;
  /** Milliseconds since the Unix epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Null when the key is of a kind this platform cannot use. */
  readonly publicKey: KeyObject | null;
  readonly extensions: readonly CertificateExtension[];
  readonly rfc822Names: readonly string[];
  readonly keyUsage: ReadonlySet<KeyUsage> | null;
  /** OIDs of the extended key usages; null when the extension is absent. */
  readonly extendedKeyUsage: readonly string[] | null;
  readonly basicConstraints: { readonly ca: boolean; readonly pathLength: number | null } | null;
  /** URLs of the CRL distribution points, of any scheme, in order. */
  readonly crlUrls: readonly string[];
  readonly authorityKeyIdentifier: Buffer | null;
  readonly subjectKeyIdentifier: Buffer | null;
}
