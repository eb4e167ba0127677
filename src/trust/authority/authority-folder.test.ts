// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { FixedClock } from '../../platform/clock.ts';
import { CountingIds } from '../../platform/ids.ts';
import { readRevocationList } from '../../wire/cms/revocation-list.ts';
import { Authority } from './authority.ts';
import { loadAuthority, saveAuthority } from './authority-folder.ts';
import { loadIdentity, saveIdentity } from './identity-files.ts';
import { type Identity, makeKeyPair } from './key-pair.ts';

const clock = new FixedClock(Date.parse('2027-03-01T10:00:00Z'));
let folder: string;
let authority: Authority;
let client: Identity;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'authority-folder-'));
  // P-256 everywhere: these tests are about files, not about keys.
  const [root, signing, tls] = await Promise.all([
    makeKeyPair('p-256'),
    makeKeyPair('p-256'),
    makeKeyPair('p-256'),
  ]);
  const keys = { root, signing, tls, index: root };
  const terms = { clock, ids: new CountingIds(), name: 'Autorità', crlBaseUrl: 'http://127.0.0.1/crl', keys };
  authority = await Authority.create(terms);
  client = await authority.issueTlsClient({ organization: 'Gestore Alfa', dns: ['alfa.test'] });
});

after(() => rm(folder, { recursive: true }));

test('an Authority is the same after a restart, what it revoked included', async () => {
  const path = join(folder, 'same');
  authority.revoke(client.certificate, 'superseded');
  await saveAuthority(authority, path);
  const back = await loadAuthority(path, { clock, ids: new CountingIds('again') });
  assert.ok(back);
  assert.deepEqual(back.parts.certificates, authority.parts.certificates);
  assert.equal(back.parts.name, 'Autorità');
  assert.equal(back.issuers.tls.crlUrl, 'http://127.0.0.1/crl/tls.crl');
  const list = readRevocationList(await back.revocationList('tls'));
  assert.ok(list.ok);
  assert.deepEqual([...list.value.revoked.values()], [{ revokedAt: clock.now(), reason: 'superseded' }]);
  const issued = await back.issueTlsClient({ organization: 'Gestore Beta', dns: ['beta.test'] });
  assert.notDeepEqual(issued.certificate, client.certificate);
});

test('keys are for their owner only, and nothing half-written is left behind', async () => {
  const path = join(folder, 'modes');
  await saveAuthority(authority, path);
  await saveAuthority(authority, path);
  for (const name of ['root.key', 'signing.key', 'tls.key', 'index.key', 'authority.json']) {
    assert.equal((await stat(join(path, name))).mode & 0o777, 0o600, name);
  }
  await assert.rejects(stat(join(path, 'root.key.new')));
});

test('an identity comes back with its chain', async () => {
  await saveIdentity(client, join(folder, 'deep', 'er', 'client'));
  const back = await loadIdentity(join(folder, 'deep', 'er', 'client'));
  assert.deepEqual(back.certificate, client.certificate);
  assert.deepEqual(back.chain, client.chain);
  assert.ok(back.privateKey.equals(client.privateKey));
});

test('a folder without an Authority holds none', async () => {
  assert.equal(await loadAuthority(join(folder, 'nowhere'), { clock, ids: new CountingIds() }), undefined);
});

test('a broken folder is a fault that names it', async () => {
  const path = join(folder, 'broken');
  const broken = { code: 'authority-folder-unusable', message: new RegExp(path) };
  await saveAuthority(authority, path);
  const key = await readFile(join(path, 'tls.key'));
  await writeFile(join(path, 'tls.key'), await readFile(join(path, 'root.key')));
  await assert.rejects(loadAuthority(path, { clock, ids: new CountingIds() }), broken);
  await writeFile(join(path, 'tls.key'), key);
  for (const ledger of [
    '',
    '[]',
    '{"name":"a","crlBaseUrl":"b","revocations":{"root":[],"signing":[],"tls":[{}]}}',
  ]) {
    await writeFile(join(path, 'authority.json'), ledger);
    await assert.rejects(loadAuthority(path, { clock, ids: new CountingIds() }), broken);
  }
});
