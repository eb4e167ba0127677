// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { FixedClock } from '../../platform/clock.ts';
import { CountingIds } from '../../platform/ids.ts';
import type { LdifEntry } from '../../wire/ldif/ldif-entry.ts';
import { readLdif } from '../../wire/ldif/ldif-reader.ts';
import { writeLdif } from '../../wire/ldif/ldif-writer.ts';
import { Authority, signFile } from '../authority/authority.ts';
import { writeIndex } from '../authority/index-writer.ts';
import { certificatePem, makeKeyPair } from '../authority/key-pair.ts';
import type { CertificateLookup } from '../signing/certificate-lookup.ts';
import type { DirectoryReason } from './directory-problem.ts';
import { type DirectoryReading, MAX_INDEX_BYTES, readDirectory } from './directory-reader.ts';
import { type DirectorySnapshot, emptySnapshot } from './directory-snapshot.ts';

const clock = new FixedClock(Date.parse('2027-03-01T10:00:00Z'));
const WORKED_EXAMPLE = await readFile(join(import.meta.dirname, 'vectors', 'worked-example.ldif'));
const EXAMPLE_ENTRIES = entriesOf(WORKED_EXAMPLE);
const ALFA = '67665e018ce4b5c03968daff608aeb8f7577ee25';
const BETA = 'f1e2484d3ba18050042c46cd29a367175594f5a7';

let authority: Authority;

before(async () => {
  const [root, signing, tls, index] = await Promise.all([
    makeKeyPair('p-256'),
    makeKeyPair('p-256'),
    makeKeyPair('p-256'),
    makeKeyPair('rsa-2048'),
  ]);
  const keys = { root, signing, tls, index };
  const terms = { clock, ids: new CountingIds(), name: 'Autorità', crlBaseUrl: 'http://127.0.0.1/crl' };
  authority = await Authority.create({ ...terms, keys });
});

function entriesOf(ldif: Buffer): readonly LdifEntry[] {
  const reading = readLdif(ldif);
  assert.ok(reading.ok);
  return reading.entries;
}

function read(p7m: Buffer, previous: DirectorySnapshot = emptySnapshot): Promise<DirectoryReading> {
  return readDirectory(p7m, { authorities: [authority.indexCertificate], at: clock.now(), previous });
}

async function readSigned(ldif: Buffer, previous?: DirectorySnapshot): Promise<DirectoryReading> {
  return read(await authority.signIndex(ldif), previous);
}

async function snapshotOf(ldif: Buffer): Promise<DirectorySnapshot> {
  const reading = await readSigned(ldif);
  assert.ok(reading.ok, JSON.stringify(reading));
  return reading.snapshot;
}

function reasonsOf(reading: DirectoryReading): DirectoryReason[] {
  return reading.ok ? [] : [...new Set(reading.problems.map(({ reason }) => reason))];
}

test('AP-22, DIR-3, DIR-17: a domain is found in any case, exactly, and not its sub-domains', async () => {
  const snapshot = await snapshotOf(WORKED_EXAMPLE);
  assert.equal(snapshot.findByDomain('pec.alfa.example')?.providerName, 'Alfa PEC S.p.A.');
  assert.equal(snapshot.findByDomain('PEC.Comune-Esempio.EXAMPLE')?.providerUnit, undefined);
  assert.equal(snapshot.findByDomain('enti.alfa.example')?.providerUnit, 'Ambiente Enti');
  assert.equal(snapshot.findByDomain('pec.beta.example')?.mailReceipt, 'servizio@pec.beta.example');
  const others = [
    'alfa.example',
    'x.pec.alfa.example',
    'pec.alfa.example.',
    '',
    'pec.comune-esempio.example\u212a',
  ];
  for (const other of others) assert.equal(snapshot.findByDomain(other), undefined, other);
});

test('IP-5, DIR-3, DIR-4: a certificate hash is found in any case, in every record that holds it', async () => {
  const snapshot = await snapshotOf(WORKED_EXAMPLE);
  // The verifier of signatures takes a snapshot as it is.
  const lookup: CertificateLookup = snapshot;
  assert.equal(lookup.findByCertificateHash(BETA)[0]?.providerName, 'Beta Posta S.r.l.');
  for (const hash of [ALFA, ALFA.toUpperCase()]) {
    const records = snapshot.findByCertificateHash(hash);
    assert.deepEqual(
      records.map(({ providerUnit }) => providerUnit),
      [undefined, 'Ambiente Enti'],
    );
    const [certificate] = records[0]?.certificates ?? [];
    assert.equal(
      createHash('sha1')
        .update(certificate ?? '')
        .digest('hex'),
      ALFA,
    );
  }
  assert.equal(snapshot.findByCertificateHash(BETA)[0]?.mailReceipt, 'servizio@pec.beta.example');
  assert.deepEqual(snapshot.findByCertificateHash('0'.repeat(40)), []);
});

