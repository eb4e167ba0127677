// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { authorityExtensions, profileExtensions } from '../../../test/openssl/test-authority.ts';
import { certificateOf, TestProvider, temporaryFolder } from '../../../test/openssl/test-provider.ts';
import { FixedClock } from '../../platform/clock.ts';
import { CrlCache, type CrlCacheOptions, REFRESH_MS, RETRY_MS } from './crl-cache.ts';

const provider = new TestProvider(temporaryFolder(after));
const { root, issuing, alfa } = provider;
const { keyFile } = alfa;
const certificate = certificateOf(alfa.der);
const issuer = certificateOf(issuing.der);
const start = Date.now();
const inHours = (hours: number): Date => new Date(start + hours * 60 * 60 * 1000);

/** A cache, a clock to turn, and a web of lists to change. */
function world(options: Partial<CrlCacheOptions> = {}) {
  const clock = new FixedClock(start);
  const web = new Map<string, Buffer>();
  const fetched: string[] = [];
  const fetchUrl = async (url: string): Promise<Buffer> => {
    fetched.push(url);
    const list = web.get(url);
    if (list === undefined) throw new Error('HTTP 404');
    return list;
  };
  const cache = new CrlCache({ clock, fetchUrl, ...options });
  const check = (der = alfa.der, above = issuer) =>
    cache.check({ certificate: certificateOf(der), issuer: above, instant: clock.now() });
  return { clock, web, fetched, check };
}

const URL = 'http://crl.test/issuing.crl';

test('IP-7 a list is fetched once, again after an hour, and at its nextUpdate', async () => {
  const { clock, web, fetched, check } = world();
  web.set(URL, issuing.revocationList({ nextUpdate: inHours(1.5) }));
  const nextUpdate = Math.floor(inHours(1.5).getTime() / 1000) * 1000;
  const first = await check();
  assert.ok(first.status === 'good' && /^\d+$/.test(first.crlNumber ?? ''));
  assert.equal(first.goodUntil, start + REFRESH_MS);
  clock.advance(REFRESH_MS - 1);
  await check();
  assert.equal(fetched.length, 1);
  clock.advance(1);
  const second = await check();
  assert.equal(fetched.length, 2);
  assert.ok(second.status === 'good' && second.goodUntil === nextUpdate);
  clock.advance(nextUpdate - clock.now());
  web.set(URL, issuing.revocationList({ nextUpdate: inHours(9) }));
  assert.equal((await check()).status, 'good');
  assert.equal(fetched.length, 3);
});

test('many questions at once make one fetch', async () => {
  const { web, fetched, check } = world();
  web.set(URL, issuing.revocationList());
  await Promise.all(Array.from({ length: 50 }, () => check()));
  assert.equal(fetched.length, 1);
});

test('U-17 while no new list can be had the old one serves until its nextUpdate, then nothing is known', async () => {
  const { clock, web, fetched, check } = world();
  web.set(URL, issuing.revocationList({ nextUpdate: inHours(2) }));
  await check();
  web.delete(URL);
  clock.advance(REFRESH_MS);
  const old = await check();
  assert.ok(old.status === 'good' && old.goodUntil === clock.now() + RETRY_MS);
  assert.equal(fetched.length, 2);
  clock.advance(RETRY_MS - 1);
  await check();
  assert.equal(fetched.length, 2);
  clock.advance(REFRESH_MS);
  const gone = await check();
  assert.equal(gone.status, 'unavailable');
  web.set(URL, issuing.revocationList({ nextUpdate: inHours(9) }));
  clock.advance(RETRY_MS);
  assert.equal((await check()).status, 'good');
});

test('IP-6 a revoked certificate is told with its date and reason', async () => {
  const { web, check } = world();
  const lost = issuing.issue('lost', { keyFile });
  web.set(URL, issuing.revocationList());
  assert.equal((await check(lost.der)).status, 'good');
  issuing.revoke(lost, 'keyCompromise');
  const later = world();
  // The date of a revocation has whole seconds and is openssl's own now.
  later.clock.advance(60_000);
  later.web.set(URL, issuing.revocationList());
  const answer = await later.check(lost.der);
  assert.ok(answer.status === 'revoked' && answer.reason === 'keyCompromise');
  assert.ok(Math.abs(answer.revokedAt - start) < 60_000);
  assert.equal((await later.check()).status, 'good');
});

test('IP-6 lists that prove nothing: out of date, of another authority, changed, or no list at all', async () => {
  const list = issuing.revocationList();
  const changed = Buffer.from(list);
  changed[changed.length - 1] = (changed[changed.length - 1] ?? 0) ^ 1;
  const useless: readonly [RegExp, Buffer][] = [
    [/out of date/, issuing.revocationList({ lastUpdate: inHours(-2), nextUpdate: inHours(-1) })],
    [/not valid yet/, issuing.revocationList({ lastUpdate: inHours(1), nextUpdate: inHours(2) })],
    [/another authority/, root.revocationList()],
    [/not signed/, changed],
    [/not a revocation list/, Buffer.from('<html>non trovato</html>')],
    [/not a revocation list/, list.subarray(0, 100)],
  ];
  for (const [expected, octets] of useless) {
    const { web, check } = world();
    web.set(URL, octets);
    const answer = await check();
    assert.ok(answer.status === 'unavailable', String(expected));
    assert.match(answer.detail, expected);
  }
});

test('an authority that may not sign lists is not heard', async () => {
  const mute = root.authority('mute', ['basicConstraints=critical,CA:true', 'keyUsage=critical,keyCertSign']);
  const { web, check } = world();
  web.set(URL, mute.revocationList());
  const answer = await check(mute.issue('below-mute', { keyFile }).der, certificateOf(mute.der));
  assert.equal(answer.status, 'unavailable');
});

test('ldap: URLs are passed over, further URLs and files are tried', async () => {
  const { web, fetched, check } = world();
  web.set('http://crl.test/root.crl', root.revocationList());
  assert.equal((await check(issuing.der, certificateOf(root.der))).status, 'good');
  assert.deepEqual(fetched, ['http://crl.test/root.crl']);
  const onlyLdap = issuing.issue('ldap', {
    keyFile,
    extensions: profileExtensions({ crlUrl: 'ldap://ldap.test/x' }),
  });
  assert.equal((await check(onlyLdap.der)).status, 'unavailable');
  const pem = `-----BEGIN X509 CRL-----\n${issuing.revocationList().toString('base64')}\n-----END X509 CRL-----\n`;
  const readFile = async (path: string): Promise<Buffer> => {
    assert.equal(path, '/etc/issuing.crl');
    return Buffer.from(pem);
  };
  const local = world({ files: ['/etc/issuing.crl'], readFile });
  assert.equal((await local.check(onlyLdap.der)).status, 'good');
});

test('where no list is published there is nothing to ask', async () => {
  const { check, fetched } = world();
  const none = issuing.issue('none', { keyFile, extensions: profileExtensions({ crlUrl: null }) });
  const answer = await check(none.der);
  assert.ok(answer.status === 'good' && answer.crlNumber === null);
  assert.deepEqual(fetched, []);
  assert.equal(certificate.crlUrls.length, 1);
  const authority = root.authority('unlisted', authorityExtensions());
  assert.equal((await check(authority.der, certificateOf(root.der))).status, 'good');
});

test('a failed fetch is reported with its location', async () => {
  const failures: string[] = [];
  const { check } = world({ onFailure: (location, error) => failures.push(`${location} ${String(error)}`) });
  await check();
  assert.deepEqual(failures, [`${URL} Error: HTTP 404`]);
});
