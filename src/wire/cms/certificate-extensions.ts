// SPDX-License-Identifier: EUPL-1.2
import { type Element, type Fields, readSequence, readWhole, TAG } from './der-reader.ts';
import { booleanValue, namedBits, octetStringValue, oidValue, smallInteger } from './der-values.ts';
import { type DistinguishedName, readName } from './distinguished-name.ts';
import { MalformedError } from './malformed.ts';

/** Most extensions in one certificate or CRL. */
const MAX_EXTENSIONS = 64;
/** Most names in one extension. */
const MAX_NAMES = 4096;

/** An extension of a certificate, a CRL or a CRL entry, RFC 5280 section 4.2. */
export interface CertificateExtension {
  readonly oid: string;
  readonly critical: boolean;
  /** DER of the extension's own value. */
  readonly value: Buffer;
}

const KEY_USAGES = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;

export type KeyUsage = (typeof KEY_USAGES)[number];

/** GeneralName, RFC 5280 section 4.2.1.6; the kinds nobody compares here are only named. */
export type GeneralName =
  | { readonly kind: 'rfc822Name' | 'dNSName' | 'uniformResourceIdentifier'; readonly text: string }
  | { readonly kind: 'directoryName'; readonly name: DistinguishedName }
  | { readonly kind: 'other'; readonly tag: number };

/** RFC 5280 section 4.2.1.10. */
export interface NameConstraints {
  readonly permitted: readonly GeneralName[];
  readonly excluded: readonly GeneralName[];
}

/** RFC 5280 section 4.2.1.9. */
export interface BasicConstraints {
  readonly ca: boolean;
  readonly pathLength: number | null;
}

/** RFC 5280 section 4.1.2.9: the list, in which no extension comes twice. */
export function readExtensions(list: Element): CertificateExtension[] {
  const extensions: CertificateExtension[] = [];
  const seen = new Set<string>();
  const fields = list.fields();
  while (!fields.atEnd) {
    const extension = readExtension(fields.take(TAG.sequence));
    if (seen.has(extension.oid)) throw new MalformedError(`the extension ${extension.oid} comes twice`);
    seen.add(extension.oid);
    extensions.push(extension);
    if (extensions.length > MAX_EXTENSIONS) throw new MalformedError('too many extensions');
  }
  return extensions;
}

function readExtension(element: Element): CertificateExtension {
  const fields = element.fields();
  const oid = oidValue(fields.take(TAG.oid));
  const flag = fields.takeIf(TAG.boolean);
  const value = octetStringValue(fields.next());
  fields.done();
  return { oid, critical: flag !== null && booleanValue(flag), value };
}

const whole = (value: Buffer): Element => readWhole(value, 'der');

export function readKeyUsage(value: Buffer): ReadonlySet<KeyUsage> {
  const element = whole(value);
  if (element.tag !== TAG.bitString) throw new MalformedError('a bad key usage');
  const bits = namedBits(element);
  return new Set(KEY_USAGES.filter((_, index) => bits[index] === true));
}

export function readExtendedKeyUsage(value: Buffer): string[] {
  const fields = readSequence(value, 'der');
  const usages: string[] = [];
  while (!fields.atEnd && usages.length <= MAX_NAMES) usages.push(oidValue(fields.take(TAG.oid)));
  return usages;
}

export function readBasicConstraints(value: Buffer): BasicConstraints {
  const fields = readSequence(value, 'der');
  const flag = fields.takeIf(TAG.boolean);
  const length = fields.takeIf(TAG.integer);
  fields.done();
  return {
    ca: flag !== null && booleanValue(flag),
    pathLength: length === null ? null : smallInteger(length),
  };
}

export function readSubjectKeyIdentifier(value: Buffer): Buffer {
  const element = whole(value);
  if (element.tag !== TAG.octetString) throw new MalformedError('a bad subject key identifier');
  return element.content;
}

/** The keyIdentifier of RFC 5280 section 4.2.1.1; null when the issuer is told in another way. */
export function readAuthorityKeyIdentifier(value: Buffer): Buffer | null {
  return readSequence(value, 'der').takeIf(0x80)?.content ?? null;
}

function collectNames(fields: Fields): GeneralName[] {
  const names: GeneralName[] = [];
  while (!fields.atEnd) {
    names.push(readGeneralName(fields.next()));
    if (names.length > MAX_NAMES) throw new MalformedError('too many names');
  }
  return names;
}

export const readAlternativeNames = (value: Buffer): GeneralName[] =>
  collectNames(readSequence(value, 'der'));

function readGeneralName(element: Element): GeneralName {
  switch (element.tag) {
    case 0x81:
      return { kind: 'rfc822Name', text: element.content.toString('latin1') };
    case 0x82:
      return { kind: 'dNSName', text: element.content.toString('latin1') };
    case 0x86:
      return { kind: 'uniformResourceIdentifier', text: element.content.toString('latin1') };
    case 0xa4: {
      const inner = element.fields();
      const name = readName(inner.take(TAG.sequence));
      inner.done();
      return { kind: 'directoryName', name };
    }
    default:
      return { kind: 'other', tag: element.tag };
  }
}

export function readNameConstraints(value: Buffer): NameConstraints {
  const fields = readSequence(value, 'der');
  const permitted = fields.takeIf(0xa0);
  const excluded = fields.takeIf(0xa1);
  fields.done();
  return {
    permitted: permitted === null ? [] : readSubtrees(permitted),
    excluded: excluded === null ? [] : readSubtrees(excluded),
  };
}

/** GeneralSubtrees; RFC 5280 leaves `minimum` at 0 and `maximum` out, so nothing may follow the base. */
function readSubtrees(list: Element): GeneralName[] {
  const bases: GeneralName[] = [];
  const fields = list.fields();
  while (!fields.atEnd) {
    const subtree = fields.take(TAG.sequence).fields();
    bases.push(readGeneralName(subtree.next()));
    subtree.done();
    if (bases.length > MAX_NAMES) throw new MalformedError('too many names');
  }
  return bases;
}

/** URLs of all full names in CRLDistributionPoints, RFC 5280 section 4.2.1.13. */
export function readDistributionPoints(value: Buffer): string[] {
  const urls: string[] = [];
  const points = readSequence(value, 'der');
  while (!points.atEnd) {
    const name = points.take(TAG.sequence).fields().takeIf(0xa0);
    if (name !== null) urls.push(...fullNameUrls(name));
    if (urls.length > MAX_NAMES) throw new MalformedError('too many names');
  }
  return urls;
}

/** DistributionPointName: only `fullName` names URLs. */
export function fullNameUrls(distributionPointName: Element): string[] {
  const fullName = distributionPointName.fields().takeIf(0xa0);
  if (fullName === null) return [];
  const urls: string[] = [];
  for (const name of collectNames(fullName.fields())) {
    if (name.kind === 'uniformResourceIdentifier') urls.push(name.text);
  }
  return urls;
}
