// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { createPrivateKey, hash, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { openssl, opensslAccepts, TestAuthority } from '../../../test/openssl/test-authority.ts';
import { type Certificate, readCertificate } from './certificate.ts';
import { SignatureCheck, type SignatureVerdict } from './signature-check.ts';
import { SignatureTemplate } from './signature-template.ts';
import { identifies, openEncapsulated, readSignedData, type SignedData } from './signed-data.ts';

const folder = mkdtempSync(join(tmpdir(), 'signed-data-'));
after(() => rmSync(folder, { recursive: true }));

const root = new TestAuthority(folder);
const alfa = root.issue('alfa');
const certificate = ((): Certificate => {
  const parsed = readCertificate(alfa.der);
  assert.ok(parsed.ok);
  return parsed.value;
})();

const content = Buffer.from('Content-Type: text/plain\r\n\r\nBuongiorno.\r\n');
const contentFile = join(folder, 'content');
writeFileSync(contentFile, content);

function opensslSign(...more: readonly string[]): Buffer {
  const signer = ['-signer', alfa.certificateFile, '-inkey', alfa.keyFile];
  return openssl(['cms', '-sign', '-binary', '-in', contentFile, ...signer, '-outform', 'DER', ...more]);
}

function readGood(der: Buffer): SignedData {
  const parsed = readSignedData(der);
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.reason);
  return parsed.value;
}

function verdictOf(signedData: SignedData, signed: Buffer = content): SignatureVerdict {
  const [signer] = signedData.signers;
  const key = certificate.publicKey;
  assert.ok(signer !== undefined && key !== null);
  assert.ok(identifies(signer.identifier, certificate));
  const check = new SignatureCheck({ signer, key, contentType: signedData.contentType });
  check.update(signedData.content ?? signed);
  return check.conclude();
}

test('SIG-6 signatures of openssl hold, in every form it writes', () => {
  const forms = [
    [],
    ['-md', 'sha1'],
    ['-md', 'sha384'],
    ['-md', 'sha512'],
    ['-stream'],
    ['-nodetach'],
    ['-nodetach', '-stream'],
    ['-noattr'],
    ['-keyid'],
    ['-keyid', '-nodetach', '-stream', '-md', 'sha512'],
    ['-keyopt', 'rsa_padding_mode:pss'],
    ['-keyopt', 'rsa_padding_mode:pss', '-keyopt', 'rsa_pss_saltlen:20', '-md', 'sha512'],
    ['-cades'],
  ];
  for (const form of forms) {
    const signedData = readGood(opensslSign(...form));
    assert.equal(verdictOf(signedData), 'valid', form.join(' '));
    // openssl keeps the content inside when it streams DER, whatever else it was told.
    const inside = form.includes('-nodetach') || form.includes('-stream');
    assert.deepEqual(signedData.content, inside ? content : null);
  }
});

test('PKCS#7 signatures of openssl smime hold too', () => {
  const signer = ['-signer', alfa.certificateFile, '-inkey', alfa.keyFile];
  for (const form of [[], ['-stream'], ['-md', 'sha1'], ['-noattr']]) {
    const der = openssl([
      'smime',
      '-sign',
      '-binary',
      '-in',
      contentFile,
      ...signer,
      '-outform',
      'DER',
      ...form,
    ]);
    assert.equal(verdictOf(readGood(der)), 'valid', form.join(' '));
  }
});

test('without certificates there is nothing to read but the signer', () => {
  const signedData = readGood(opensslSign('-nocerts'));
  assert.deepEqual(signedData.certificates, []);
  assert.equal(signedData.signers.length, 1);
});

test('two signers are both read', () => {
  const beta = root.issue('beta', { keyFile: alfa.keyFile });
  const signedData = readGood(opensslSign('-signer', beta.certificateFile, '-inkey', alfa.keyFile));
  assert.equal(signedData.signers.length, 2);
  assert.equal(signedData.certificates.length, 2);
});

test('another content, another key, other attributes: each is told apart', () => {
  const other = Buffer.from(content);
  other[5] = 0x21;
  assert.equal(verdictOf(readGood(opensslSign()), other), 'digest-mismatch');
  assert.equal(verdictOf(readGood(opensslSign('-noattr')), other), 'signature-invalid');
  const signedData = readGood(opensslSign());
  const [signer] = signedData.signers;
  assert.ok(signer?.signedAttributes != null);
  const moved = {
    ...signer.signedAttributes,
    encoded: Buffer.from(signer.signedAttributes.encoded).fill(1, 40, 41),
  };
  assert.equal(
    verdictOf({ ...signedData, signers: [{ ...signer, signedAttributes: moved }] }),
    'signature-invalid',
  );
  assert.equal(verdictOf({ ...signedData, contentType: '1.2.3' }), 'signature-invalid');
});

const template = new SignatureTemplate(certificate, { chain: [root.der] });
const key = createPrivateKey(readFileSync(alfa.keyFile));

