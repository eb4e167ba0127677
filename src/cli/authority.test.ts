// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { Captured } from '../../test/cli/captured.ts';
import { FixedClock } from '../platform/clock.ts';
import { randomIds } from '../platform/ids.ts';
import { signFile } from '../trust/authority/authority.ts';
import { loadIdentity } from '../trust/authority/identity-files.ts';
import { writeOwnRecords } from '../trust/authority/index-writer.ts';
import { readDirectory } from '../trust/provider-directory/directory-reader.ts';
import { emptySnapshot } from '../trust/provider-directory/directory-snapshot.ts';
import { HttpsSource } from '../trust/provider-directory/https-source.ts';
import { readPemCertificates } from '../trust/signing/authorities.ts';
import { runCommandLine } from './command-line.ts';
import { EXIT } from './exit-codes.ts';

const root = mkdtempSync(join(tmpdir(), 'authority-command-'));
after(() => rmSync(root, { recursive: true }));
const folder = join(root, 'autorità');
const clock = new FixedClock(Date.now());
const ALFA = 'Gestore Alfa S.p.A.';
const at = (...names: string[]) => join(folder, ...names);

async function run(...line: string[]) {
  const captured = new Captured({ clock, ids: randomIds });
  const code = await runCommandLine(['authority', ...line], captured);
  return { code, out: captured.stdout.text, err: captured.stderr.text };
}

interface Listed {
  readonly certificates: readonly { purpose: string; serial: string; sha1: string; state: string }[];
}

async function listed(key: string): Promise<Listed> {
  const { out } = await run('provider', 'list', folder, '--json');
  const { providers } = JSON.parse(out) as { providers: (Listed & { key: string })[] };
  const found = providers.find((provider) => provider.key === key);
  assert.ok(found, out);
  return found;
}

function openssl(...args: string[]): string {
  return execFileSync('openssl', args, { cwd: root, stdio: 'pipe' }).toString();
}

/** What Alfa publishes, signed by the key in those files. */
async function publishes(path: string, ...more: string[]): Promise<void> {
  const signer = await loadIdentity(path);
  const others = await Promise.all(more.map(loadIdentity));
  const record = {
    providerName: ALFA,
    certificates: [signer, ...others].map(({ certificate }) => certificate),
    mailReceipt: 'ricevute@pec.alfa.test',
    managedDomains: ['pec.alfa.test'],
  };
  const signed = await signFile(writeOwnRecords([record]), { signer, signingTimeMs: clock.now() });
  writeFileSync(join(root, 'alfa.ldif.p7m'), signed);
}

async function index(p7m: Buffer = readFileSync(at('igpec.ldif.p7m'))) {
  const pem = readFileSync(at('public', 'index-signer.pem'), 'utf8');
  const authorities = readPemCertificates(pem, 'index-signer.pem').map(({ der }) => der);
  const reading = await readDirectory(p7m, { authorities, at: clock.now(), previous: emptySnapshot });
  assert.ok(reading.ok, JSON.stringify(reading));
  return reading.snapshot;
}