test('DIR-10: the snapshot knows where, when and what it is', async () => {
  const p7m = await authority.signIndex(WORKED_EXAMPLE);
  const reading = await read(p7m);
  assert.ok(reading.ok);
  const { snapshot } = reading;
  assert.equal(snapshot.locationUrl, 'https://igpec.authority.example/igpec.ldif.p7m');
  assert.equal(snapshot.publishedAt, clock.now());
  assert.equal(snapshot.sha256, createHash('sha256').update(p7m).digest('hex'));
  assert.equal(snapshot.version, `2027-03-01T10:00:00/${snapshot.sha256.slice(0, 12)}`);
  assert.equal(snapshot.records.length, 3);
  assert.deepEqual(reading.warnings, []);
});

test('the worked example is written back octet by octet', () => {
  assert.deepEqual(writeLdif(EXAMPLE_ENTRIES, { version: false }), WORKED_EXAMPLE);
});

test('DIR-7: an index signed by openssl is read; SHA-1 as well, MD5 is not', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'index-'));
  t.after(() => rm(folder, { recursive: true }));
  const key = authority.parts.keys.index.privateKey.export({ type: 'pkcs8', format: 'pem' });
  await writeFile(join(folder, 'signer.pem'), certificatePem(authority.indexCertificate));
  await writeFile(join(folder, 'signer.key'), key);
  await writeFile(join(folder, 'index.ldif'), WORKED_EXAMPLE);
  const signed = async (command: string, digest: string, ...more: string[]) => {
    const signer = ['-signer', 'signer.pem', '-inkey', 'signer.key', '-md', digest];
    const files = ['-in', 'index.ldif', '-out', 'index.p7m', '-outform', 'DER'];
    await promisify(execFile)(
      'openssl',
      [command, '-sign', '-binary', '-nodetach', ...signer, ...files, ...more],
      {
        cwd: folder,
      },
    );
    const p7m = await readFile(join(folder, 'index.p7m'));
    return readDirectory(p7m, {
      authorities: [authority.indexCertificate],
      at: clock.now(),
      previous: emptySnapshot,
    });
  };
  assert.deepEqual(reasonsOf(await signed('smime', 'sha256')), []);
  assert.deepEqual(reasonsOf(await signed('smime', 'sha1')), []);
  assert.deepEqual(reasonsOf(await signed('cms', 'sha512', '-noattr')), []);
  assert.deepEqual(reasonsOf(await signed('cms', 'sha256', '-keyid')), []);
  assert.deepEqual(reasonsOf(await signed('smime', 'md5')), ['weak-digest']);
});

test('DIR-13: whoever else signs it is a wrong signer', async () => {
  const { index } = authority.parts.keys;
  const provider = await authority.issueProviderIdentity(
    { providerName: 'Gestore Alfa', serviceAddress: 'posta-certificata@alfa.test' },
    { keyPair: index },
  );
  const p7m = await signFile(WORKED_EXAMPLE, { signer: provider, signingTimeMs: clock.now() });
  assert.deepEqual(reasonsOf(await read(p7m)), ['wrong-signer']);
  const none = await readDirectory(await authority.signIndex(WORKED_EXAMPLE), {
    authorities: [],
    at: clock.now(),
    previous: emptySnapshot,
  });
  assert.deepEqual(reasonsOf(none), ['wrong-signer']);
  const impostor = {
    certificate: authority.indexCertificate,
    chain: [],
    privateKey: (await makeKeyPair('rsa-2048')).privateKey,
  };
  const forged = await signFile(WORKED_EXAMPLE, { signer: impostor, signingTimeMs: clock.now() });
  assert.deepEqual(reasonsOf(await read(forged)), ['bad-signature']);
});

test('DIR-13: an index with a changed octet in its content is refused', async () => {
  const p7m = await authority.signIndex(WORKED_EXAMPLE);
  const at = p7m.indexOf('ricevute@pec.alfa.example');
  p7m[at] = (p7m[at] ?? 0) ^ 1;
  assert.deepEqual(reasonsOf(await read(p7m)), ['bad-signature']);
});

