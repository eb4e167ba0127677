// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { promisify } from 'node:util';
import { FixedClock } from '../../platform/clock.ts';
import { randomIds } from '../../platform/ids.ts';
import { Authority } from './authority.ts';
import { AuthorityServer } from './authority-server.ts';
import { certificatePem, makeKeyPair } from './key-pair.ts';
import { OCSP_PATH, OcspResponder } from './ocsp-responder.ts';

const folder = mkdtempSync(join(tmpdir(), 'ocsp-'));
const clock = new FixedClock(Date.now());
const server = new AuthorityServer();
let authority: Authority;
let url: string;

after(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

async function openssl(...args: string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)('openssl', args, { cwd: folder });
  return stdout + stderr;
}

before(async () => {
  const [root, signing, tls] = await Promise.all([
    makeKeyPair('p-256'),
    makeKeyPair('rsa-2048'),
    makeKeyPair('p-256'),
  ]);
  const keys = { root, signing, tls, index: signing };
  const crlBaseUrl = 'http://127.0.0.1/crl';
  authority = await Authority.create({ clock, ids: randomIds, name: 'Autorità', crlBaseUrl, keys });
  server.offer(new OcspResponder(() => authority, clock).service());
  url = (await server.listenToEveryone({ host: '127.0.0.1', port: 0 })).replace('/crl', OCSP_PATH);
  const { certificates } = authority.parts;
  for (const name of ['root', 'signing', 'tls'] as const) {
    writeFileSync(join(folder, `${name}.pem`), certificatePem(certificates[name]));
  }
  const provider = { providerName: 'Gestore Alfa S.p.A.', serviceAddress: 'posta-certificata@pec.alfa.test' };
  const issued = {
    good: await authority.issueProviderIdentity(provider, { keyPair: signing }),
    revoked: await authority.issueProviderIdentity(provider, { keyPair: signing }),
    client: await authority.issueTlsClient(
      { organization: 'Alfa', dns: ['pec.alfa.test'] },
      { keyPair: tls },
    ),
  };
  for (const [name, { certificate }] of Object.entries(issued)) {
    writeFileSync(join(folder, `${name}.pem`), certificatePem(certificate));
  }
  authority.revoke(issued.revoked.certificate, 'keyCompromise');
});

/** What `openssl ocsp` makes of our answer, its signature checked. */
function asks(issuer: string, ...more: string[]): Promise<string> {
  const trust = ['-CAfile', 'root.pem', '-verify_other', `${issuer}.pem`];
  return openssl('ocsp', '-issuer', `${issuer}.pem`, '-url', url, ...trust, ...more);
}

suite('RFC 6960: openssl ocsp asks', () => {
  test('of good and revoked ones, by SHA-1 and by SHA-256, with a nonce and without', async () => {
    for (const digest of ['-sha1', '-sha256']) {
      for (const nonce of ['-nonce', '-no_nonce']) {
        const said = await asks(
          'signing',
          nonce,
          digest,
          '-cert',
          'good.pem',
          digest,
          '-cert',
          'revoked.pem',
        );
        assert.match(said, /Response verify OK/);
        assert.match(said, /good\.pem: good/);
        assert.match(said, /revoked\.pem: revoked/);
        assert.match(said, /Reason: keyCompromise/);
        assert.doesNotMatch(said, /WARNING|nonce/i);
      }
    }
  });

  test('of certificates of the TLS authority, signed by that one with P-256', async () => {
    const said = await asks('tls', '-nonce', '-cert', 'client.pem');
    assert.match(said, /Response verify OK/);
    assert.match(said, /client\.pem: good/);
  });

  test('of a certificate of somebody else, and in words that are no request', async () => {
    const key = ['-newkey', 'rsa:2048', '-nodes', '-keyout', 'other.key', '-subj', '/CN=Altra'];
    await openssl('req', '-x509', ...key, '-out', 'other.pem');
    await openssl('ocsp', '-issuer', 'other.pem', '-cert', 'other.pem', '-reqout', 'other.der');
    const responder = new OcspResponder(() => authority, clock);
    assert.deepEqual(
      await responder.answer(readFileSync(join(folder, 'other.der'))),
      Buffer.from('30030a0106', 'hex'),
    );
    await openssl('ocsp', '-issuer', 'signing.pem', '-cert', 'good.pem', '-reqout', 'good.der');
    const good = readFileSync(join(folder, 'good.der'));
    for (let length = 0; length < good.length; length++) {
      const answer = await responder.answer(good.subarray(0, length));
      assert.deepEqual(answer, Buffer.from('30030a0101', 'hex'), `cut at ${length}`);
    }
  });
});
