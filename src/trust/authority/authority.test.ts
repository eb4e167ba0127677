// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { FixedClock } from '../../platform/clock.ts';
import { CountingIds } from '../../platform/ids.ts';
import { readCertificate } from '../../wire/cms/certificate.ts';
import { findRevoked, isListSignedBy, readRevocationList } from '../../wire/cms/revocation-list.ts';
import { Authority } from './authority.ts';
import { certificatePem, type Identity, identityPem } from './key-pair.ts';

const NOW = Date.parse('2027-03-01T10:00:00Z');
const PROVIDER = {
  providerName: 'Gestore Alfa & C. S.p.A.',
  serviceAddress: 'posta-certificata@pec.alfa.test',
};

let folder: string;
let authority: Authority;
let provider: Identity;
const clock = new FixedClock(NOW);

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'authority-'));
  const terms = { clock, ids: new CountingIds(), name: 'Autorità di prova' };
  authority = await Authority.create({ ...terms, crlBaseUrl: 'http://127.0.0.1:8080/crl' });
  provider = await authority.issueProviderIdentity(PROVIDER);
  await writeFile(join(folder, 'root.pem'), certificatePem(authority.rootCertificate));
  await writeFile(join(folder, 'signing.pem'), certificatePem(authority.parts.certificates.signing));
  await writeFile(join(folder, 'tls.pem'), certificatePem(authority.parts.certificates.tls));
});

after(() => rm(folder, { recursive: true }));

/** Runs openssl in the folder; what it prints, wherever it prints it. Rejects when it fails. */
async function openssl(...args: string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)('openssl', args, { cwd: folder });
  return stdout + stderr;
}

async function write(name: string, octets: string | Buffer): Promise<string> {
  await writeFile(join(folder, name), octets);
  return name;
}

const AT = ['-attime', String(NOW / 1000)];

test('SIG-9, SIG-12: a provider certificate has exactly the extensions of the profile', async () => {
  const file = await write('provider.pem', certificatePem(provider.certificate));
  const text = await openssl('x509', '-in', file, '-noout', '-text', '-nameopt', 'utf8,sep_comma_plus_space');
  assert.match(text, /Version: 3/);
  assert.match(text, /Public-Key: \(2048 bit\)/);
  assert.match(text, /Signature Algorithm: sha256WithRSAEncryption/);
  assert.match(text, /X509v3 Key Usage: critical\s+Digital Signature\n/);
  assert.match(text, /X509v3 Subject Alternative Name: \s*email:posta-certificata@pec\.alfa\.test\n/);
  assert.match(text, /X509v3 Extended Key Usage: \s*E-mail Protection\n/);
  assert.match(text, /URI:http:\/\/127\.0\.0\.1:8080\/crl\/signing\.crl/);
  const extensions = readCertificate(provider.certificate);
  assert.ok(extensions.ok);
  assert.deepEqual(
    extensions.value.extensions.map(({ oid, critical }) => [oid, critical]),
    [
      ['2.5.29.15', true],
      ['2.5.29.35', false],
      ['2.5.29.14', false],
      ['2.5.29.17', false],
      ['2.5.29.37', false],
      ['2.5.29.31', false],
    ],
  );
  assert.equal(extensions.value.basicConstraints, null);
});

test('SIG-10, SIG-11: the name holds the provider as the index names it, and no mail address', async () => {
  const file = await write('provider.pem', certificatePem(provider.certificate));
  const subject = await openssl(
    'x509',
    '-in',
    file,
    '-noout',
    '-subject',
    '-nameopt',
    'utf8,sep_comma_plus_space',
  );
  assert.equal(subject, `subject=C=IT, O=${PROVIDER.providerName}, CN=Posta Certificata\n`);
});

test('SIG-12: the key identifiers lead from the provider to the root', () => {
  const chain = [provider.certificate, ...provider.chain, authority.rootCertificate].map((der) => {
    const certificate = readCertificate(der);
    assert.ok(certificate.ok);
    return certificate.value;
  });
  const [leaf, ca, root] = chain;
  assert.ok(leaf && ca && root);
  assert.deepEqual(leaf.authorityKeyIdentifier, ca.subjectKeyIdentifier);
  assert.deepEqual(ca.authorityKeyIdentifier, root.subjectKeyIdentifier);
  assert.equal(root.authorityKeyIdentifier, null);
});

test('openssl verifies each kind of certificate for its purpose and for no other', async () => {
  const server = await authority.issueTlsServer({
    organization: 'Gestore Alfa',
    dns: ['mail.alfa.test', 'localhost'],
    addresses: ['127.0.0.1'],
  });
  const client = await authority.issueTlsClient({ organization: 'Gestore Alfa', dns: ['mail.alfa.test'] });
  const verify = async (identity: Identity, purpose: string, ca = 'tls.pem') => {
    const file = await write('leaf.pem', certificatePem(identity.certificate));
    const anchors = ['-x509_strict', '-CAfile', 'root.pem', '-untrusted', ca, ...AT];
    return openssl('verify', ...anchors, '-purpose', purpose, file);
  };
  assert.match(await verify(server, 'sslserver'), /OK/);
  assert.match(await verify(client, 'sslclient'), /OK/);
  assert.match(await verify(provider, 'smimesign', 'signing.pem'), /OK/);
  await assert.rejects(verify(server, 'sslclient'));
  await assert.rejects(verify(client, 'sslserver'));
  await assert.rejects(verify(client, 'smimesign'));
  await assert.rejects(verify(provider, 'sslclient', 'signing.pem'));
  const certificate = new X509Certificate(server.certificate);
  assert.equal(certificate.checkHost('mail.alfa.test'), 'mail.alfa.test');
  assert.equal(certificate.checkIP('127.0.0.1'), '127.0.0.1');
});

