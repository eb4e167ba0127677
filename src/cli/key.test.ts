// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { createPrivateKey, sign } from 'node:crypto';
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { runCommand } from '../../test/cli/captured.ts';
import { openssl, opensslAccepts, profileExtensions } from '../../test/openssl/test-authority.ts';
import { certificateOf, TestProvider, temporaryFolder } from '../../test/openssl/test-provider.ts';
import { Fault } from '../platform/faults.ts';
import { signFor } from './key/self-test.ts';

const folder = temporaryFolder(after);
const { root, issuing, alfa } = new TestProvider(folder);
const at = (name: string) => join(folder, name);
writeFileSync(at('roots.pem'), readFileSync(root.certificateFile));
writeFileSync(at('chain.pem'), readFileSync(issuing.certificateFile));

const provider = {
  name: 'Gestore Alfa S.p.A.',
  hostname: 'mail.alfa.test',
  serviceAddress: 'posta-certificata@alfa.test',
  serviceMailbox: 'ricevute@alfa.test',
  domains: ['alfa.test'],
};

/** A configuration that signs with these files. */
function configured(signing: object): string {
  const path = at('alfa.yaml');
  const config = {
    folder: at('data'),
    provider,
    tls: { certificateFile: 'x', keyFile: 'x', peerCaFile: 'x' },
    signing: { certificateFile: alfa.certificateFile, chainFile: at('chain.pem'), ...signing },
    trust: { anchorsFile: at('roots.pem') },
    directory: { file: 'x', signerFile: 'x' },
    antivirus: { scanner: 'none' },
  };
  writeFileSync(path, JSON.stringify(config));
  return path;
}

