// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { profileExtensions, TestAuthority } from '../../../test/openssl/test-authority.ts';
import { type Certificate, isSignedBy, MAX_CERTIFICATE_BYTES, readCertificate } from './certificate.ts';
import { printName, sameName } from './distinguished-name.ts';
import { findRevoked, isListSignedBy, readRevocationList } from './revocation-list.ts';

const folder = mkdtempSync(join(tmpdir(), 'certificates-'));
after(() => rmSync(folder, { recursive: true }));

const root = new TestAuthority(folder);
const alfa = root.issue('alfa');

function readGood(der: Buffer): Certificate {
  const parsed = readCertificate(der);
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.reason);
  return parsed.value;
}

test('the fields are those openssl put in', () => {
  const certificate = readGood(alfa.der);
  const other = new X509Certificate(alfa.der);
  assert.equal(certificate.sha1, other.fingerprint.replaceAll(':', '').toLowerCase());
  assert.equal(certificate.serial.toString('hex').toUpperCase(), other.serialNumber);
  assert.equal(certificate.notBefore, Date.parse(other.validFrom));
  assert.equal(certificate.notAfter, Date.parse(other.validTo));
  assert.equal(printName(certificate.subject), 'C=IT, O=Gestore Alfa S.p.A., CN=Posta Certificata');
  assert.deepEqual(certificate.rfc822Names, ['posta-certificata@alfa.test']);
  assert.deepEqual([...(certificate.keyUsage ?? [])], ['digitalSignature']);
  assert.deepEqual(certificate.extendedKeyUsage, ['1.3.6.1.5.5.7.3.4']);
  assert.equal(certificate.basicConstraints, null);
  assert.deepEqual(certificate.crlUrls, ['http://crl.test/issuing.crl']);
  assert.ok(certificate.publicKey?.equals(other.publicKey));
  assert.equal(certificate.selfIssued, false);
  const critical = certificate.extensions.filter((extension) => extension.critical);
  assert.deepEqual(
    critical.map(({ oid }) => oid),
    ['2.5.29.15'],
  );
});

test('issuer and subject fit together by name, key identifier and signature', () => {
  const [certificate, issuer] = [readGood(alfa.der), readGood(root.der)];
  assert.ok(sameName(certificate.issuer, issuer.subject));
  assert.ok(certificate.authorityKeyIdentifier !== null);
  assert.deepEqual(certificate.authorityKeyIdentifier, issuer.subjectKeyIdentifier);
  assert.ok(isSignedBy(certificate, issuer));
  assert.ok(isSignedBy(issuer, issuer));
  assert.ok(!isSignedBy(certificate, certificate));
  assert.deepEqual(issuer.basicConstraints, { ca: true, pathLength: null });
});

test('names that differ in case and blanks are the same, others are not', () => {
  const subjectOf = (subject: string, name: string) =>
    readGood(root.issue(name, { subject, keyFile: alfa.keyFile }).der).subject;
  const one = subjectOf('/C=IT/O=Gestore  Alfa/CN=Posta', 'one');
  assert.ok(sameName(one, subjectOf('/C=it/O=gestore alfa/CN=POSTA', 'two')));
  assert.ok(!sameName(one, subjectOf('/C=IT/O=Gestore Alfa', 'three')));
  assert.ok(!sameName(one, subjectOf('/C=IT/O=Gestore Alfa/CN=Posta 2', 'four')));
});

test('name constraints and path lengths are read', () => {
  const constraints = 'nameConstraints=critical,permitted;email:.alfa.test,excluded;email:x@alfa.test';
  const limited = root.authority('limited', [
    'basicConstraints=critical,CA:true,pathlen:3',
    'keyUsage=critical,keyCertSign',
    constraints,
  ]);
  const certificate = readGood(limited.der);
  assert.equal(certificate.basicConstraints?.pathLength, 3);
  assert.deepEqual(certificate.nameConstraints, {
    permitted: [{ kind: 'rfc822Name', text: '.alfa.test' }],
    excluded: [{ kind: 'rfc822Name', text: 'x@alfa.test' }],
  });
});

test('a certificate larger than the limit is refused', () => {
  const comment = `nsComment=${'x'.repeat(MAX_CERTIFICATE_BYTES)}`;
  const large = root.issue('large', { keyFile: alfa.keyFile, extensions: [...profileExtensions(), comment] });
  const parsed = readCertificate(large.der);
  assert.deepEqual(parsed, { ok: false, reason: 'a certificate too large' });
});

test('a changed octet anywhere is refused or breaks the signature', () => {
  const issuer = readGood(root.der);
  for (let offset = 0; offset < alfa.der.length; offset += 1) {
    const changed = Buffer.from(alfa.der);
    changed[offset] = (changed[offset] ?? 0) ^ 0x01;
    const parsed = readCertificate(changed);
    assert.ok(!parsed.ok || !isSignedBy(parsed.value, issuer), `octet ${offset}`);
  }
});

test('no octets make the readers throw', () => {
  const list = root.revocationList();
  const source = fc.constantFrom(alfa.der, list);
  const patch = fc.array(fc.tuple(fc.nat(2000), fc.nat(255)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(source, patch, fc.nat(2000), (octets, patches, length) => {
      const changed = Buffer.from(octets.subarray(0, Math.max(length, 20)));
      for (const [offset, value] of patches) changed[offset % changed.length] = value;
      const certificate = readCertificate(changed);
      if (certificate.ok) void certificate.value.publicKey;
      readRevocationList(changed);
    }),
    { numRuns: 3000 },
  );
});

test('a revocation list tells who was revoked, when and why, and is checked with its issuer', () => {
  const beta = root.issue('beta', { keyFile: alfa.keyFile });
  const [good, bad] = [readGood(alfa.der), readGood(beta.der)];
  const empty = readRevocationList(root.revocationList());
  assert.ok(empty.ok && empty.value.revoked.size === 0);
  root.revoke(beta, 'superseded');
  const nextUpdate = new Date('2040-01-02T03:04:05Z');
  const parsed = readRevocationList(root.revocationList({ nextUpdate }));
  assert.ok(parsed.ok);
  const list = parsed.value;
  assert.equal(list.nextUpdate, nextUpdate.getTime());
  assert.equal(Number(list.crlNumber), Number(empty.value.crlNumber) + 1);
  assert.equal(findRevoked(list, good), null);
  const entry = findRevoked(list, bad);
  assert.equal(entry?.reason, 'superseded');
  assert.ok(Math.abs((entry?.revokedAt ?? 0) - Date.now()) < 3_600_000);
  assert.ok(isListSignedBy(list, readGood(root.der)));
  assert.ok(!isListSignedBy(list, good));
});
