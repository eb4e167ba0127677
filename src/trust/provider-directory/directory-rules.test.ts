// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { FixedClock } from '../../platform/clock.ts';
import { CountingIds } from '../../platform/ids.ts';
import type { LdifEntry } from '../../wire/ldif/ldif-entry.ts';
import { readLdif } from '../../wire/ldif/ldif-reader.ts';
import { attribute, writeLdif } from '../../wire/ldif/ldif-writer.ts';
import { Authority } from '../authority/authority.ts';
import { writeIndex } from '../authority/index-writer.ts';
import { makeKeyPair } from '../authority/key-pair.ts';
import { type DirectoryReason, type DirectoryWarning, MOST_FINDINGS } from './directory-problem.ts';
import { type DirectoryReading, readDirectory } from './directory-reader.ts';
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

test('DIR-3: only A to Z have another case: the Kelvin sign is no k', async () => {
  const snapshot = await snapshotOf(withValues('providerName=Beta', 'managedDomains', 'kilo.test'));
  assert.ok(snapshot.findByDomain('KILO.test'));
  assert.equal(snapshot.findByDomain('\u212ailo.test'), undefined);
});

test('no more problems are told than somebody can read', async () => {
  const domains = Array.from({ length: MOST_FINDINGS + 1 }, (_, number) => `not a domain ${number}`);
  const reading = await readSigned(withValues(BETA_DN, 'managedDomains', ...domains));
  assert.equal(reading.ok ? 0 : reading.problems.length, MOST_FINDINGS);
});
