// SPDX-License-Identifier: EUPL-1.2
import { createHash, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { Instant } from '../../platform/clock.ts';
import { readWhole, TAG } from '../../wire/cms/der-reader.ts';
import { wholeBits } from '../../wire/cms/der-values.ts';
import { der, integer, nullValue, oid, sequence, setOf, time } from '../../wire/cms/der-writer.ts';
import { OID } from '../../wire/cms/oids.ts';
import type { Extension } from './extension-writer.ts';

/** A name as pairs of attribute and text, widest first: `[['C', 'IT'], ['O', '...'], ['CN', '...']]`. */
export type NameText = readonly (readonly ['C' | 'O' | 'OU' | 'CN', string])[];

export interface Validity {
  readonly notBefore: Instant;
  readonly notAfter: Instant;
}

const NAME_OIDS = { C: '2.5.4.6', O: OID.organizationName, OU: '2.5.4.11', CN: OID.commonName } as const;

/** RFC 5280 section 4.1.2.4: the country is a PrintableString, all else UTF-8. */
export function writeName(name: NameText): Buffer {
  return sequence(
    ...name.map(([type, text]) => {
      const tag = type === 'C' ? TAG.printableString : TAG.utf8String;
      return setOf(sequence(oid(NAME_OIDS[type]), der(tag, Buffer.from(text, 'utf8'))));
    }),
  );
}

/** SubjectPublicKeyInfo of a key, DER. */
export function keyInfo(publicKey: KeyObject): Buffer {
  return publicKey.export({ type: 'spki', format: 'der' });
}

/** RFC 5280 section 4.2.1.2, method 1: SHA-1 of the key's bits. */
export function keyIdentifier(publicKey: KeyObject): Buffer {
  const fields = readWhole(keyInfo(publicKey), 'der').fields();
  fields.next();
  return createHash('sha1')
    .update(wholeBits(fields.take(TAG.bitString)))
    .digest();
}

export interface ToBeCertified {
  /** Content octets of a positive INTEGER. */
  readonly serial: Buffer;
  /** DER of the issuer's name. */
  readonly issuer: Buffer;
  readonly subject: NameText;
  readonly validity: Validity;
  readonly publicKey: KeyObject;
  readonly extensions: readonly Extension[];
}

/** A certificate of version 3 (RFC 5280 section 4.1), signed with `issuerKey`; DER. */
export function writeCertificate(certified: ToBeCertified, issuerKey: KeyObject): Promise<Buffer> {
  const { serial, issuer, subject, validity, publicKey, extensions } = certified;
  const toBeSigned = sequence(
    der(0xa0, integer(2)),
    der(TAG.integer, serial),
    signatureAlgorithm(issuerKey),
    issuer,
    sequence(time(validity.notBefore), time(validity.notAfter)),
    writeName(subject),
    keyInfo(publicKey),
    der(0xa3, sequence(...extensions)),
  );
  return signStructure(toBeSigned, issuerKey);
}

/**
 * SIGNED{...}, as certificates and CRLs are: what is signed, how, and the signature, with SHA-256. `more` is what an
 * OCSP answer has after it.
 */
export async function signStructure(
  toBeSigned: Buffer,
  key: KeyObject,
  { more = Buffer.alloc(0) }: { readonly more?: Buffer } = {},
): Promise<Buffer> {
  const signature = await promisify(sign)('sha256', toBeSigned, key);
  return sequence(toBeSigned, signatureAlgorithm(key), der(TAG.bitString, Buffer.of(0), signature), more);
}

/** RFC 4055 section 5 wants a NULL after RSA's name, RFC 5758 section 3.2 nothing after ECDSA's. */
export function signatureAlgorithm(key: KeyObject): Buffer {
  return key.asymmetricKeyType === 'rsa'
    ? sequence(oid(OID.sha256WithRsa), nullValue())
    : sequence(oid(OID.ecdsaWithSha256));
}
