// SPDX-License-Identifier: EUPL-1.2
import { readAlgorithm, requireSameAlgorithm, type SignedStructure, structureHolds } from './algorithms.ts';
import type { Certificate } from './certificate.ts';
import {
  type CertificateExtension,
  fullNameUrls,
  readAuthorityKeyIdentifier,
  readExtensions,
} from './certificate-extensions.ts';
import { type Element, type Fields, readSequence, readWhole, TAG } from './der-reader.ts';
import { booleanValue, integerOctets, smallInteger, timeValue, wholeBits } from './der-values.ts';
import { type DistinguishedName, readName } from './distinguished-name.ts';
import { attempt, MalformedError, type Parsed } from './malformed.ts';
import { OID } from './oids.ts';

/** Largest CRL read, in octets: about 200,000 entries. */
export const MAX_CRL_BYTES = 8 * 1024 * 1024;

/** CRLReason, RFC 5280 section 5.3.1; 7 is not used. */
const REASONS = [
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  null,
  'removeFromCRL',
  'privilegeWithdrawn',
  'aACompromise',
] as const;

/** One line of a CRL. */
export interface RevokedEntry {
  /** Milliseconds since the Unix epoch. */
  readonly revokedAt: number;
  /** RFC 5280's word for it; null when the list gives none. */
  readonly reason: string | null;
}

/** Which certificates a CRL speaks about, RFC 5280 section 5.2.5. */
export interface RevocationScope {
  /** URLs the list says it is published at; empty when it does not say. */
  readonly urls: readonly string[];
  readonly onlyUserCertificates: boolean;
  readonly onlyCaCertificates: boolean;
}

/** A certificate revocation list, RFC 5280 section 5. */
export interface RevocationList {
  readonly issuer: DistinguishedName;
  /** Milliseconds since the Unix epoch. */
  readonly thisUpdate: number;
  readonly nextUpdate: number | null;
  /** Decimal; null when the list has none. */
  readonly crlNumber: string | null;
  readonly authorityKeyIdentifier: Buffer | null;
  readonly scope: RevocationScope | null;
  /** By serial number: its content octets in lower-case hexadecimal. */
  readonly revoked: ReadonlyMap<string, RevokedEntry>;
  readonly signed: SignedStructure;
}

/** Reads a complete CRL from its DER; delta and indirect lists and unknown critical extensions are refused. */
export function readRevocationList(der: Buffer): Parsed<RevocationList> {
  return attempt(() => {
    if (der.length > MAX_CRL_BYTES) throw new MalformedError('a revocation list too large');
    const fields = readSequence(der, 'der');
    const toBeSigned = fields.take(TAG.sequence);
    const algorithm = fields.take(TAG.sequence);
    const signature = wholeBits(fields.take(TAG.bitString));
    fields.done();
    return {
      ...readToBeSigned(toBeSigned, algorithm),
      signed: { toBeSigned: toBeSigned.bytes, algorithm: readAlgorithm(algorithm), signature },
    };
  });
}

function readToBeSigned(element: Element, outerAlgorithm: Element): Omit<RevocationList, 'signed'> {
  const fields = element.fields();
  const version = fields.takeIf(TAG.integer);
  if (version !== null && smallInteger(version) !== 1)
    throw new MalformedError('a CRL of an unknown version');
  requireSameAlgorithm(fields.take(TAG.sequence), outerAlgorithm);
  const issuer = readName(fields.take(TAG.sequence));
  const thisUpdate = timeValue(fields.next());
  const next = fields.takeIf(TAG.utcTime) ?? fields.takeIf(TAG.generalizedTime);
  const entries = fields.takeIf(TAG.sequence);
  const revoked = entries === null ? new Map<string, RevokedEntry>() : readEntries(entries);
  const extensions = readListExtensions(fields);
  fields.done();
  return { issuer, thisUpdate, nextUpdate: next === null ? null : timeValue(next), revoked, ...extensions };
}

function readEntries(list: Element): Map<string, RevokedEntry> {
  const revoked = new Map<string, RevokedEntry>();
  const fields = list.fields();
  while (!fields.atEnd) {
    const entry = fields.take(TAG.sequence).fields();
    const serial = integerOctets(entry.take(TAG.integer)).toString('hex');
    const revokedAt = timeValue(entry.next());
    const extensions = entry.takeIf(TAG.sequence);
    entry.done();
    revoked.set(serial, { revokedAt, reason: extensions === null ? null : readReason(extensions) });
  }
  return revoked;
}

function readReason(list: Element): string | null {
  let reason: string | null = null;
  for (const extension of readExtensions(list)) {
    if (extension.oid === OID.reasonCode) {
      const code = readWhole(extension.value, 'der');
      reason = REASONS[smallInteger(code)] ?? null;
    } else if (extension.critical && extension.oid !== OID.invalidityDate) {
      throw new MalformedError(`the critical entry extension ${extension.oid}`);
    }
  }
  return reason;
}

type ListExtensions = Pick<RevocationList, 'crlNumber' | 'authorityKeyIdentifier' | 'scope'>;

function readListExtensions(fields: Fields): ListExtensions {
  const wrapper = fields.takeIf(0xa0);
  const extensions = wrapper === null ? [] : readExtensions(wrapper.fields().take(TAG.sequence));
  let found: ListExtensions = { crlNumber: null, authorityKeyIdentifier: null, scope: null };
  for (const extension of extensions) found = { ...found, ...readListExtension(extension) };
  return found;
}

function readListExtension({ oid, critical, value }: CertificateExtension): Partial<ListExtensions> {
  switch (oid) {
    case OID.crlNumber: {
      const octets = integerOctets(readWhole(value, 'der'));
      // RFC 5280 section 5.2.3: never longer than 20 octets.
      if (octets.length > 20) throw new MalformedError('a CRL number too long');
      return { crlNumber: BigInt(`0x${octets.toString('hex')}`).toString() };
    }
    case OID.authorityKeyIdentifier:
      return { authorityKeyIdentifier: readAuthorityKeyIdentifier(value) };
    case OID.issuingDistributionPoint:
      return { scope: readScope(value) };
    default:
      if (critical) throw new MalformedError(`the critical extension ${oid}`);
      return {};
  }
}

/** IssuingDistributionPoint; a list that is indirect or tells only some reasons proves no certificate good. */
function readScope(value: Buffer): RevocationScope {
  const fields = readSequence(value, 'der');
  const name = fields.takeIf(0xa0);
  const flag = (tag: number): boolean => {
    const element = fields.takeIf(tag);
    return element !== null && booleanValue(element);
  };
  const onlyUserCertificates = flag(0x81);
  const onlyCaCertificates = flag(0x82);
  const someReasons = fields.takeIf(0x83) !== null;
  const indirect = flag(0x84);
  const onlyAttributes = flag(0x85);
  fields.done();
  if (someReasons || indirect || onlyAttributes) throw new MalformedError('a list of another scope');
  return { urls: name === null ? [] : fullNameUrls(name), onlyUserCertificates, onlyCaCertificates };
}

/** Whether the list was signed with the key of `issuer`. */
export function isListSignedBy(list: RevocationList, issuer: Certificate): boolean {
  return issuer.publicKey !== null && structureHolds(list.signed, issuer.publicKey);
}

/** What the list says about a certificate of its issuer; null when it is not on it. */
export function findRevoked(list: RevocationList, certificate: Certificate): RevokedEntry | null {
  return list.revoked.get(certificate.serial.toString('hex')) ?? null;
}
