// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { makeKey, openssl, profileExtensions } from '../../../test/openssl/test-authority.ts';
import { TestProvider, temporaryFolder } from '../../../test/openssl/test-provider.ts';
import { Fault } from '../../platform/faults.ts';
import type { ProfileProblem } from './certificate-profile.ts';
import { type FileKeyOptions, openFileKey } from './file-key.ts';
import { type KeyDriver, selfTest } from './key-driver.ts';

const folder = temporaryFolder(after);
const { root, issuing, alfa } = new TestProvider(folder);
const expected = {
  providerName: 'Gestore Alfa S.p.A.',
  serviceAddress: 'posta-certificata@alfa.test',
  instant: Date.now(),
};
const chainFile = join(folder, 'chain.pem');
writeFileSync(
  chainFile,
  readFileSync(issuing.certificateFile, 'utf8') + readFileSync(root.certificateFile, 'utf8'),
);

function open(change: Partial<FileKeyOptions> = {}): ReturnType<typeof openFileKey> {
  const { keyFile, certificateFile } = alfa;
  return openFileKey({ keyFile, certificateFile, expected, ...change });
}

/** The fault's code and message, to be matched. */
async function faultOf(opening: Promise<unknown>): Promise<string> {
  try {
    await opening;
  } catch (error) {
    if (error instanceof Fault) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'no fault';
}

test('SIG-3 SIG-2 a key is loaded with its certificate and the authorities above but the root', async () => {
  const driver = await open({ chainFile });
  assert.deepEqual(driver.certificate, alfa.der);
  assert.deepEqual(driver.chain, [issuing.der]);
  await selfTest(driver);
});

test('an encrypted key opens with the passphrase on the first line of a file', async () => {
  const keyFile = join(folder, 'encrypted.pem');
  const encrypt = [
    'pkcs8',
    '-topk8',
    '-in',
    alfa.keyFile,
    '-v2',
    'aes-256-cbc',
    '-passout',
    'pass:molto segreta',
  ];
  openssl([...encrypt, '-out', keyFile]);
  chmodSync(keyFile, 0o600);
  const passphraseFile = join(folder, 'passphrase');
  writeFileSync(passphraseFile, 'molto segreta\n', { mode: 0o600 });
  await open({ keyFile, passphraseFile });
  assert.match(await faultOf(open({ keyFile })), /^signing-key-unreadable: .*passphrase file/);
  writeFileSync(passphraseFile, 'sbagliata\n');
  assert.match(
    await faultOf(open({ keyFile, passphraseFile })),
    /^signing-key-unreadable: .*passphrase right/,
  );
  chmodSync(passphraseFile, 0o640);
  assert.match(await faultOf(open({ keyFile, passphraseFile })), /^key-file-exposed: .*passphrase/);
});

test('SIG-3 a key that others can read is not used', async () => {
  for (const mode of [0o640, 0o604, 0o620, 0o660, 0o777]) {
    chmodSync(alfa.keyFile, mode);
    const fault = await faultOf(open());
    chmodSync(alfa.keyFile, 0o600);
    assert.match(fault, /^key-file-exposed: .*chmod 600/, mode.toString(8));
  }
  chmodSync(alfa.keyFile, 0o400);
  await open();
  chmodSync(alfa.keyFile, 0o600);
});

test('files that are not there or hold something else are named', async () => {
  const nothing = join(folder, 'nothing');
  assert.match(await faultOf(open({ keyFile: nothing })), /^key-file-unreadable: .*nothing/);
  assert.match(await faultOf(open({ certificateFile: nothing })), /^key-file-unreadable: .*nothing/);
  assert.match(await faultOf(open({ keyFile: folder })), /^key-file/);
  const text = join(folder, 'text');
  writeFileSync(text, 'buongiorno', { mode: 0o600 });
  assert.match(await faultOf(open({ keyFile: text })), /^signing-key-unreadable: .*text/);
  assert.match(await faultOf(open({ certificateFile: text })), /^signing-certificate-unreadable: .*text/);
  const large = join(folder, 'large');
  writeFileSync(large, Buffer.alloc(1024 * 1024 + 1), { mode: 0o600 });
  assert.match(await faultOf(open({ keyFile: large })), /^key-file-unreadable: .*too large/);
});

test('key, certificate and chain must belong together', async () => {
  const keyFile = makeKey(join(folder, 'other.pem'));
  assert.match(await faultOf(open({ keyFile })), /^signing-key-mismatch/);
  assert.match(await faultOf(open({ chainFile: root.certificateFile })), /^signing-chain-mismatch/);
});

test('SIG-10 the subject names the provider exactly as the index does', async () => {
  const renamed = (providerName: string) => open({ expected: { ...expected, providerName } });
  assert.match(await faultOf(renamed('GESTORE ALFA S.P.A.')), /^signing-certificate-unfit: .*SIG-10/);
  await renamed('Posta Certificata');
});

test('SIG-11 the service address is in subjectAltName', async () => {
  const moved = open({ expected: { ...expected, serviceAddress: 'posta-certificata@beta.test' } });
  assert.match(await faultOf(moved), /^signing-certificate-unfit: .*posta-certificata@beta\.test \(SIG-11\)/);
  const subject = '/C=IT/O=Gestore Alfa S.p.A./CN=Posta Certificata/emailAddress=x@alfa.test';
  const { certificateFile } = issuing.issue('address-in-subject', { subject, keyFile: alfa.keyFile });
  const warnings: ProfileProblem[] = [];
  await open({ certificateFile, onWarning: (problem) => warnings.push(problem) });
  assert.deepEqual(
    warnings.map(({ requirement }) => requirement),
    ['SIG-11'],
  );
});

test('SIG-12 each departure from the profile is named', async () => {
  const cases: readonly [RegExp, (lines: string[]) => string[]][] = [
    [/Key Usage is missing/, (lines) => lines.filter((line) => !line.startsWith('keyUsage'))],
    [
      /Key Usage must be critical/,
      (lines) => lines.map((line) => line.replace('critical,digital', 'digital')),
    ],
    [
      /Key Usage lacks digitalSignature/,
      (lines) => lines.map((line) => line.replace('digitalSignature', 'nonRepudiation')),
    ],
    [
      /Subject Key Identifier is missing/,
      (lines) => lines.map((line) => line.replace(/^subjectKeyI.*/, 'subjectKeyIdentifier=none')),
    ],
    [
      /Authority Key Identifier is missing/,
      (lines) => lines.map((line) => line.replace(/^authorityKeyI.*/, 'authorityKeyIdentifier=none')),
    ],
    [
      /Authority Key Identifier lacks keyId/,
      (lines) => lines.map((line) => line.replace('=keyid', '=issuer:always')),
    ],
    [
      /Subject Alternative Name is missing/,
      (lines) => lines.filter((line) => !line.startsWith('subjectAltName')),
    ],
    [
      /Subject Alternative Name must not be crit/,
      (lines) => lines.map((line) => line.replace('=email', '=critical,email')),
    ],
    [
      /2\.5\.29\.37 must not be critical/,
      (lines) => lines.map((line) => line.replace('=emailP', '=critical,emailP')),
    ],
    [/Basic Constraints must not be present/, (lines) => [...lines, 'basicConstraints=CA:false']],
  ];
  for (const [index, [pattern, change]] of cases.entries()) {
    const extensions = change(profileExtensions());
    const { certificateFile } = issuing.issue(`profile-${index}`, { keyFile: alfa.keyFile, extensions });
    const fault = await faultOf(open({ certificateFile }));
    assert.match(fault, /^signing-certificate-unfit: .*SIG-12/);
    assert.match(fault, pattern);
  }
});

test('SIG-9 a certificate for other purposes than mail is refused, as peers would', async () => {
  const usage = (name: string) => profileExtensions().map((line) => line.replace('emailProtection', name));
  for (const name of ['clientAuth', 'anyExtendedKeyUsage']) {
    const { certificateFile } = issuing.issue(name, { keyFile: alfa.keyFile, extensions: usage(name) });
    if (name === 'anyExtendedKeyUsage') await open({ certificateFile });
    else
      assert.match(
        await faultOf(open({ certificateFile })),
        /Extended Key Usage leaves out emailProtection \(SIG-9\)/,
      );
  }
});

test('SIG-6 SIG-9 weak keys, other kinds of key and certificates out of date are refused', async () => {
  const weak = issuing.issue('weak', { keyFile: makeKey(join(folder, 'weak.pem'), 2047) });
  assert.match(await faultOf(open(weak)), /2047 bits.*SIG-6/);
  const curve = join(folder, 'curve.pem');
  openssl(['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', curve]);
  assert.match(await faultOf(open(issuing.issue('curve', { keyFile: curve }))), /not RSA.*SIG-6/);
  const year = 400 * 24 * 60 * 60 * 1000;
  const at = (instant: number) => faultOf(open({ expected: { ...expected, instant } }));
  assert.match(await at(expected.instant + year), /expired on .*SIG-9/);
  assert.match(await at(expected.instant - year), /not valid before .*SIG-9/);
});

test('the self-test finds a driver that signs with another key', async () => {
  const driver = await open();
  const broken: KeyDriver = {
    certificate: driver.certificate,
    chain: [],
    sign: async () => Buffer.alloc(256),
  };
  assert.match(await faultOf(selfTest(broken)), /^signing-key-mismatch/);
});