test('SIG-7 our signatures have contentType, signingTime and messageDigest', () => {
  const instant = Date.UTC(2026, 1, 3, 4, 5, 6, 789);
  const attributes = template.attributes(hash('sha256', content, 'buffer'), instant);
  const signedData = readGood(template.detached(attributes, sign('sha256', attributes, key)));
  const signed = signedData.signers[0]?.signedAttributes;
  assert.equal(signed?.contentType, '1.2.840.113549.1.7.1');
  assert.equal(signed?.signingTime, Date.UTC(2026, 1, 3, 4, 5, 6));
  assert.deepEqual(signed?.messageDigest, hash('sha256', content, 'buffer'));
  assert.deepEqual(signed?.signingCertificate?.hash, hash('sha256', alfa.der, 'buffer'));
  assert.equal(verdictOf(signedData), 'valid');
});

test('what a template has encoded before changes nothing of what it encodes next', () => {
  const before2050 = Date.UTC(2049, 11, 31, 23, 59, 59, 999);
  const instants = [
    Date.UTC(2026, 1, 3, 4, 5, 6),
    before2050,
    before2050 + 1,
    Date.UTC(2026, 1, 3, 4, 5, 7, 1),
  ];
  const used = new SignatureTemplate(certificate, { chain: [root.der] });
  for (const instant of [...instants, ...instants]) {
    for (const [word, signatureBytes] of [
      ['una', 256],
      ['due', 256],
      ['tre', 384],
    ] as const) {
      const fresh = new SignatureTemplate(certificate, { chain: [root.der] });
      const digest = hash('sha256', `${word} ${instant}`, 'buffer');
      const attributes = used.attributes(digest, instant);
      assert.deepEqual(attributes, fresh.attributes(digest, instant));
      const signature = Buffer.alloc(signatureBytes, word);
      const detached = used.detached(attributes, signature);
      assert.deepEqual(detached, fresh.detached(attributes, signature));
      const [signer] = readGood(detached).signers;
      assert.deepEqual(signer?.signedAttributes?.messageDigest, digest);
      assert.equal(signer?.signedAttributes?.signingTime, Math.floor(instant / 1000) * 1000);
      assert.deepEqual(signer?.signature, signature);
    }
  }
});

test('SIG-2 DIR-7 openssl accepts what we seal, with its content and certificates inside, and CAdES too', () => {
  const attributes = template.attributes(hash('sha256', content, 'buffer'), Date.now());
  const signature = sign('sha256', attributes, key);
  const sealed = template.encapsulated(content, { attributes, signature });
  const verify = ['cms', '-verify', '-inform', 'DER', '-binary', '-CAfile', root.certificateFile];
  assert.deepEqual(openssl([...verify, '-purpose', 'smimesign', '-cades'], { input: sealed }), content);
  const opened = openEncapsulated(sealed);
  assert.ok(opened.ok);
  assert.deepEqual(opened.value.content, content);
  assert.equal(opened.value.certificates.length, 2);
  const detached = template.detached(attributes, signature);
  assert.ok(opensslAccepts([...verify, '-content', contentFile], { input: detached }));
  assert.equal(openEncapsulated(detached).ok, false);
});

test('a changed octet anywhere in a sealed file is refused or fails, never thrown', () => {
  const attributes = template.attributes(hash('sha256', content, 'buffer'), Date.now());
  const sealed = template.encapsulated(content, { attributes, signature: sign('sha256', attributes, key) });
  const contentStart = sealed.indexOf(content);
  for (let offset = 0; offset < sealed.length; offset += 1) {
    const changed = Buffer.from(sealed);
    changed[offset] = (changed[offset] ?? 0) ^ 0x20;
    const parsed = readSignedData(changed);
    const [signer] = parsed.ok ? parsed.value.signers : [];
    if (!parsed.ok || signer === undefined || !identifies(signer.identifier, certificate)) continue;
    if (parsed.value.content === null) continue;
    const verdict = verdictOf(parsed.value);
    const inContent = offset >= contentStart && offset < contentStart + content.length;
    if (inContent) assert.equal(verdict, 'digest-mismatch', `octet ${offset}`);
  }
});

test('no octets make the reader throw', () => {
  const sources = [
    opensslSign(),
    opensslSign('-nodetach', '-stream'),
    opensslSign('-keyopt', 'rsa_padding_mode:pss'),
  ];
  const patch = fc.array(fc.tuple(fc.nat(4000), fc.nat(255)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.constantFrom(...sources), patch, fc.nat(4000), (octets, patches, length) => {
      const changed = Buffer.from(octets.subarray(0, length < 100 ? octets.length : length));
      for (const [offset, value] of patches) changed[offset % changed.length] = value;
      const parsed = readSignedData(changed);
      const [signer] = parsed.ok ? parsed.value.signers : [];
      if (!parsed.ok || signer === undefined || certificate.publicKey === null) return;
      const check = new SignatureCheck({
        signer,
        key: certificate.publicKey,
        contentType: parsed.value.contentType,
      });
      check.update(content);
      check.conclude();
    }),
    { numRuns: 3000 },
  );
});