test('DIR-13: no octet can be changed so that other records come out, and no file makes it throw', async () => {
  const p7m = await authority.signIndex(WORKED_EXAMPLE);
  const good = await read(p7m);
  assert.ok(good.ok);
  await fc.assert(
    fc.asyncProperty(fc.nat(p7m.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const changed = Buffer.from(p7m);
      changed[at] = (changed[at] ?? 0) ^ change;
      const reading = await read(changed);
      // The certificates inside are not used, so a change there may pass; what is signed does not change.
      if (reading.ok) assert.deepEqual(reading.snapshot.records, good.snapshot.records);
    }),
  );
  await fc.assert(
    fc.asyncProperty(fc.uint8Array(), async (octets) => {
      assert.deepEqual(reasonsOf(await read(Buffer.from(octets))), ['not-signed-data']);
    }),
  );
});

test('DIR-13: a signer whose certificate is out of date is told apart', async () => {
  const p7m = await authority.signIndex(WORKED_EXAMPLE);
  const terms = { authorities: [authority.indexCertificate], previous: emptySnapshot };
  const years = (number: number) => clock.now() + number * 365 * 24 * 3_600_000;
  assert.deepEqual(reasonsOf(await readDirectory(p7m, { ...terms, at: years(11) })), [
    'signer-not-valid-now',
  ]);
  assert.deepEqual(reasonsOf(await readDirectory(p7m, { ...terms, at: years(-1) })), [
    'signer-not-valid-now',
  ]);
  assert.deepEqual(reasonsOf(await readDirectory(p7m, { ...terms, at: undefined })), []);
});

test('an index signed before the one in use is refused', async () => {
  const before = await authority.signIndex(WORKED_EXAMPLE);
  clock.advance(1000);
  const previous = await snapshotOf(WORKED_EXAMPLE);
  assert.deepEqual(reasonsOf(await read(before, previous)), ['older-than-current']);
  assert.deepEqual(reasonsOf(await readSigned(WORKED_EXAMPLE, previous)), []);
});

test('a file above the limit is refused unread', async () => {
  assert.deepEqual(reasonsOf(await read(Buffer.alloc(MAX_INDEX_BYTES + 1))), ['too-large']);
});

test('DIR-5: certificates about to end, and those that have, are told about', async () => {
  const p7m = await authority.signIndex(WORKED_EXAMPLE);
  const terms = { authorities: [authority.indexCertificate], previous: emptySnapshot };
  const warningsAt = async (instant: string) => {
    const reading = await readDirectory(p7m, { ...terms, at: Date.parse(instant) });
    return reading.ok ? [...new Set(reading.warnings.map(({ reason }) => reason))] : ['refused'];
  };
  assert.deepEqual(await warningsAt('2029-10-21T00:00:00Z'), []);
  assert.deepEqual(await warningsAt('2029-11-01T00:00:00Z'), ['certificate-expires-soon']);
  assert.deepEqual(await warningsAt('2029-12-01T00:00:00Z'), ['certificate-expired']);
});

test('DIR-4, DIR-5: a record holds the old and the new certificate at once', async () => {
  const records = (await snapshotOf(WORKED_EXAMPLE)).records;
  const certificates = records.flatMap((record) => record.certificates);
  const [first] = records;
  assert.ok(first);
  const index = { locationUrl: 'https://index.test/', providers: [{ ...first, certificates }] };
  const snapshot = await snapshotOf(writeIndex(index));
  assert.equal(snapshot.findByCertificateHash(ALFA)[0], snapshot.findByCertificateHash(BETA)[0]);
  assert.deepEqual(snapshot.records[0]?.certificateHashes, [ALFA, BETA]);
});

test('a national index of 300 providers and 120,000 domains is read', async () => {
  const [alfa] = (await snapshotOf(WORKED_EXAMPLE)).records;
  assert.ok(alfa);
  const domainsOf = (provider: number) =>
    Array.from({ length: 400 }, (_, domain) => `pec.comune-${domain}.gestore-${provider}.test`);
  const units = Array.from({ length: 299 }, (_, unit) => ({
    ...alfa,
    ldifLocationUrl: undefined,
    providerUnit: `Ambiente ${unit}`,
    managedDomains: domainsOf(unit),
  }));
  const snapshot = await snapshotOf(
    writeIndex({
      locationUrl: 'https://index.test/',
      providers: [{ ...alfa, managedDomains: domainsOf(299) }, ...units],
    }),
  );
  assert.equal(snapshot.records.length, 300);
  assert.equal(snapshot.findByDomain('PEC.comune-399.gestore-298.test')?.providerUnit, 'Ambiente 298');
});
