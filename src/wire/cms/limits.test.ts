// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { test } from 'node:test';
import { MAX_RSA_BITS } from './algorithms.ts';
import { der, integer, nullValue, octetString, oid, sequence } from './der-writer.ts';
import { OID } from './oids.ts';
import { MAX_CRL_BYTES, readRevocationList } from './revocation-list.ts';
import { SignatureCheck } from './signature-check.ts';
import { MAX_CERTIFICATES, MAX_SIGNERS, readSignedData } from './signed-data.ts';

const algorithm = (dotted: string): Buffer => sequence(oid(dotted), nullValue());

const signer = sequence(
  integer(1),
  sequence(sequence(), integer(7)),
  algorithm(OID.sha256),
  algorithm(OID.rsaEncryption),
  octetString(Buffer.alloc(1024, 1)),
);

function signedData({ certificates = 0, signers = 1 }): Buffer {
  const body = sequence(
    integer(1),
    der(0x31, algorithm(OID.sha256)),
    sequence(oid(OID.data)),
    der(0xa0, ...Array.from({ length: certificates }, () => sequence())),
    der(0x31, ...Array.from({ length: signers }, () => signer)),
  );
  return sequence(oid(OID.signedData), der(0xa0, body));
}

test('certificates and signers are read up to their limits, one more is refused', () => {
  const full = readSignedData(signedData({ certificates: MAX_CERTIFICATES, signers: MAX_SIGNERS }));
  assert.ok(full.ok);
  assert.equal(full.value.certificates.length, MAX_CERTIFICATES);
  assert.equal(full.value.signers.length, MAX_SIGNERS);
  const certificates = readSignedData(signedData({ certificates: MAX_CERTIFICATES + 1 }));
  assert.deepEqual(certificates, { ok: false, reason: 'too many certificates' });
  const signers = readSignedData(signedData({ signers: MAX_SIGNERS + 1 }));
  assert.deepEqual(signers, { ok: false, reason: 'too many signers' });
});

test('a revocation list larger than the limit is not read', () => {
  const large = readRevocationList(Buffer.alloc(MAX_CRL_BYTES + 1));
  assert.deepEqual(large, { ok: false, reason: 'a revocation list too large' });
  assert.notDeepEqual(readRevocationList(Buffer.alloc(MAX_CRL_BYTES)), large);
});

test('a key larger than the limit is not computed with', () => {
  const parsed = readSignedData(signedData({}));
  assert.ok(parsed.ok);
  const [only] = parsed.value.signers;
  assert.ok(only !== undefined);
  const verdictWith = (bits: number): string => {
    const modulus = Buffer.alloc(Math.ceil(bits / 8), 0xff);
    modulus[0] = 0xff >> (modulus.length * 8 - bits);
    const jwk = { kty: 'RSA', n: modulus.toString('base64url'), e: 'AQAB' };
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    return new SignatureCheck({ signer: only, key, contentType: OID.data }).conclude();
  };
  assert.equal(verdictWith(MAX_RSA_BITS), 'signature-invalid');
  assert.equal(verdictWith(MAX_RSA_BITS + 1), 'unsupported-algorithm');
});