test('serial numbers are positive, 16 octets long and never the same', async () => {
  const other = await authority.issueProviderIdentity(PROVIDER, {
    keyPair: {
      privateKey: provider.privateKey,
      publicKey: new X509Certificate(provider.certificate).publicKey,
    },
  });
  const serials = [provider, other].map(({ certificate }) => new X509Certificate(certificate).serialNumber);
  assert.equal(new Set(serials).size, 2);
  for (const serial of serials) assert.match(serial, /^[4-7][0-9A-F]{31}$/);
});

test('a key that is given is used, and written as PEM with its chain', async () => {
  const pem = identityPem(provider);
  assert.ok(new X509Certificate(pem.certificate).checkPrivateKey(createPrivateKey(pem.key)));
  assert.equal(pem.certificate.match(/BEGIN CERTIFICATE/g)?.length, 2);
});

test('a CRL verifies with openssl, names what is revoked and grows in number', async () => {
  const revoked = await authority.issueTlsClient({ organization: 'Gestore Beta', dns: ['beta.test'] });
  const first = readRevocationList(await authority.revocationList('tls'));
  clock.advance(1000);
  authority.revoke(revoked.certificate, 'keyCompromise');
  authority.revoke(revoked.certificate, 'superseded');
  const der = await authority.revocationList('tls');
  const text = await openssl(
    'crl',
    '-inform',
    'DER',
    '-in',
    await write('tls.crl', der),
    '-noout',
    '-text',
    '-CAfile',
    'tls.pem',
  );
  assert.match(text, /verify OK/);
  assert.match(text, /Key Compromise/);
  assert.doesNotMatch(text, /Superseded/);
  const second = readRevocationList(der);
  const certificate = readCertificate(revoked.certificate);
  const ca = readCertificate(authority.parts.certificates.tls);
  assert.ok(first.ok && second.ok && certificate.ok && ca.ok);
  assert.ok(isListSignedBy(second.value, ca.value));
  assert.equal(first.value.revoked.size, 0);
  assert.equal(findRevoked(second.value, certificate.value)?.reason, 'keyCompromise');
  assert.ok(BigInt(second.value.crlNumber ?? 0) > BigInt(first.value.crlNumber ?? 0));
  await write('revoked.pem', certificatePem(revoked.certificate));
  const rootList = await authority.revocationList('root');
  await openssl('crl', '-inform', 'DER', '-in', await write('root.crl', rootList), '-out', 'root-crl.pem');
  await openssl('crl', '-inform', 'DER', '-in', 'tls.crl', '-out', 'tls-crl.pem');
  const checks = ['-crl_check_all', '-CRLfile', 'root-crl.pem', '-CRLfile', 'tls-crl.pem'];
  const at = ['-attime', String(clock.now() / 1000)];
  const verify = ['verify', '-CAfile', 'root.pem', '-untrusted', 'tls.pem', ...checks, ...at];
  await assert.rejects(openssl(...verify, 'revoked.pem'), /certificate revoked/);
});

test('a CRL is signed again at half its life, and not before', async () => {
  const one = await authority.revocationList('signing');
  clock.advance(12 * 3_600_000 - 1000);
  assert.equal(await authority.revocationList('signing'), one);
  clock.advance(1000);
  assert.notEqual(await authority.revocationList('signing'), one);
});

test('a certificate of somebody else cannot be revoked', async () => {
  const terms = { clock, ids: new CountingIds('other'), crlBaseUrl: 'http://127.0.0.1/crl' };
  const keys = authority.parts.keys;
  const other = await Authority.create({ ...terms, name: 'Altra autorità', keys });
  assert.throws(() => other.revoke(provider.certificate), { code: 'certificate-not-ours' });
});

test('DIR-7, DIR-10: openssl verifies the signed index and gives the same octets back', async () => {
  const ldif = Buffer.from('version: 1\n\ndn: o=postacert\no: postacert\n');
  const p7m = await write('index.p7m', await authority.signIndex(ldif));
  for (const command of ['smime', 'cms']) {
    const at = ['-attime', String(clock.now() / 1000)];
    const anchors = ['-CAfile', 'root.pem', '-binary', ...at];
    const said = await openssl(
      command,
      '-verify',
      '-inform',
      'DER',
      '-in',
      p7m,
      ...anchors,
      '-out',
      'index.ldif',
    );
    assert.match(said, /[Vv]erification successful/);
    assert.deepEqual(await readFile(join(folder, 'index.ldif')), ldif);
  }
});
