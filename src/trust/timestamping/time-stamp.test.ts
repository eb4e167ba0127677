// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { randomIds } from '../../platform/ids.ts';
import { readCertificate } from '../../wire/cms/certificate.ts';
import { readTimeStampReply, writeTimeStampReply } from '../../wire/cms/time-stamp.ts';
import { Authority } from '../authority/authority.ts';
import { AuthorityServer, type Service } from '../authority/authority-server.ts';
import { certificatePem } from '../authority/key-pair.ts';
import { TimeStamping } from '../authority/time-stamping.ts';
import { CertificationPaths } from '../signing/certification-paths.ts';
import { TimeStampClient } from './time-stamp-client.ts';
import { checkTimeStamp } from './token-check.ts';

const NOW = Date.UTC(2026, 10, 22, 23, 2, 5);
const clock = { now: () => NOW };
const folder = mkdtempSync(join(tmpdir(), 'time-stamp-'));
after(() => rmSync(folder, { recursive: true }));

const authority = await Authority.create({
  clock,
  ids: randomIds,
  name: 'Autorità di prova',
  crlBaseUrl: 'http://crl.test',
});
const stamping = new TimeStamping({ identity: await authority.issueTimeStamper(), clock, ids: randomIds });
const paths = pathsTo(authority);
const octets = Buffer.from('un sigillo');
const server = new AuthorityServer();
server.offer(stamping.service());
const base = new URL(await server.listenToEveryone({ host: '127.0.0.1', port: 0 })).origin;
after(() => server.close());

function pathsTo({ rootCertificate }: Authority): CertificationPaths {
  const root = readCertificate(rootCertificate);
  assert.ok(root.ok);
  return new CertificationPaths({ anchors: [root.value], revocation: null, purpose: 'time stamps' });
}

function client(url = `${base}/tsa`): TimeStampClient {
  return new TimeStampClient({ url, paths, ids: randomIds, timeoutMs: 5000 });
}

/** A client of an authority that answers in its own way. */
async function answeredBy(reply: Service['reply']): Promise<TimeStampClient> {
  const path = `/${randomIds.token()}`;
  server.offer({ ...stamping.service(), path, reply });
  return client(base + path);
}

function openssl(...words: string[]): { status: number | null; text: string } {
  const { status, stdout, stderr } = spawnSync('openssl', words, { encoding: 'utf8' });
  return { status, text: stdout + stderr };
}

test('LOG-5 a time stamp is had over HTTP, and tells when the octets existed', async () => {
  const token = await client().stamp(octets);
  const checked = await checkTimeStamp(token, { octets, paths });
  assert.ok(checked.ok);
  assert.equal(checked.instant, NOW);
});

test('our tokens verify with openssl ts, and what openssl asks for is answered', async () => {
  const at = (name: string) => join(folder, name);
  writeFileSync(at('data'), octets);
  writeFileSync(at('ca.pem'), certificatePem(authority.rootCertificate));
  writeFileSync(at('signing.pem'), certificatePem(authority.parts.certificates.signing));
  writeFileSync(at('token.der'), await client().stamp(octets));
  const verify = [
    'ts',
    '-verify',
    '-data',
    at('data'),
    '-CAfile',
    at('ca.pem'),
    '-untrusted',
    at('signing.pem'),
  ];
  // The moment of the test lies after that of the clock, or before: only the path is judged then.
  const ours = openssl(...verify, '-in', at('token.der'), '-token_in', '-attime', String(NOW / 1000));
  assert.equal(ours.status, 0, ours.text);
  const asked = openssl('ts', '-query', '-data', at('data'), '-sha256', '-cert', '-out', at('query.der'));
  assert.equal(asked.status, 0, asked.text);
  writeFileSync(at('reply.der'), await stamping.answer(readFileSync(at('query.der'))));
  const theirs = openssl(
    'ts',
    '-verify',
    '-queryfile',
    at('query.der'),
    '-in',
    at('reply.der'),
    '-CAfile',
    at('ca.pem'),
    '-untrusted',
    at('signing.pem'),
    '-attime',
    String(NOW / 1000),
  );
  assert.equal(theirs.status, 0, theirs.text);
});

test('a token is of these octets, by an authority we trust, and of no changed octet', async () => {
  const token = await client().stamp(octets);
  const refused = async (what: Buffer, over = octets, judged = paths) => {
    const result = await checkTimeStamp(what, { octets: over, paths: judged });
    return result.ok ? 'good' : result.reason;
  };
  assert.equal(await refused(token, Buffer.from('altro')), 'the time stamp is of something else');
  const other = await Authority.create({
    clock,
    ids: randomIds,
    name: 'Altri',
    crlBaseUrl: 'http://crl.test',
  });
  assert.notEqual(await refused(token, octets, pathsTo(other)), 'good');
  for (let at = 0; at < token.length; at += 7) {
    const changed = Buffer.from(token);
    changed.writeUInt8(changed.readUInt8(at) ^ 0x01, at);
    const result = await checkTimeStamp(changed, { octets, paths });
    // A few octets name what nobody signed or asks for; the time is never among them.
    if (result.ok) assert.equal(result.instant, NOW, `octet ${at}`);
  }
});

test('a certificate for e-mail stamps no time', async () => {
  const identity = await authority.issueProviderIdentity({
    providerName: 'Gestore Alfa S.p.A.',
    serviceAddress: 'posta-certificata@alfa.test',
  });
  const wrong = new TimeStamping({ identity, clock, ids: randomIds });
  const asked = await answeredBy((request) => wrong.answer(request));
  await assert.rejects(asked.stamp(octets), {
    code: 'timestamp-unavailable',
    message: /not for time stamps/,
  });
});

test('an authority that refuses, answers something else, answers nothing or is not there', async () => {
  const refusing = await answeredBy(async () =>
    writeTimeStampReply({ granted: false, status: 2, text: 'chiuso' }),
  );
  await assert.rejects(refusing.stamp(octets), {
    code: 'timestamp-refused',
    message: /chiuso/,
    temporary: true,
  });
  const unavailable = { code: 'timestamp-unavailable', temporary: true };
  const garbage = await answeredBy(async () => Buffer.from('<html>'));
  await assert.rejects(garbage.stamp(octets), unavailable);
  const old = readTimeStampReply(writeTimeStampReply({ granted: true, token: await client().stamp(octets) }));
  assert.ok(old.ok);
  const replaying = await answeredBy(async () => writeTimeStampReply(old.value));
  await assert.rejects(replaying.stamp(octets), { ...unavailable, message: /another request/ });
  const large = await answeredBy(async () => Buffer.alloc(65 * 1024));
  await assert.rejects(large.stamp(octets), { ...unavailable, message: /larger than/ });
  await assert.rejects(client(`${base}/nobody`).stamp(octets), { ...unavailable, message: /HTTP 404/ });
  await assert.rejects(client('http://127.0.0.1:1/tsa').stamp(octets), unavailable);
});

test('what is no request is refused in words, what is too large by HTTP', async () => {
  const reply = readTimeStampReply(await stamping.answer(Buffer.from('hello')));
  assert.ok(reply.ok && !reply.value.granted);
  assert.match(reply.value.text, /bad request/);
  const post = (body: Uint8Array<ArrayBuffer>, type = 'application/timestamp-query') =>
    fetch(`${base}/tsa`, { method: 'POST', headers: { 'content-type': type }, body });
  assert.equal((await post(new Uint8Array(5000))).status, 413);
  assert.equal((await post(new Uint8Array(5), 'text/plain')).status, 415);
  assert.equal((await fetch(`${base}/tsa`)).status, 405);
});