suite('ceralacca authority', { concurrency: false }, () => {
  test('init makes an authority once, with what providers need of it', async () => {
    const names = ['--name', 'Autorità di comunità', '--base-url', 'http://127.0.0.1:8080'];
    const made = await run('init', folder, ...names, '--index-url', 'https://127.0.0.1:8443');
    assert.equal(made.code, EXIT.good, made.err);
    assert.match(made.out, /Autorità creata in .*autorità/);
    assert.equal(statSync(at('root.key')).mode & 0o777, 0o600);
    assert.equal((await index()).locationUrl, 'https://127.0.0.1:8443/igpec/igpec.ldif.p7m');
    const again = await run('init', folder, ...names);
    assert.equal(again.code, EXIT.fault);
    assert.match(again.err, /authority-there-already/);
  });

  test('SIG-9 SIG-12 provider add certifies keys made here, and list shows them', async () => {
    const terms = [
      '--name',
      ALFA,
      '--service-address',
      'posta-certificata@pec.alfa.test',
      '--host',
      'pec.alfa.test',
    ];
    const added = await run(
      'provider',
      'add',
      folder,
      'alfa',
      ...terms,
      '127.0.0.1',
      '--record',
      join(root, 'alfa.ldif.p7m'),
    );
    assert.equal(added.code, EXIT.good, added.err);
    const chain = ['-CAfile', at('public', 'ca.pem'), '-untrusted'];
    for (const [file, purpose, ca] of [
      ['signature-1', 'smimesign', 'signing-ca'],
      ['server-1', 'sslserver', 'tls-ca'],
      ['client-1', 'sslclient', 'tls-ca'],
    ] as const) {
      const pem = at('providers', 'alfa', `${file}.pem`);
      assert.match(openssl('verify', ...chain, at('public', `${ca}.pem`), '-purpose', purpose, pem), /OK/);
    }
    assert.deepEqual(
      (await listed('alfa')).certificates.map(({ purpose, state }) => [purpose, state]),
      [
        ['signature', 'in-force'],
        ['server', 'in-force'],
        ['client', 'in-force'],
      ],
    );
    assert.match((await run('provider', 'list', folder)).out, /alfa +firma .* valido/);
    assert.match(
      (await run('provider', 'add', folder, 'alfa', ...terms, '--record', 'x')).err,
      /già iscritto/,
    );
    assert.match(
      (await run('provider', 'add', folder, 'gamma', ...terms, '--record', 'http://x.test/')).err,
      /né un URL/,
    );
  });

  test('SIG-6 SIG-10 provider add certifies the key of a request, and no weak one', async () => {
    const req = ['req', '-new', '-nodes', '-subj', '/O=Chiunque', '-keyout', 'beta.key', '-out', 'beta.csr'];
    const terms = ['--name', 'Gestore Beta S.r.l.', '--service-address', 'posta-certificata@pec.beta.test'];
    const more = [
      '--host',
      'pec.beta.test',
      '--record',
      'https://127.0.0.1:1/beta.ldif.p7m',
      '--csr',
      join(root, 'beta.csr'),
    ];
    openssl(...req, '-newkey', 'rsa:1024');
    const weak = await run('provider', 'add', folder, 'beta', ...terms, ...more);
    assert.equal(weak.code, EXIT.bad);
    assert.match(weak.err, /RSA >= 2048/);
    openssl(...req, '-newkey', 'rsa:2048');
    const added = await run('provider', 'add', folder, 'beta', ...terms, ...more);
    assert.equal(added.code, EXIT.good, added.err);
    const pem = at('providers', 'beta', 'signature-1.pem');
    // The name is the register's, not the request's.
    assert.match(openssl('x509', '-in', pem, '-noout', '-subject'), /Gestore Beta S\.r\.l\./);
    assert.equal(
      openssl('x509', '-in', pem, '-noout', '-pubkey'),
      openssl('pkey', '-in', 'beta.key', '-pubout'),
    );
    assert.throws(() => statSync(at('providers', 'beta', 'signature-1.key')), { code: 'ENOENT' });
  });

  test('DIR-9 DIR-10 sign-index takes what a provider says of itself, and names who cannot be asked', async () => {
    await publishes(at('providers', 'alfa', 'signature-1'));
    const signed = await run('sign-index', folder, '--lang', 'en');
    assert.equal(signed.code, EXIT.bad);
    assert.match(signed.out, /alfa: new record taken\nbeta: not in the index\n {2}cannot download https:/);
    assert.match(signed.out, /Index signed: 1 record\./);
    assert.equal((await index()).findByDomain('pec.alfa.test')?.providerName, ALFA);
  });

  test('DIR-5 renew: both certificates in the index; revoke: one again, at once, and on the list', async () => {
    assert.equal((await run('provider', 'renew', folder, 'alfa')).code, EXIT.good);
    const [old, next] = ['signature-1', 'signature-2'].map((name) => at('providers', 'alfa', name));
    assert.ok(old && next);
    clock.advance(1000);
    await publishes(old, next);
    await run('sign-index', folder);
    assert.equal((await index()).findByDomain('pec.alfa.test')?.certificates.length, 2);
    const before = (await listed('alfa')).certificates.filter(({ purpose }) => purpose === 'signature');
    const serial = before[0]?.serial ?? '';
    clock.advance(1000);
    const revoked = await run(
      'provider',
      'revoke',
      folder,
      'alfa',
      '--serial',
      serial,
      '--reason',
      'keyCompromise',
    );
    assert.equal(revoked.code, EXIT.good, revoked.err);
    assert.deepEqual((await index()).findByDomain('pec.alfa.test')?.certificateHashes, [before[1]?.sha1]);
    assert.equal((await listed('alfa')).certificates[0]?.state, 'revoked');
    assert.equal((await run('crl', folder, '--to', join(root, 'crl'))).code, EXIT.good);
    const list = openssl('crl', '-inform', 'DER', '-in', 'crl/signing.crl', '-noout', '-text');
    assert.match(list, new RegExp(`Serial Number: ${serial}`, 'i'));
    assert.match(
      (await run('provider', 'revoke', folder, 'alfa', '--serial', serial)).err,
      /non ha un certificato/,
    );
    assert.match((await run('provider', 'revoke', folder, 'nessuno')).err, /Nessun gestore/);
  });

  test('DIR-11 serve: the index to who shows a client certificate, and the folder as others change it', async () => {
    const stop = Promise.withResolvers<void>();
    const captured = new Captured({ clock, ids: randomIds });
    const surroundings = Object.assign(captured, { stopRequested: () => stop.promise });
    clock.advance(1000);
    await publishes(at('providers', 'alfa', 'signature-2'));
    const line = ['authority', 'serve', folder, '--http-port', '0', '--https-port', '0'];
    const running = runCommandLine(line, surroundings);
    while (!/Indice firmato/.test(captured.stdout.text)) await captured.pause(10);
    const url = /https:\S+/.exec(captured.stdout.text)?.[0] ?? '';
    const crl = `${/http:\S+\/crl/.exec(captured.stdout.text)?.[0]}/signing.crl`;
    const ca = readFileSync(at('public', 'tls-ca.pem'), 'utf8');
    const client = {
      certificate: readFileSync(at('providers', 'alfa', 'client-1.pem')),
      key: readFileSync(at('providers', 'alfa', 'client-1.key')),
    };
    const source = new HttpsSource({ url, ca, ...client });
    assert.equal((await index(await source.fetch())).findByDomain('pec.alfa.test')?.providerName, ALFA);
    await assert.rejects(new HttpsSource({ url, ca }).fetch(), { code: 'provider-index-unavailable' });
    const before = Buffer.from(await (await fetch(crl)).arrayBuffer());
    await run('provider', 'revoke', folder, 'beta');
    const afterwards = Buffer.from(await (await fetch(crl)).arrayBuffer());
    assert.ok(!before.equals(afterwards), 'the list that is served follows the folder');
    const stamped = await fetch(crl.replace('/crl/signing.crl', '/tsa'), {
      method: 'POST',
      body: 'x',
      headers: { 'content-type': 'application/timestamp-query' },
    });
    assert.equal(stamped.status, 200);
    await run('provider', 'revoke', folder, 'alfa');
    await assert.rejects(source.fetch(), (error: Error) => /403/.test(String(error.cause)));
    stop.resolve();
    assert.equal(await running, EXIT.good);
  });
});
