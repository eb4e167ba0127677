// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { after, before, test } from 'node:test';
import { systemClock } from '../../platform/clock.ts';
import { randomIds } from '../../platform/ids.ts';
import { readRevocationList } from '../../wire/cms/revocation-list.ts';
import { Authority } from './authority.ts';
import { AuthorityServer } from './authority-server.ts';
import { certificatePem, type Identity, identityPem, makeKeyPair } from './key-pair.ts';

const server = new AuthorityServer();
const index = Buffer.from('a signed index');
let authority: Authority;
let crlBaseUrl: string;
let indexUrl: string;
let ca: string;

before(async () => {
  crlBaseUrl = await server.listenToEveryone({ host: '127.0.0.1', port: 0 });
  const [root, signing, tls] = await Promise.all([
    makeKeyPair('p-256'),
    makeKeyPair('p-256'),
    makeKeyPair('p-256'),
  ]);
  const keys = { root, signing, tls, index: root };
  authority = await Authority.create({
    clock: systemClock,
    ids: randomIds,
    name: 'Autorità',
    crlBaseUrl,
    keys,
  });
  server.publishAuthority(authority, () => index);
  ca = certificatePem(authority.rootCertificate);
  const names = { organization: 'Autorità', dns: ['localhost'], addresses: ['127.0.0.1'] };
  const { certificate, key } = identityPem(await authority.issueTlsServer(names));
  indexUrl = await server.listenToLicensed({ host: '127.0.0.1', port: 0, certificate, key, clientCa: ca });
});

after(() => server.close());

interface Answer {
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly body: Buffer;
}

async function ask(url: string, options: RequestOptions = {}): Promise<Answer> {
  const request = url.startsWith('https:') ? httpsRequest : httpRequest;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request(url, { agent: false, ...options }, resolve)
      .on('error', reject)
      .end();
  });
  const body = Buffer.concat(await response.toArray());
  return { status: response.statusCode, type: response.headers['content-type'], body };
}

function credentials(identity: Identity): RequestOptions {
  const { certificate: cert, key } = identityPem(identity);
  return { cert, key, ca };
}

test('the CRLs are where the certificates say', async () => {
  for (const name of ['root', 'signing', 'tls'] as const) {
    const answer = await ask(authority.issuers[name].crlUrl);
    assert.equal(answer.status, 200);
    assert.equal(answer.type, 'application/pkix-crl');
    assert.ok(readRevocationList(answer.body).ok);
  }
});

test('DIR-8, DIR-11: the index is given to a provider with a client certificate', async () => {
  const client = await authority.issueTlsClient({ organization: 'Gestore Alfa', dns: ['alfa.test'] });
  const answer = await ask(indexUrl, credentials(client));
  assert.deepEqual(answer, {
    status: 200,
    type: 'application/pkcs7-mime; smime-type=signed-data',
    body: index,
  });
  const head = await ask(indexUrl, { ...credentials(client), method: 'HEAD' });
  assert.deepEqual([head.status, head.body.length], [200, 0]);
});

test('DIR-11: nobody else gets the index', async () => {
  const notForClients = await authority.issueTlsServer({ organization: 'Gestore Alfa', dns: ['alfa.test'] });
  const keys = authority.parts.keys;
  const elsewhere = await Authority.create({
    clock: systemClock,
    ids: randomIds,
    name: 'Altra',
    crlBaseUrl,
    keys: { ...keys, root: await makeKeyPair('p-256') },
  });
  const stranger = await elsewhere.issueTlsClient({ organization: 'Gestore Alfa', dns: ['alfa.test'] });
  await assert.rejects(ask(indexUrl, { ca }));
  await assert.rejects(ask(indexUrl, credentials(notForClients)));
  await assert.rejects(ask(indexUrl, credentials(stranger)));
  assert.equal((await ask(new URL('/igpec/igpec.ldif.p7m', crlBaseUrl).href)).status, 404);
});

test('what is not there is not found, and nothing can be posted', async () => {
  assert.equal((await ask(`${crlBaseUrl}/other.crl`)).status, 404);
  assert.equal((await ask(`${crlBaseUrl}/../../etc/passwd`)).status, 404);
  assert.equal((await ask(`${crlBaseUrl}/root.crl`, { method: 'POST' })).status, 405);
});

test('a publication that fails is answered with 503', async () => {
  const read = () => Promise.reject(new Error('gone'));
  server.publish({ path: '/broken', mediaType: 'text/plain', audience: 'everyone', read });
  assert.equal((await ask(new URL('/broken', crlBaseUrl).href)).status, 503);
});

test('a port that is taken is a fault', async () => {
  const port = Number(new URL(crlBaseUrl).port);
  const other = new AuthorityServer();
  await assert.rejects(other.listenToEveryone({ host: '127.0.0.1', port }), { code: 'port-unavailable' });
  await other.close();
});
