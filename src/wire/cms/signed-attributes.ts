// SPDX-License-Identifier: EUPL-1.2
import { type Element, TAG } from './der-reader.ts';
import { octetStringValue, oidValue, timeValue } from './der-values.ts';
import { MalformedError } from './malformed.ts';
import { OID } from './oids.ts';

/** Most signed attributes in one signature. */
const MAX_ATTRIBUTES = 64;

/** The attributes a signer put under its signature, RFC 5652 section 5.3. */
export interface SignedAttributes {
  /** The octets the signature is over: the DER of the SET (RFC 5652 section 5.4). */
  readonly encoded: Buffer;
  readonly contentType: string;
  readonly messageDigest: Buffer;
  /** Milliseconds since the Unix epoch; null when the signer says nothing. */
  readonly signingTime: number | null;
  /** Hash of the signer's certificate, RFC 5035 section 3; null when the attribute is absent. */
  readonly signingCertificate: { readonly digestOid: string; readonly hash: Buffer } | null;
}

/** Reads the `[0] IMPLICIT SET OF Attribute` of a SignerInfo. */
export function readSignedAttributes(element: Element): SignedAttributes {
  // Only a DER encoding can be what was signed; re-encoding would be guessing.
  if (!element.definite) throw new MalformedError('signed attributes that are not DER');
  const values = readAttributeValues(element);
  const type = values.get(OID.contentType);
  const digest = values.get(OID.messageDigest);
  if (type === undefined || digest === undefined) {
    // RFC 5652 section 5.3: both must be there when any attribute is.
    throw new MalformedError('signed attributes without contentType and messageDigest');
  }
  const time = values.get(OID.signingTime);
  const signingCertificate = values.get(OID.signingCertificateV2);
  const encoded = Buffer.from(element.bytes);
  encoded[0] = TAG.set;
  return {
    encoded,
    contentType: oidValue(type),
    messageDigest: octetStringValue(digest),
    signingTime: time === undefined ? null : timeValue(time),
    signingCertificate: signingCertificate === undefined ? null : readCertificateHash(signingCertificate),
  };
}

/** The first value of each attribute; the four we know must have exactly one (RFC 5652 section 11). */
function readAttributeValues(set: Element): Map<string, Element> {
  const values = new Map<string, Element>();
  const attributes = set.fields();
  while (!attributes.atEnd) {
    const attribute = attributes.take(TAG.sequence).fields();
    const oid = oidValue(attribute.take(TAG.oid));
    const list = attribute.take(TAG.set).fields();
    attribute.done();
    if (values.has(oid)) throw new MalformedError(`the signed attribute ${oid} comes twice`);
    if (list.atEnd) continue;
    values.set(oid, list.next());
    if (SINGLE_VALUED.has(oid)) list.done();
    if (values.size > MAX_ATTRIBUTES) throw new MalformedError('too many signed attributes');
  }
  return values;
}

const SINGLE_VALUED: ReadonlySet<string> = new Set([
  OID.contentType,
  OID.messageDigest,
  OID.signingTime,
  OID.signingCertificateV2,
]);

/** The first ESSCertIDv2, which is the signer's own certificate. */
function readCertificateHash(element: Element): { digestOid: string; hash: Buffer } {
  const identifier = element.fields().take(TAG.sequence).fields().take(TAG.sequence).fields();
  const algorithm = identifier.takeIf(TAG.sequence);
  const digestOid = algorithm === null ? OID.sha256 : oidValue(algorithm.fields().take(TAG.oid));
  return { digestOid, hash: octetStringValue(identifier.next()) };
}
