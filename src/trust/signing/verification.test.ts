// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { openssl } from '../../../test/openssl/test-authority.ts';
import { certificateOf, TestProvider, temporaryFolder } from '../../../test/openssl/test-provider.ts';
import { FixedClock } from '../../platform/clock.ts';
import { indexMessage } from '../../wire/mime/mime-index.ts';
import { MemoryOctets, readPieces } from '../../wire/mime/octets.ts';
import type { CertificateOwner } from './certificate-lookup.ts';
import { CertificationPaths } from './certification-paths.ts';
import type { RevocationStatus } from './revocation-source.ts';
import { sealEntity } from './signed-message.ts';
import { MAX_SIGNATURE_PART_BYTES, Verifier, verifyWithoutIndex } from './verification.ts';
import type { Verification } from './verification-result.ts';

const folder = temporaryFolder(after);
const provider = new TestProvider(folder);
const beta = provider.issuing.issue('beta', { keyFile: provider.alfa.keyFile });
const clock = new FixedClock(Date.now());
const now = clock.now();

const anchors = [certificateOf(provider.root.der)];
const good: RevocationStatus = { status: 'good', crlNumber: '42', goodUntil: now + 1000 };

function ownerOf(...certificates: readonly Buffer[]): CertificateOwner {
  const [providerName, mailReceipt] = ['Gestore Alfa S.p.A.', 'posta-certificata@alfa.test'];
  return { providerName, mailReceipt, managedDomains: new Set(['alfa.test']), certificates };
}

const index = new Map([[certificateOf(provider.alfa.der).sha1, [ownerOf(beta.der, provider.alfa.der)]]]);

interface World {
  readonly index?: ReadonlyMap<string, readonly CertificateOwner[]>;
  readonly paths?: CertificationPaths;
}

function goodPaths(): CertificationPaths {
  return new CertificationPaths({ anchors, revocation: { check: async () => good } });
}

function verify(message: Buffer, world: World = {}): Promise<Verification> {
  const owners = world.index ?? index;
  const lookup = { findByCertificateHash: (sha1: string) => owners.get(sha1) ?? [] };
  const verifier = new Verifier({ lookup, paths: world.paths ?? goodPaths(), clock });
  return verifier.verify(new MemoryOctets(message), indexMessage(message));
}

async function reasonOf(message: Buffer, world: World = {}): Promise<string> {
  const result = await verify(message, world);
  return result.authentic ? 'authentic' : `${result.failed}: ${result.reason}`;
}

const ENTITY = Buffer.from('Content-Type: text/plain; charset=us-ascii\r\n\r\nBuongiorno.\r\n');

/** Of what is signed, which the line end before the boundary is no part of. */
const ENTITY_DIGEST = hash('sha256', ENTITY, 'hex');

async function seal(entity = ENTITY): Promise<Buffer> {
  const header = Buffer.from('From: posta-certificata@alfa.test\r\n');
  const { signer } = provider;
  const sealed = await sealEntity({ header, entity: [entity], boundary: 'confine', signer, instant: now });
  return readPieces(sealed.pieces);
}

const entityFile = join(folder, 'entity');
writeFileSync(entityFile, ENTITY);

/** What openssl signs, with the line ends of SMTP. */
function opensslMessage(command: 'cms' | 'smime', ...more: readonly string[]): Buffer {
  const { certificateFile, keyFile } = provider.alfa;
  const files = ['-in', entityFile, '-signer', certificateFile, '-inkey', keyFile];
  const chain = ['-certfile', provider.issuing.certificateFile];
  const text = openssl([command, '-sign', '-binary', ...files, ...chain, ...more]).toString('latin1');
  return Buffer.from(text.replace(/\r?\n/g, '\r\n'), 'latin1');
}

test('SIG-13 SIG-15 what we sign is authentic, and all is told that the log wants to know', async () => {
  const message = await seal();
  const result = await verify(message);
  assert.ok(result.authentic, JSON.stringify(result));
  assert.deepEqual(result.certificate.der, provider.alfa.der);
  assert.equal(result.certificateHash, result.certificate.sha1);
  assert.deepEqual(result.certificate.rfc822Names, ['posta-certificata@alfa.test']);
  assert.equal(result.provider.mailReceipt, 'posta-certificata@alfa.test');
  assert.equal(result.owners.length, 1);
  assert.equal(result.signedAt, Math.floor(now / 1000) * 1000);
  assert.equal(result.verifiedAt, now);
  assert.equal(result.digestAlgorithm, 'sha256');
  assert.equal(result.crlNumber, '42');
  assert.equal(result.chain.length, 3);
  const { start, end } = result.signedPart;
  assert.deepEqual(message.subarray(start, end), ENTITY);
});

