// SPDX-License-Identifier: EUPL-1.2
import { createPublicKey, hash, type KeyObject } from 'node:crypto';
import { readAlgorithm, requireSameAlgorithm, type SignedStructure, structureHolds } from './algorithms.ts';
import {
  type BasicConstraints,
  type CertificateExtension,
  type GeneralName,
  type KeyUsage,
  type NameConstraints,
  readAlternativeNames,
  readAuthorityKeyIdentifier,
  readBasicConstraints,
  readDistributionPoints,
  readExtendedKeyUsage,
  readExtensions,
  readKeyUsage,
  readNameConstraints,
  readSubjectKeyIdentifier,
} from './certificate-extensions.ts';
import { type Element, type Fields, readSequence, TAG } from './der-reader.ts';
import { integerOctets, smallInteger, timeValue, wholeBits } from './der-values.ts';
import { type DistinguishedName, readName } from './distinguished-name.ts';
import { attempt, MalformedError, type Parsed } from './malformed.ts';
import { OID } from './oids.ts';

/** Largest certificate read, in octets. */
export const MAX_CERTIFICATE_BYTES = 64 * 1024;

/** What the first part of a certificate says, RFC 5280 section 4.1.2. */
interface ToBeSigned {
  readonly serial: Buffer;
  readonly issuer: DistinguishedName;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly subject: DistinguishedName;
  readonly keyInfo: Buffer;
  readonly extensions: readonly CertificateExtension[];
}

/** The fields of an X.509 certificate that S/MIME needs, RFC 5280 section 4.1. Made by `readCertificate`. */
export class Certificate {
  readonly der: Buffer;
  /** Content octets of the serial number. */
  readonly serial: Buffer;
  readonly issuer: DistinguishedName;
  readonly subject: DistinguishedName;
  /** Milliseconds since the Unix epoch; both ends belong to the validity. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly extensions: readonly CertificateExtension[];
  readonly alternativeNames: readonly GeneralName[];
  /** E-mail addresses of subjectAltName, as written. */
  readonly rfc822Names: readonly string[];
  readonly keyUsage: ReadonlySet<KeyUsage> | null;
  /** OIDs of the extended key usages; null when the extension is absent. */
  readonly extendedKeyUsage: readonly string[] | null;
  readonly basicConstraints: BasicConstraints | null;
  readonly nameConstraints: NameConstraints | null;
  /** URLs of the CRL distribution points, of any scheme, in order. */
  readonly crlUrls: readonly string[];
  readonly authorityKeyIdentifier: Buffer | null;
  readonly subjectKeyIdentifier: Buffer | null;
  /** What the issuer signed, and how. */
  readonly signed: SignedStructure;
  readonly #keyInfo: Buffer;
  #sha1: string | undefined;
  #sha256: string | undefined;
  #publicKey: KeyObject | null | undefined;

  /** @throws MalformedError when an extension is not what RFC 5280 says. */
  constructor(der: Buffer, { fields, signed }: { fields: ToBeSigned; signed: SignedStructure }) {
    this.der = der;
    this.serial = fields.serial;
    this.issuer = fields.issuer;
    this.subject = fields.subject;
    this.notBefore = fields.notBefore;
    this.notAfter = fields.notAfter;
    this.extensions = fields.extensions;
    this.#keyInfo = fields.keyInfo;
    this.signed = signed;
    const read = <T, Absent>(oid: string, reader: (value: Buffer) => T, absent: Absent): T | Absent => {
      const extension = fields.extensions.find((candidate) => candidate.oid === oid);
      return extension === undefined ? absent : reader(extension.value);
    };
    this.alternativeNames = read(OID.subjectAltName, readAlternativeNames, []);
    this.rfc822Names = this.alternativeNames.flatMap((name) =>
      name.kind === 'rfc822Name' ? [name.text] : [],
    );
    this.keyUsage = read(OID.keyUsage, readKeyUsage, null);
    this.extendedKeyUsage = read(OID.extendedKeyUsage, readExtendedKeyUsage, null);
    this.basicConstraints = read(OID.basicConstraints, readBasicConstraints, null);
    this.nameConstraints = read(OID.nameConstraints, readNameConstraints, null);
    this.crlUrls = read(OID.crlDistributionPoints, readDistributionPoints, []);
    this.authorityKeyIdentifier = read(OID.authorityKeyIdentifier, readAuthorityKeyIdentifier, null);
    this.subjectKeyIdentifier = read(OID.subjectKeyIdentifier, readSubjectKeyIdentifier, null);
  }

