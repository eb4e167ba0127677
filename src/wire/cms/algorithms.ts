// SPDX-License-Identifier: EUPL-1.2
import { constants, type KeyObject, type VerifyKeyObjectInput, verify } from 'node:crypto';
import { type Element, type Fields, TAG } from './der-reader.ts';
import { oidValue, smallInteger } from './der-values.ts';
import { MalformedError } from './malformed.ts';
import { OID } from './oids.ts';

/** AlgorithmIdentifier, RFC 5280 section 4.1.1.2. */
export interface AlgorithmIdentifier {
  readonly oid: string;
  /** The parameters as encoded; null when there are none. */
  readonly parameters: Element | null;
}

/** Digests this member can compute, by node:crypto's names. Which are good enough is the caller's policy. */
export type Digest = 'md5' | 'sha1' | 'sha256' | 'sha384' | 'sha512';

/** How a signature is checked. */
export interface SignatureScheme {
  /** Null for a scheme that digests by itself (Ed25519). */
  readonly digest: Digest | null;
  readonly keyType: 'rsa' | 'rsa-pss' | 'ec' | 'ed25519';
  /** Only for RSASSA-PSS: octets of salt. */
  readonly saltLength: number | null;
}

export function readAlgorithm(element: Element): AlgorithmIdentifier {
  const fields = element.fields();
  const oid = oidValue(fields.take(TAG.oid));
  const parameters = fields.atEnd ? null : fields.next();
  fields.done();
  return { oid, parameters };
}

const DIGESTS: ReadonlyMap<string, Digest> = new Map([
  [OID.md5, 'md5'],
  [OID.sha1, 'sha1'],
  [OID.sha256, 'sha256'],
  [OID.sha384, 'sha384'],
  [OID.sha512, 'sha512'],
]);

const SCHEMES: ReadonlyMap<string, readonly ['rsa' | 'ec', Digest]> = new Map([
  [OID.md5WithRsa, ['rsa', 'md5']],
  [OID.sha1WithRsa, ['rsa', 'sha1']],
  [OID.sha256WithRsa, ['rsa', 'sha256']],
  [OID.sha384WithRsa, ['rsa', 'sha384']],
  [OID.sha512WithRsa, ['rsa', 'sha512']],
  [OID.ecdsaWithSha1, ['ec', 'sha1']],
  [OID.ecdsaWithSha256, ['ec', 'sha256']],
  [OID.ecdsaWithSha384, ['ec', 'sha384']],
  [OID.ecdsaWithSha512, ['ec', 'sha512']],
]);

/** The digest an AlgorithmIdentifier names; null for one that is not known here. */
export function digestOf(algorithm: AlgorithmIdentifier): Digest | null {
  return DIGESTS.get(algorithm.oid) ?? null;
}

/**
 * How to check a signature made with `algorithm`. In CMS the algorithm may name the key only
 * (rsaEncryption, id-ecPublicKey); then `messageDigest` tells the digest (RFC 3370 section 3.2).
 * Null for what is not known here, and where the two contradict each other.
 */
export function schemeOf(
  algorithm: AlgorithmIdentifier,
  messageDigest: Digest | null,
): SignatureScheme | null {
  if (algorithm.oid === OID.ed25519) return { digest: null, keyType: 'ed25519', saltLength: null };
  if (algorithm.oid === OID.rsaPss) return pssScheme(algorithm, messageDigest);
  const [keyType, digest] = SCHEMES.get(algorithm.oid) ?? keyOnly(algorithm.oid, messageDigest);
  if (digest === null || (messageDigest !== null && digest !== messageDigest)) return null;
  return { digest, keyType, saltLength: null };
}

function keyOnly(oid: string, digest: Digest | null): readonly ['rsa' | 'ec', Digest | null] {
  if (oid === OID.rsaEncryption) return ['rsa', digest];
  return ['ec', oid === OID.ecPublicKey ? digest : null];
}