suite('ceralacca key', () => {
  test('SIG-3 SIG-6 new: an encrypted key that only its owner reads, over nothing that is there', async () => {
    const file = at('firma.key');
    const { code, out } = await runCommand('key', 'new', file, '--bits', '2048', '--lang', 'en');
    assert.equal(code, 0);
    assert.match(out, /firma\.key, encrypted with the first line of .*firma\.key\.pass/);
    for (const made of [file, `${file}.pass`]) assert.equal(statSync(made).mode & 0o777, 0o600, made);
    assert.match(readFileSync(file, 'utf8'), /^-----BEGIN ENCRYPTED PRIVATE KEY-----/);
    const passphrase = readFileSync(`${file}.pass`, 'utf8').trim();
    assert.ok(passphrase.length >= 40);
    const read = ['pkey', '-in', file, '-noout', '-passin'];
    assert.ok(opensslAccepts([...read, `file:${file}.pass`]));
    assert.ok(!opensslAccepts([...read, 'pass:sbagliata']));
    const before = readFileSync(file);
    const again = await runCommand('key', 'new', file, '--bits', '2048');
    assert.equal(again.code, 3);
    assert.match(again.err, /\(key-file-unwritable\)/);
    assert.deepEqual(readFileSync(file), before);
    assert.equal((await runCommand('key', 'new', at('corta'), '--bits', '1024')).code, 2);
  });

  test('new: a passphrase that is there is used, unless others may read it', async () => {
    const passphraseFile = at('mia');
    writeFileSync(passphraseFile, 'molto segreta\naltro\n', { mode: 0o600 });
    const how = ['--bits', '2048', '--passphrase-file', passphraseFile];
    assert.equal((await runCommand('key', 'new', at('mia.key'), ...how)).code, 0);
    createPrivateKey({ key: readFileSync(at('mia.key')), passphrase: 'molto segreta' });
    chmodSync(passphraseFile, 0o644);
    const { code, err } = await runCommand('key', 'new', at('mia2.key'), ...how);
    assert.equal(code, 3);
    assert.match(err, /\(key-file-exposed\)/);
  });

  test('SIG-10 SIG-11 SIG-12 csr: what openssl reads in the request, before there is a certificate', async () => {
    await runCommand('key', 'new', at('nuova.key'), '--bits', '2048');
    const keyFile = at('nuova.key');
    const passphraseFile = `${keyFile}.pass`;
    const config = configured({ keyFile, passphraseFile, certificateFile: at('not-yet.pem') });
    const { code, out } = await runCommand('key', 'csr', '--config', config);
    assert.equal(code, 0);
    const seen = openssl(['req', '-noout', '-verify', '-text', '-nameopt', 'RFC2253,utf8'], {
      input: Buffer.from(out),
    });
    const text = seen.toString();
    assert.match(text, /Subject: CN=Posta Certificata,O=Gestore Alfa S\.p\.A\.,C=IT/);
    assert.match(text, /Key Usage: critical\s+Digital Signature\n/);
    assert.match(text, /Subject Alternative Name:\s+email:posta-certificata@alfa\.test\n/);
    assert.match(text, /Subject Key Identifier/);
    assert.doesNotMatch(text, /Basic Constraints/);
    const key = openssl(['pkey', '-in', keyFile, '-passin', `file:${passphraseFile}`, '-pubout']);
    assert.ok(openssl(['req', '-noout', '-pubkey'], { input: Buffer.from(out) }).equals(key));
    const written = await runCommand('key', 'csr', '--config', config, '--to', at('alfa.csr'));
    assert.equal(written.code, 0);
    assert.ok(opensslAccepts(['req', '-noout', '-verify', '-in', at('alfa.csr')]));
  });

  test('SIG-3 SIG-9 self-test: what is good, with figures; and what is wrong, by its key', async () => {
    const config = configured({ keyFile: alfa.keyFile });
    const good = await runCommand('key', 'self-test', '--config', config, '--seconds', '0.1', '--json');
    assert.equal(good.code, 0, good.out);
    const report = JSON.parse(good.out) as {
      good: boolean;
      kind: string;
      certificate: { bits: number; daysLeft: number; addresses: string[] };
      pace: { signatures: number; perSecond: number; medianMs: number; slowMs: number };
    };
    assert.deepEqual([report.good, report.kind], [true, 'file']);
    assert.equal(report.certificate.bits, 2048);
    assert.ok(report.certificate.daysLeft > 360 && report.certificate.daysLeft < 366);
    assert.deepEqual(report.certificate.addresses, [provider.serviceAddress]);
    const { signatures, perSecond, medianMs, slowMs } = report.pace;
    assert.ok(signatures >= 4 && perSecond > 0 && medianMs > 0 && slowMs >= medianMs);
    const text = await runCommand('key', 'self-test', '--config', config, '--seconds', '0.1');
    assert.match(text.out, /^La chiave firma[\s\S]*ancora 36\d giorni[\s\S]*al secondo/m);

    const { certificateFile: plain } = issuing.issue('no-address', {
      keyFile: alfa.keyFile,
      extensions: profileExtensions({ address: 'altro@alfa.test' }),
    });
    const soon = issuing.issue('soon', { keyFile: alfa.keyFile, notAfter: new Date(Date.now() + 864e6) });
    for (const [signing, code, words] of [
      [{ keyFile: alfa.keyFile, certificateFile: plain }, 1, /signing\.certificateFile: .*SIG-11/],
      [{ keyFile: issuing.keyFile }, 1, /is not the key of the certificate/],
      [
        { keyFile: alfa.keyFile, certificateFile: at('none.pem') },
        1,
        /signing\.certificateFile: .*none\.pem/,
      ],
      [
        { keyFile: alfa.keyFile, certificateFile: soon.certificateFile },
        0,
        /warning: signing\.certif.*expires on/,
      ],
    ] as const) {
      const told = await runCommand(
        'key',
        'self-test',
        '--config',
        configured(signing),
        '--seconds',
        '0.1',
        '--lang',
        'en',
      );
      assert.equal(told.code, code, told.out);
      assert.match(told.out, words);
    }
    chmodSync(alfa.keyFile, 0o640);
    const exposed = await runCommand('key', 'self-test', '--config', config);
    chmodSync(alfa.keyFile, 0o600);
    assert.equal(exposed.code, 1);
    assert.match(exposed.out, /signing\.keyFile: .*chmod 600[\s\S]*non può firmare/);
    writeFileSync(at('roots.pem'), readFileSync(alfa.certificateFile));
    const untrusted = await runCommand('key', 'self-test', '--config', config);
    writeFileSync(at('roots.pem'), readFileSync(root.certificateFile));
    assert.equal(untrusted.code, 1);
    assert.match(untrusted.out, /trust\.anchorsFile: our own signing certificate is not trusted/);
  });

  test('self-test: a key that signs wrongly once in a while is found', async () => {
    const key = createPrivateKey(readFileSync(alfa.keyFile));
    let made = 0;
    const faulty = {
      sign: async (bytes: Buffer) => (++made === 10 ? Buffer.alloc(256, 1) : sign('sha256', bytes, key)),
    };
    let now = 0;
    const how = {
      certificate: certificateOf(alfa.der),
      seconds: 1,
      atOnce: 2,
      monotonic: { elapsedMs: () => now++ },
    };
    await assert.rejects(signFor(faulty, how), (error) => {
      return error instanceof Fault && error.code === 'signing-key-mismatch';
    });
  });
});