  /** SHA-1 of `der`, 40 lower-case hexadecimal digits: how the provider index knows a certificate. */
  get sha1(): string {
    this.#sha1 ??= hash('sha1', this.der, 'hex');
    return this.#sha1;
  }

  /** Of the whole certificate, in hexadecimal digits. */
  get sha256(): string {
    this.#sha256 ??= hash('sha256', this.der, 'hex');
    return this.#sha256;
  }

  /** Null when the key is of a kind this platform cannot use. */
  get publicKey(): KeyObject | null {
    if (this.#publicKey === undefined) this.#publicKey = loadKey(this.#keyInfo);
    return this.#publicKey;
  }

  /** Whether issuer and subject are the same name (RFC 5280 section 3.2). */
  get selfIssued(): boolean {
    return this.issuer.der.equals(this.subject.der);
  }
}

function loadKey(keyInfo: Buffer): KeyObject | null {
  try {
    return createPublicKey({ key: keyInfo, format: 'der', type: 'spki' });
  } catch {
    return null;
  }
}

/** Reads a certificate from its DER. The octets are copied, so a small certificate never holds a large message. */
export function readCertificate(source: Buffer): Parsed<Certificate> {
  return attempt(() => {
    if (source.length > MAX_CERTIFICATE_BYTES) throw new MalformedError('a certificate too large');
    const der = Buffer.from(source);
    const fields = readSequence(der, 'der');
    const toBeSigned = fields.take(TAG.sequence);
    const algorithm = fields.take(TAG.sequence);
    const signature = wholeBits(fields.take(TAG.bitString));
    fields.done();
    return new Certificate(der, {
      fields: readToBeSigned(toBeSigned, algorithm),
      signed: { toBeSigned: toBeSigned.bytes, algorithm: readAlgorithm(algorithm), signature },
    });
  });
}

function readToBeSigned(element: Element, outerAlgorithm: Element): ToBeSigned {
  const fields = element.fields();
  const version = fields.takeIf(0xa0);
  // SIG-9: version 3 is written 2; a version 1 certificate has no version and no extensions.
  if (version !== null && smallInteger(version.fields().take(TAG.integer)) > 2) {
    throw new MalformedError('a certificate of an unknown version');
  }
  const serial = integerOctets(fields.take(TAG.integer));
  requireSameAlgorithm(fields.take(TAG.sequence), outerAlgorithm);
  const issuer = readName(fields.take(TAG.sequence));
  const validity = fields.take(TAG.sequence).fields();
  const notBefore = timeValue(validity.next());
  const notAfter = timeValue(validity.next());
  validity.done();
  const subject = readName(fields.take(TAG.sequence));
  const keyInfo = fields.take(TAG.sequence).bytes;
  fields.takeIf(0x81);
  fields.takeIf(0x82);
  const extensions = readExtensionField(fields);
  fields.done();
  return { serial, issuer, notBefore, notAfter, subject, keyInfo, extensions };
}

function readExtensionField(fields: Fields): CertificateExtension[] {
  const wrapper = fields.takeIf(0xa3);
  if (wrapper === null) return [];
  const inner = wrapper.fields();
  const extensions = readExtensions(inner.take(TAG.sequence));
  inner.done();
  return extensions;
}

/** Whether `certificate` was signed with the key of `issuer`; names and dates are not looked at. */
export function isSignedBy(certificate: Certificate, issuer: Certificate): boolean {
  return issuer.publicKey !== null && structureHolds(certificate.signed, issuer.publicKey);
}
