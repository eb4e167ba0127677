// SPDX-License-Identifier: EUPL-1.2
import { type AlgorithmIdentifier, readAlgorithm } from './algorithms.ts';
import type { Certificate } from './certificate.ts';
import { type Element, type Fields, readSequence, TAG } from './der-reader.ts';
import { integerOctets, joinSegments, octetStringValue, oidValue, smallInteger } from './der-values.ts';
import { type DistinguishedName, readName, sameName } from './distinguished-name.ts';
import { attempt, MalformedError, type Parsed } from './malformed.ts';
import { OID } from './oids.ts';
import { readSignedAttributes, type SignedAttributes } from './signed-attributes.ts';

/** Most certificates read out of one SignedData. */
export const MAX_CERTIFICATES = 64;
/** Most signers read out of one SignedData. */
export const MAX_SIGNERS = 16;

/** How a SignerInfo names its certificate, RFC 5652 section 5.3. */
export type SignerIdentifier =
  | { readonly kind: 'issuer-and-serial'; readonly issuer: DistinguishedName; readonly serial: Buffer }
  | { readonly kind: 'subject-key-identifier'; readonly keyIdentifier: Buffer };

/** One signature, RFC 5652 section 5.3. */
export interface SignerInfo {
  readonly identifier: SignerIdentifier;
  readonly digestAlgorithm: AlgorithmIdentifier;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  /** Null when the signature is directly over the content. */
  readonly signedAttributes: SignedAttributes | null;
  readonly signature: Buffer;
}

/** A CMS SignedData, RFC 5652 section 5.1. */
export interface SignedData {
  /** OID of the type of the content. */
  readonly contentType: string;
  /** The content when it is inside; null when it is detached. */
  readonly content: Buffer | null;
  /** DER of each X.509 certificate, in order, as found; not read yet. */
  readonly certificates: readonly Buffer[];
  readonly signers: readonly SignerInfo[];
}

/**
 * Reads a ContentInfo that holds a SignedData. What streaming signers write (indefinite lengths,
 * octet strings in segments) is taken too.
 */
export function readSignedData(source: Buffer): Parsed<SignedData> {
  return attempt(() => {
    const info = readSequence(source, 'ber');
    if (oidValue(info.take(TAG.oid)) !== OID.signedData) throw new MalformedError('not a SignedData');
    const wrapper = info.take(0xa0).fields();
    info.done();
    const fields = wrapper.take(TAG.sequence).fields();
    wrapper.done();
    smallInteger(fields.take(TAG.integer));
    fields.take(TAG.set);
    const { contentType, content } = readEncapsulated(fields.take(TAG.sequence));
    const certificates = readCertificates(fields.takeIf(0xa0));
    fields.takeIf(0xa1);
    const signers = readSigners(fields.take(TAG.set));
    fields.done();
    return { contentType, content, certificates, signers };
  });
}

/** Reads a SignedData that must have its content inside: a `.p7m` (DIR-7). Nothing is verified yet. */
export function openEncapsulated(source: Buffer): Parsed<SignedData & { readonly content: Buffer }> {
  const parsed = readSignedData(source);
  if (!parsed.ok) return parsed;
  const { content } = parsed.value;
  if (content === null) return { ok: false, reason: 'a SignedData without content' };
  return { ok: true, value: { ...parsed.value, content } };
}

function readEncapsulated(element: Element): { contentType: string; content: Buffer | null } {
  const fields = element.fields();
  const contentType = oidValue(fields.take(TAG.oid));
  const wrapper = fields.takeIf(0xa0);
  fields.done();
  if (wrapper === null) return { contentType, content: null };
  const inner = wrapper.fields();
  const content = octetStringValue(inner.next());
  inner.done();
  return { contentType, content };
}

/** CertificateChoices: X.509 certificates; the other kinds (attribute certificates) are passed over. */
function readCertificates(list: Element | null): Buffer[] {
  if (list === null) return [];
  const certificates: Buffer[] = [];
  const fields = list.fields();
  while (!fields.atEnd) {
    const choice = fields.next();
    if (choice.tag === TAG.sequence) certificates.push(choice.bytes);
    if (certificates.length > MAX_CERTIFICATES) throw new MalformedError('too many certificates');
  }
  return certificates;
}

function readSigners(set: Element): SignerInfo[] {
  const signers: SignerInfo[] = [];
  const fields = set.fields();
  while (!fields.atEnd) {
    signers.push(readSigner(fields.take(TAG.sequence)));
    if (signers.length > MAX_SIGNERS) throw new MalformedError('too many signers');
  }
  return signers;
}

function readSigner(element: Element): SignerInfo {
  const fields = element.fields();
  smallInteger(fields.take(TAG.integer));
  const identifier = readIdentifier(fields);
  const digestAlgorithm = readAlgorithm(fields.take(TAG.sequence));
  const attributes = fields.takeIf(0xa0);
  const signedAttributes = attributes === null ? null : readSignedAttributes(attributes);
  const signatureAlgorithm = readAlgorithm(fields.take(TAG.sequence));
  const signature = octetStringValue(fields.next());
  fields.takeIf(0xa1);
  fields.done();
  return { identifier, digestAlgorithm, signatureAlgorithm, signedAttributes, signature };
}

function readIdentifier(fields: Fields): SignerIdentifier {
  const keyIdentifier = fields.takeIf(0x80);
  if (keyIdentifier !== null) {
    return { kind: 'subject-key-identifier', keyIdentifier: keyIdentifier.content };
  }
  const segmented = fields.takeIf(0xa0);
  if (segmented !== null) {
    return {
      kind: 'subject-key-identifier',
      keyIdentifier: joinSegments(segmented, TAG.octetString),
    };
  }
  const pair = fields.take(TAG.sequence).fields();
  const issuer = readName(pair.take(TAG.sequence));
  const serial = integerOctets(pair.take(TAG.integer));
  pair.done();
  return { kind: 'issuer-and-serial', issuer, serial };
}

/** Whether the SignerInfo means this certificate. */
export function identifies(identifier: SignerIdentifier, certificate: Certificate): boolean {
  if (identifier.kind === 'subject-key-identifier') {
    return certificate.subjectKeyIdentifier?.equals(identifier.keyIdentifier) === true;
  }
  return identifier.serial.equals(certificate.serial) && sameName(identifier.issuer, certificate.issuer);
}