test('SIG-6 what openssl signs is authentic in every form', async () => {
  const digests = ['sha1', 'sha256', 'sha384', 'sha512'] as const;
  for (const command of ['cms', 'smime'] as const) {
    for (const digest of digests) {
      const result = await verify(opensslMessage(command, '-md', digest));
      assert.ok(result.authentic, `${command} ${digest}`);
      assert.equal(result.digestAlgorithm, digest);
      assert.equal(result.signedDigest, ENTITY_DIGEST);
    }
    assert.equal(await reasonOf(opensslMessage(command, '-stream')), 'authentic');
    const bare = await verify(opensslMessage(command, '-noattr'));
    assert.ok(bare.authentic);
    assert.equal(bare.signedDigest, ENTITY_DIGEST);
  }
  assert.equal(await reasonOf(opensslMessage('cms', '-keyid')), 'authentic');
  assert.equal(await reasonOf(opensslMessage('cms', '-keyopt', 'rsa_padding_mode:pss')), 'authentic');
});

test('SIG-6 micalg is not believed and both protocols are known', async () => {
  const text = (await seal()).toString('latin1');
  for (const micalg of ['sha1', '"sha-1"', 'sha256', '"SHA-256"', 'md5', 'unknown']) {
    assert.equal(
      await reasonOf(Buffer.from(text.replace('"sha-256"', micalg), 'latin1')),
      'authentic',
      micalg,
    );
  }
  const older = text.replaceAll('application/pkcs7-signature', 'application/x-pkcs7-signature');
  assert.equal(await reasonOf(Buffer.from(older, 'latin1')), 'authentic');
  const bare = text.replace('"application/pkcs7-signature"', 'APPLICATION/PKCS7-SIGNATURE');
  // RFC 2045: a slash must be quoted; who forgets it still signs.
  assert.equal(await reasonOf(Buffer.from(bare, 'latin1')), 'authentic');
});

test('IP-6 a changed octet anywhere in the signed entity is refused', async () => {
  const message = await seal();
  const start = message.indexOf(ENTITY);
  for (let offset = start; offset < start + ENTITY.length; offset += 1) {
    const changed = Buffer.from(message);
    changed[offset] = (changed[offset] ?? 0) ^ 0x01;
    assert.equal(await reasonOf(changed), 'validity: digest-mismatch', `octet ${offset - start}`);
  }
});

test('IP-6 so it is in a large entity of nested parts', async () => {
  const lines = 'Riga di testo della delibera comunale numero uno.\r\n'.repeat(20_000);
  const inner = `--dentro\r\nContent-Type: text/plain\r\n\r\n${lines}\r\n--dentro--\r\n`;
  const entity = Buffer.from(`Content-Type: multipart/mixed; boundary=dentro\r\n\r\n${inner}`);
  const message = await seal(entity);
  assert.equal(await reasonOf(message), 'authentic');
  const start = message.indexOf(entity);
  for (let offset = 0; offset < entity.length; offset += 99_991) {
    const changed = Buffer.from(message);
    changed[start + offset] = (changed[start + offset] ?? 0) ^ 0x40;
    assert.equal(await reasonOf(changed), 'validity: digest-mismatch', `octet ${offset}`);
  }
});

test('IP-4 without a signature structure there is nothing to verify', async () => {
  const sealed = (await seal()).toString('latin1');
  const reason = (text: string): Promise<string> => reasonOf(Buffer.from(text, 'latin1'));
  assert.equal(await reason('Subject: prova\r\n\r\nCiao\r\n'), 'existence: no-signature');
  const opaque = 'Content-Type: application/pkcs7-mime; smime-type=signed-data\r\n\r\n';
  assert.equal(await reason(opaque), 'existence: no-signature');
  const pgp = sealed.replace(
    'protocol="application/pkcs7-signature"',
    'protocol="application/pgp-signature"',
  );
  assert.equal(await reason(pgp), 'existence: no-signature');
  const third = sealed.replace('--confine--', '--confine\r\n\r\nterza parte\r\n--confine--');
  assert.equal(await reason(third), 'existence: wrong-structure');
  const other = sealed.replace(
    'Content-Type: application/pkcs7-signature;',
    'Content-Type: application/octet-stream;',
  );
  assert.equal(await reason(other), 'existence: wrong-structure');
  const one = sealed.replace(/--confine\r\nContent-Type: application[\s\S]*--confine--/, '--confine--');
  assert.equal(await reason(one), 'existence: wrong-structure');
  const emptied = sealed.replace(/base64\r\n\r\n[\s\S]*\r\n--confine--/, 'base64\r\n\r\n\r\n--confine--');
  assert.equal(await reason(emptied), 'existence: bad-cms');
  const cut = sealed.replace(/(base64\r\n\r\n[\s\S]{400})[\s\S]*\r\n--confine--/, '$1\r\n--confine--');
  assert.equal(await reason(cut), 'existence: bad-cms');
});

