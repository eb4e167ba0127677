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
import { attribute, writeLdif } from '../../wire/ldif/ldif-writer.ts';
import { Authority, signFile } from '../authority/authority.ts';
import { writeIndex } from '../authority/index-writer.ts';
import { certificatePem, makeKeyPair } from '../authority/key-pair.ts';
import type { CertificateLookup } from '../signing/certificate-lookup.ts';
import { type DirectoryReason, type DirectoryWarning, MOST_FINDINGS } from './directory-problem.ts';
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

test('DIR-3: only A to Z have another case: the Kelvin sign is no k', async () => {
  const snapshot = await snapshotOf(withValues('providerName=Beta', 'managedDomains', 'kilo.test'));
  assert.ok(snapshot.findByDomain('KILO.test'));
  assert.equal(snapshot.findByDomain('\u212ailo.test'), undefined);
});

test('IP-5, DIR-3, DIR-4: a certificate hash is found in any case, in every record that holds it', async () => {
  const snapshot: CertificateLookup & DirectorySnapshot = await snapshotOf(WORKED_EXAMPLE);
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

/** The worked example with each entry passed through a function that may change, drop or double it. */
function changed(change: (entry: LdifEntry) => LdifEntry | readonly LdifEntry[]): Buffer {
  return writeLdif(EXAMPLE_ENTRIES.flatMap((entry) => change(entry)));
}

/** Only entries whose dn starts like this, with attributes of one name replaced. */
function withValues(dn: string, name: string, ...values: (string | Buffer)[]): Buffer {
  return changed((entry) => {
    if (!entry.dn.startsWith(dn)) return entry;
    const others = entry.attributes.filter((one) => one.name.toLowerCase() !== name.toLowerCase());
    return { ...entry, attributes: [...others, ...values.map((value) => attribute(name, value))] };
  });
}

function renamed(from: string, to: string): Buffer {
  return changed((entry) => (entry.dn.startsWith(from) ? { ...entry, dn: to } : entry));
}

const MAIN = 'providerName=Alfa';
const SECOND = 'providerUnit=Ambiente';
const BETA_DN = 'providerName=Beta';

const REFUSED: readonly [title: string, ldif: () => Buffer, ...reasons: DirectoryReason[]][] = [
  ['a file that is no LDIF', () => Buffer.from('hello\n'), 'not-ldif'],
  ['DIR-6: a file that is not UTF-8', () => Buffer.from('dn: o=postacert\no: \xe0\n', 'latin1'), 'not-utf8'],
  [
    'DIR-6: a value that is not UTF-8',
    () => withValues(MAIN, 'description', Buffer.from([0xe0])),
    'not-utf8',
  ],
  ['DIR-10: no root entry', () => changed((entry) => (entry.dn === 'o=postacert' ? [] : entry)), 'no-root'],
  [
    'two root entries',
    () => changed((entry) => (entry.dn === 'o=postacert' ? [entry, entry] : entry)),
    'duplicate-record',
  ],
  ['a dn that cannot be read', () => renamed(MAIN, 'Alfa'), 'bad-dn', 'no-main-record'],
  [
    'a provider elsewhere in the tree',
    () => renamed(BETA_DN, 'providerName=Beta Posta S.r.l.,o=other'),
    'unexpected-entry',
  ],
  [
    'a provider too deep in the tree',
    () => renamed(SECOND, 'providerUnit=a,providerUnit=b,providerName=c,o=postacert'),
    'unexpected-entry',
  ],
  [
    'a name that differs from the dn',
    () => renamed(BETA_DN, 'providerName=Gamma,o=postacert'),
    'name-differs-from-dn',
  ],
  [
    'DIR-1: a unit in a main record',
    () => withValues(BETA_DN, 'providerUnit', 'Unit'),
    'name-differs-from-dn',
  ],
  [
    'DIR-1: a secondary record without its unit',
    () => withValues(SECOND, 'providerUnit'),
    'name-differs-from-dn',
  ],
  [
    'DIR-1: a provider without a main record',
    () => changed((entry) => (entry.dn.startsWith(MAIN) ? [] : entry)),
    'no-main-record',
  ],
  [
    'DIR-1: two main records',
    () =>
      changed((entry) =>
        entry.dn.startsWith(MAIN) ? [entry, { ...entry, dn: entry.dn.replace('Alfa', 'ALFA') }] : entry,
      ),
    'duplicate-record',
  ],
  [
    'DIR-2: LDIFLocationURL in a secondary record',
    () => withValues(SECOND, 'ldiflocationurl', 'https://alfa.example/'),
    'location-in-secondary-record',
  ],
  ['no providerName', () => withValues(BETA_DN, 'providerName'), 'missing-attribute', 'name-differs-from-dn'],
  ['no mailReceipt', () => withValues(BETA_DN, 'mailReceipt'), 'missing-attribute'],
  ['no managedDomains', () => withValues(BETA_DN, 'managedDomains'), 'missing-attribute'],
  [
    'no providerCertificateHash',
    () => withValues(BETA_DN, 'providerCertificateHash'),
    'missing-attribute',
    'hash-mismatch',
  ],
  [
    'no providerCertificate',
    () => withValues(BETA_DN, 'providerCertificate'),
    'missing-attribute',
    'hash-mismatch',
  ],
  [
    'two service addresses',
    () => withValues(BETA_DN, 'mailReceipt', 'a@b.test', 'c@d.test'),
    'repeated-attribute',
  ],
  [
    'a service address with a display name',
    () => withValues(BETA_DN, 'mailReceipt', 'Beta <a@b.test>'),
    'bad-value',
  ],
  ['a service address in quotes', () => withValues(BETA_DN, 'mailReceipt', '"a b"@b.test'), 'bad-value'],
  ['an empty service address', () => withValues(BETA_DN, 'mailReceipt', ''), 'bad-value'],
  [
    'a domain with a blank',
    () => withValues(BETA_DN, 'managedDomains', 'a b'),
    'bad-value',
    'missing-attribute',
  ],
  [
    'a domain that is not ASCII',
    () => withValues(BETA_DN, 'managedDomains', 'città.test', 'ok.test'),
    'bad-value',
  ],
  [
    'a domain with an address literal',
    () => withValues(BETA_DN, 'managedDomains', '[127.0.0.1]', 'ok.test'),
    'bad-value',
  ],
  ['a hash that is no SHA-1', () => withValues(BETA_DN, 'providerCertificateHash', BETA, 'ff'), 'bad-value'],
  [
    'DIR-15: a hash of no certificate',
    () => withValues(BETA_DN, 'providerCertificateHash', BETA, '0'.repeat(40)),
    'hash-mismatch',
  ],
  [
    'DIR-15: a certificate with the wrong hash',
    () => withValues(BETA_DN, 'providerCertificateHash', ALFA),
    'hash-mismatch',
  ],
  [
    'a certificate that is none',
    () => withValues(BETA_DN, 'providerCertificate', 'hello'),
    'bad-certificate',
    'hash-mismatch',
  ],
  [
    'DIR-15: a domain of two providers',
    () => withValues(BETA_DN, 'managedDomains', 'PEC.alfa.example'),
    'domain-in-two-providers',
  ],
];
for (const [title, ldif, ...reasons] of REFUSED) {
  test(`${title} is refused`, async () => {
    const reading = await readSigned(ldif());
    assert.deepEqual(reasonsOf(reading), reasons);
  });
}

test('a problem says which entry and which line', async () => {
  const reading = await readSigned(withValues(BETA_DN, 'mailReceipt', 'nobody'));
  assert.ok(!reading.ok);
  const [problem] = reading.problems;
  assert.equal(problem?.dn, 'providerName=Beta Posta S.r.l.,o=postacert');
  const line =
    withValues(BETA_DN, 'mailReceipt', 'nobody').toString().split('\n').indexOf(`dn: ${problem?.dn}`) + 1;
  assert.equal(problem?.line, line);
});

test('a certificate of two providers is refused', async () => {
  const [alfa] = (await snapshotOf(WORKED_EXAMPLE)).records;
  assert.ok(alfa);
  const providers = [alfa, { ...alfa, providerName: 'Gamma', managedDomains: ['gamma.test'] }];
  const reading = await readSigned(writeIndex({ locationUrl: 'https://index.test/', providers }));
  assert.deepEqual(reasonsOf(reading), ['certificate-in-two-providers']);
});

test('DIR-15: a record that lost all its domains is told apart from one that never had any', async () => {
  const previous = await snapshotOf(WORKED_EXAMPLE);
  const reading = await readSigned(withValues(BETA_DN, 'managedDomains'), previous);
  assert.deepEqual(reasonsOf(reading), ['record-lost-domains']);
});

test('a provider may leave the index, and lose some of its domains', async () => {
  const previous = await snapshotOf(WORKED_EXAMPLE);
  const without = changed((entry) => (entry.dn.startsWith(BETA_DN) ? [] : entry));
  assert.deepEqual(reasonsOf(await readSigned(without, previous)), []);
  const fewer = withValues(MAIN, 'managedDomains', 'pec.alfa.example');
  assert.deepEqual(reasonsOf(await readSigned(fewer, previous)), []);
});

const STRANGE: readonly [title: string, ldif: () => Buffer, reason: DirectoryWarning['reason']][] = [
  [
    'DIR-8: a location that is not https',
    () => withValues(MAIN, 'LDIFLocationURL', 'http://alfa.example/'),
    'location-not-https',
  ],
  [
    'an entry that is no provider',
    () =>
      changed((entry) =>
        entry.dn.startsWith(BETA_DN)
          ? [entry, { dn: 'ou=x,o=postacert', attributes: [attribute('ou', 'x')] }]
          : entry,
      ),
    'entry-ignored',
  ],
  [
    'a domain of two records of one provider',
    () => withValues(SECOND, 'managedDomains', 'pec.alfa.example'),
    'domain-in-two-records',
  ],
  [
    'a record with none of its former domains',
    () => withValues(BETA_DN, 'managedDomains', 'new.test'),
    'record-changed-all-domains',
  ],
];
for (const [title, ldif, reason] of STRANGE) {
  test(`${title} is taken with a warning`, async () => {
    const reading = await readSigned(ldif(), await snapshotOf(WORKED_EXAMPLE));
    assert.ok(reading.ok, JSON.stringify(reading));
    assert.ok(reading.warnings.some((warning) => warning.reason === reason));
  });
}

test('where two records of a provider share a domain, the main one has it', async () => {
  const secondaryFirst = entriesOf(withValues(SECOND, 'managedDomains', 'pec.alfa.example')).toReversed();
  const snapshot = await snapshotOf(writeLdif(secondaryFirst));
  assert.equal(snapshot.findByDomain('pec.alfa.example')?.providerUnit, undefined);
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

test('no more problems are told than somebody can read', async () => {
  const domains = Array.from({ length: MOST_FINDINGS + 1 }, (_, number) => `not a domain ${number}`);
  const reading = await readSigned(withValues(BETA_DN, 'managedDomains', ...domains));
  assert.equal(reading.ok ? 0 : reading.problems.length, MOST_FINDINGS);
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
