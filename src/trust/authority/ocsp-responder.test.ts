// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
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

const OCSP_URL = 'http://127.0.0.1/ocsp';
const DAY_MS = 24 * 3_600_000;
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
  authority = await Authority.create({
    clock,
    ids: randomIds,
    name: 'Autorità',
    crlBaseUrl,
    ocspUrl: OCSP_URL,
    keys,
  });
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

/** What openssl says of the answer in `answer.der`, its certificate among it. */
async function signerOfAnswer(): Promise<{ readonly said: string; readonly pem: string }> {
  const said = await openssl('ocsp', '-respin', 'answer.der', '-resp_text', '-noverify');
  const [pem = ''] = /-----BEGIN CERTIFICATE-----.*-----END CERTIFICATE-----/s.exec(said) ?? [];
  return { said, pem };
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

  test('by GET, percent-encoded and plain, and hears the same (appendix A.1)', async () => {
    await openssl('ocsp', '-issuer', 'signing.pem', '-cert', 'revoked.pem', '-reqout', 'asked.der');
    const base64 = readFileSync(join(folder, 'asked.der')).toString('base64');
    for (const path of [encodeURIComponent(base64), base64]) {
      const response = await fetch(`${url}/${path}`);
      assert.equal(response.headers.get('content-type'), 'application/ocsp-response');
      writeFileSync(join(folder, 'answer.der'), Buffer.from(await response.arrayBuffer()));
      const trust = ['-CAfile', 'root.pem', '-verify_other', 'signing.pem'];
      // The nonce is compared with the request that was sent.
      const verified = await openssl('ocsp', '-respin', 'answer.der', '-reqin', 'asked.der', ...trust);
      assert.match(verified, /Response verify OK/);
      assert.doesNotMatch(verified, /WARNING|nonce/i);
      const about = ['-issuer', 'signing.pem', '-cert', 'revoked.pem', '-no_nonce'];
      assert.match(
        await openssl('ocsp', '-respin', 'answer.der', ...about, ...trust),
        /revoked\.pem: revoked/,
      );
    }
    const statusOf = async (path: string, init?: RequestInit) => (await fetch(`${url}${path}`, init)).status;
    assert.equal(await statusOf('/%zz'), 400);
    assert.equal(await statusOf('/not base64'), 400);
    assert.equal(await statusOf(`/${Buffer.alloc(8 * 1024 + 1).toString('base64')}`), 414);
    assert.equal(await statusOf(''), 405);
    assert.equal(await statusOf('/', { method: 'DELETE' }), 405);
    assert.equal(await statusOf(`x/${base64}`), 404);
  });

  test('answers come from a certificate for that alone, short-lived, about which nobody need ask', async () => {
    await asks('tls', '-cert', 'client.pem', '-respout', 'answer.der');
    const { said, pem } = await signerOfAnswer();
    assert.match(said, /OCSP Signing/);
    assert.match(said, /OCSP No Check/);
    assert.match(said, /Issuer: C ?= ?IT, O ?= ?Autorit.*CN ?= ?Autorit.* CA TLS/);
    assert.doesNotMatch(said, /CA:TRUE/);
    const first = new X509Certificate(pem);
    assert.ok(first.validToDate.getTime() - clock.now() <= 30 * DAY_MS);
    // The same serves until a week before its end.
    const responder = new OcspResponder(() => authority, clock);
    await openssl('ocsp', '-issuer', 'tls.pem', '-cert', 'client.pem', '-no_nonce', '-reqout', 'asked.der');
    const ask = async () => {
      const answer = await responder.answer(readFileSync(join(folder, 'asked.der')));
      writeFileSync(join(folder, 'answer.der'), answer);
      return (await signerOfAnswer()).pem;
    };
    const before = await ask();
    assert.match(before, /BEGIN/);
    clock.advance(23 * DAY_MS - 1);
    assert.equal(await ask(), before);
    clock.advance(1);
    assert.notEqual(await ask(), before);
    clock.advance(-23 * DAY_MS);
  });

  test('certificates name the responder, and openssl finds it there; without one they name none', async () => {
    for (const name of ['good', 'client', 'signing', 'tls']) {
      assert.equal(
        (await openssl('x509', '-in', `${name}.pem`, '-noout', '-ocsp_uri')).trim(),
        OCSP_URL,
        name,
      );
    }
    const { ocspUrl: _, ...parts } = authority.parts;
    const { certificate } = await new Authority(parts).issueTlsClient({
      organization: 'Alfa',
      dns: ['a.test'],
    });
    writeFileSync(join(folder, 'silent.pem'), certificatePem(certificate));
    assert.equal(await openssl('x509', '-in', 'silent.pem', '-noout', '-ocsp_uri'), '');
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