test('IP-4 a signature part one octet above the limit is not read', async () => {
  const sealed = (await seal()).toString('latin1');
  const size = (octets: number): Promise<string> => {
    const body = 'A'.repeat(octets);
    const text = sealed.replace(
      /base64\r\n\r\n[\s\S]*\r\n--confine--/,
      `base64\r\n\r\n${body}\r\n--confine--`,
    );
    return reasonOf(Buffer.from(text, 'latin1'));
  };
  assert.equal(await size(MAX_SIGNATURE_PART_BYTES), 'existence: bad-cms');
  assert.equal(await size(MAX_SIGNATURE_PART_BYTES + 1), 'existence: signature-too-large');
});

test('IP-4 SIG-2 the one signer and its certificate must be inside', async () => {
  assert.equal(await reasonOf(opensslMessage('cms', '-nocerts')), 'existence: signer-certificate-missing');
  const twice = opensslMessage('cms', '-signer', beta.certificateFile, '-inkey', beta.keyFile);
  assert.equal(await reasonOf(twice), 'existence: several-signers');
  const args = ['cms', '-sign', '-in', entityFile, '-outform', 'DER', '-nodetach'];
  const der = openssl([...args, '-signer', beta.certificateFile, '-inkey', beta.keyFile]);
  const sealed = (await seal()).toString('latin1');
  const inside = sealed.replace(
    /base64\r\n\r\n[\s\S]*\r\n--/,
    `base64\r\n\r\n${der.toString('base64')}\r\n--`,
  );
  assert.equal(await reasonOf(Buffer.from(inside, 'latin1')), 'existence: bad-cms');
});

test('IP-5 the certificate must be in the index, octet by octet', async () => {
  const message = await seal();
  assert.equal(await reasonOf(message, { index: new Map() }), 'origin: certificate-not-in-index');
  const sha1 = certificateOf(provider.alfa.der).sha1;
  const forged = new Map([[sha1, [ownerOf(beta.der)]]]);
  assert.equal(await reasonOf(message, { index: forged }), 'origin: certificate-differs-from-index');
  const shared = new Map([
    [sha1, [ownerOf(beta.der), ownerOf(provider.alfa.der), ownerOf(provider.alfa.der)]],
  ]);
  const result = await verify(message, { index: shared });
  assert.equal(result.authentic && result.owners.length, 2);
});

test('IP-6 a signature by another key, or under another certificate, does not hold', async () => {
  const other = provider.issuing.issue('other');
  const signer = provider.signerOf({ ...provider.alfa, keyFile: other.keyFile });
  const { pieces } = await sealEntity({
    header: Buffer.alloc(0),
    entity: [ENTITY],
    boundary: 'b',
    signer,
    instant: now,
  });
  assert.equal(await reasonOf(await readPieces(pieces)), 'validity: signature-invalid');
});

test('SIG-6 MD5 is refused', async () => {
  assert.equal(await reasonOf(opensslMessage('cms', '-md', 'md5')), 'validity: weak-digest');
});

test('IP-6 what the path is refused for is told, and what may pass later is temporary (U-17)', async () => {
  const message = await seal();
  const answer = (status: RevocationStatus) => ({ check: async () => status });
  const revoked = answer({
    status: 'revoked',
    revokedAt: now - 1000,
    reason: 'keyCompromise',
    crlNumber: '43',
  });
  const paths = new CertificationPaths({ anchors, revocation: revoked });
  const refused = await verify(message, { paths });
  assert.ok(!refused.authentic && refused.reason === 'revoked' && !refused.temporary);
  assert.match(refused.detail, /keyCompromise/);
  const unavailable = answer({ status: 'unavailable', detail: 'HTTP 503' });
  const later = await verify(message, {
    paths: new CertificationPaths({ anchors, revocation: unavailable }),
  });
  assert.ok(!later.authentic && later.reason === 'crl-unavailable' && later.temporary);
});

test('without an index a signature is judged now, or at the time it claims', async () => {
  const message = await seal();
  const octets = { message: new MemoryOctets(message), index: indexMessage(message) };
  const paths = new CertificationPaths({ anchors, revocation: null });
  const future = new FixedClock(now + 10 * 365 * 24 * 60 * 60 * 1000);
  const later = await verifyWithoutIndex(octets, { paths, clock: future, at: 'now' });
  assert.ok(!later.authentic && later.reason === 'expired');
  const then = await verifyWithoutIndex(octets, { paths, clock: future, at: 'signing-time' });
  assert.ok(then.authentic);
  assert.equal(then.verifiedAt, then.signedAt);
});

test('no message makes the verifier throw', async () => {
  const sources = [await seal(), opensslMessage('cms', '-stream'), opensslMessage('smime', '-noattr')];
  const patch = fc.array(fc.tuple(fc.nat(8000), fc.nat(255)), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...sources), patch, fc.nat(8000), async (octets, patches, length) => {
      const changed = Buffer.from(octets.subarray(0, length < 200 ? octets.length : length));
      for (const [offset, value] of patches) changed[offset % changed.length] = value;
      await verify(changed);
    }),
    { numRuns: 1500 },
  );
});