/** RSASSA-PSS-params, RFC 4055 section 3.1: absent fields mean SHA-1 and a salt of 20 octets. */
function pssScheme(algorithm: AlgorithmIdentifier, messageDigest: Digest | null): SignatureScheme | null {
  if (algorithm.parameters === null || algorithm.parameters.tag !== TAG.sequence) return null;
  const fields = algorithm.parameters.fields();
  const digest = taggedDigest(fields, 0xa0);
  const maskGenerator = explicit(fields, 0xa1);
  const salt = explicit(fields, 0xa2);
  const trailer = explicit(fields, 0xa3);
  fields.done();
  if (digest === null || (messageDigest !== null && digest !== messageDigest)) return null;
  if (trailer !== null && smallInteger(trailer) !== 1) return null;
  const maskDigest = maskGenerator === null ? 'sha1' : maskDigestOf(readAlgorithm(maskGenerator));
  if (maskDigest !== digest) return null;
  return { digest, keyType: 'rsa-pss', saltLength: salt === null ? 20 : smallInteger(salt) };
}

function explicit(fields: Fields, tag: number): Element | null {
  const wrapper = fields.takeIf(tag);
  if (wrapper === null) return null;
  const inner = wrapper.fields();
  const element = inner.next();
  inner.done();
  return element;
}

function taggedDigest(fields: Fields, tag: number): Digest | null {
  const element = explicit(fields, tag);
  return element === null ? 'sha1' : digestOf(readAlgorithm(element));
}

function maskDigestOf(algorithm: AlgorithmIdentifier): Digest | null {
  if (algorithm.oid !== OID.mgf1 || algorithm.parameters === null) return null;
  return digestOf(readAlgorithm(algorithm.parameters));
}

/** Largest modulus whose signatures are computed: the cost of a check stays bounded. */
export const MAX_RSA_BITS = 8192;

/** Whether the key is of the kind the scheme asks for. */
export function keyFits(scheme: SignatureScheme, key: KeyObject): boolean {
  const { type, bits } = kindOf(key);
  if (type !== 'rsa') return type === scheme.keyType;
  return bits <= MAX_RSA_BITS && (scheme.keyType === 'rsa' || scheme.keyType === 'rsa-pss');
}

interface KeyKind {
  readonly type: KeyObject['asymmetricKeyType'];
  /** Of the modulus, for RSA. */
  readonly bits: number;
}

/** Node asks OpenSSL each time; the same few keys check every message. */
const kinds = new WeakMap<KeyObject, KeyKind>();

function kindOf(key: KeyObject): KeyKind {
  let kind = kinds.get(key);
  if (kind === undefined) {
    kind = { type: key.asymmetricKeyType, bits: key.asymmetricKeyDetails?.modulusLength ?? 0 };
    kinds.set(key, kind);
  }
  return kind;
}

/** What node:crypto wants to hear besides the digest. */
export function keyInput(scheme: SignatureScheme, key: KeyObject): KeyObject | VerifyKeyObjectInput {
  if (scheme.keyType !== 'rsa-pss') return key;
  return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: scheme.saltLength ?? 20 };
}

/** Whether `signature` over `data` was made with the private half of `key`. */
export function signatureHolds(
  scheme: SignatureScheme,
  { key, data, signature }: { key: KeyObject; data: Uint8Array; signature: Uint8Array },
): boolean {
  if (!keyFits(scheme, key)) return false;
  try {
    return verify(scheme.digest, data, keyInput(scheme, key), signature);
  } catch {
    // OpenSSL throws at some malformed signatures and keys instead of answering no.
    return false;
  }
}

/** The outer structure shared by certificates and CRLs: SIGNED{ToBeSigned}, X.509. */
export interface SignedStructure {
  /** The octets that were signed. */
  readonly toBeSigned: Buffer;
  readonly algorithm: AlgorithmIdentifier;
  readonly signature: Buffer;
}

/** RFC 5280 sections 4.1.1.2 and 5.1.1.2: the algorithm is written twice, and both must agree. */
export function requireSameAlgorithm(inner: Element, outer: Element): void {
  if (!inner.bytes.equals(outer.bytes)) throw new MalformedError('two different signature algorithms');
}

/** Whether a certificate or CRL was signed with `key`. */
export function structureHolds(structure: SignedStructure, key: KeyObject): boolean {
  const scheme = schemeOf(structure.algorithm, null);
  if (scheme === null) return false;
  return signatureHolds(scheme, { key, data: structure.toBeSigned, signature: structure.signature });
}
