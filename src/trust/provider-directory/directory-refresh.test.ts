// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { FixedClock, systemClock } from '../../platform/clock.ts';
import { Fault } from '../../platform/faults.ts';
import { CountingIds } from '../../platform/ids.ts';
import type { Timers } from '../../platform/timers.ts';
import { Authority } from '../authority/authority.ts';
import { AuthorityServer } from '../authority/authority-server.ts';
import { writeIndex } from '../authority/index-writer.ts';
import { certificatePem, type Identity, identityPem, makeKeyPair } from '../authority/key-pair.ts';
import { MAX_INDEX_BYTES } from './directory-reader.ts';
import { type DirectoryAlarm, DirectoryRefresh, type DirectoryRefreshTerms } from './directory-refresh.ts';
import { FileSource } from './file-source.ts';
import { HttpsSource } from './https-source.ts';
import { LastGoodCopyFile } from './last-good-copy-file.ts';
import { ProviderDirectory } from './provider-directory.ts';

const HOUR_MS = 3_600_000;
const NOW = Date.parse('2027-03-01T10:00:00Z');

let folder: string;
let authority: Authority;
let provider: Identity;
const clock = new FixedClock(NOW);

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'directory-'));
  const [root, signing, tls, index] = await Promise.all([
    makeKeyPair('p-256'),
    makeKeyPair('p-256'),
    makeKeyPair('p-256'),
    makeKeyPair('rsa-2048'),
  ]);
  const terms = { clock, ids: new CountingIds(), name: 'Autorità', crlBaseUrl: 'http://127.0.0.1/crl' };
  authority = await Authority.create({ ...terms, keys: { root, signing, tls, index } });
  const names = { providerName: 'Alfa', serviceAddress: 'posta-certificata@alfa.test' };
  provider = await authority.issueProviderIdentity(names, { keyPair: index });
});

after(() => rm(folder, { recursive: true }));

/** A signed index in which Alfa manages these domains. */
function signedIndex(...domains: string[]): Promise<Buffer> {
  const record = {
    providerName: 'Alfa',
    mailReceipt: 'ricevute@alfa.test',
    certificates: [provider.certificate],
  };
  return authority.signIndex(
    writeIndex({ locationUrl: 'https://index.test/', providers: [{ ...record, managedDomains: domains }] }),
  );
}

/** A source that gives what it is told, or fails. */
class ToldSource {
  readonly name = 'told';
  next: Buffer | Error = new Error('nothing yet');
  fetches = 0;

  async fetch(): Promise<Buffer> {
    this.fetches++;
    if (this.next instanceof Error) throw this.next;
    return this.next;
  }
}

/** A copy in memory. */
class ToldCopy {
  kept: Buffer | undefined;
  failing = false;

  async load(): Promise<Buffer | undefined> {
    if (this.failing) throw new Fault('disk-gone', 'the disk is gone', { temporary: true });
    return this.kept;
  }

  async keep(p7m: Buffer): Promise<void> {
    if (this.failing) throw new Fault('disk-full', 'the disk is full', { temporary: true });
    this.kept = p7m;
  }
}

/** Timers that go off when told. */
class ToldTimers implements Timers {
  readonly waiting: { delayMs: number; run: () => void }[] = [];

  after(delayMs: number, run: () => void): () => void {
    const timer = { delayMs, run };
    this.waiting.push(timer);
    return () => void this.waiting.splice(this.waiting.indexOf(timer), 1);
  }

  async goOff(): Promise<void> {
    this.waiting.shift()?.run();
    await this.settled();
  }

  /** Waits until the loop has done its round and asked for the next. */
  async settled(): Promise<void> {
    while (this.waiting.length === 0) await setImmediate();
  }
}

function house(terms: Partial<DirectoryRefreshTerms> = {}) {
  const directory = new ProviderDirectory();
  const source = new ToldSource();
  const copy = new ToldCopy();
  const timers = new ToldTimers();
  const alarms: DirectoryAlarm[] = [];
  const updates: string[] = [];
  const watcher = {
    alarm: (alarm: DirectoryAlarm) => void alarms.push(alarm),
    updated: ({ from, to }: { from: { version: string }; to: { version: string } }) => {
      updates.push(`${from.version} > ${to.version}`);
    },
  };
  const authorities = [authority.indexCertificate];
  const refresh = new DirectoryRefresh({
    directory,
    source,
    copy,
    authorities,
    clock,
    timers,
    watcher,
    ...terms,
  });
  return { directory, source, copy, timers, alarms, updates, refresh };
}

test('DIR-16: a good index is switched to at once, and whoever holds the old one keeps it', async () => {
  const { directory, source, copy, updates, refresh } = house();
  const before = directory.current;
  source.next = await signedIndex('alfa.test');
  assert.equal(await refresh.refresh(), 'updated');
  assert.equal(before.findByDomain('alfa.test'), undefined);
  assert.equal(directory.current.findByDomain('alfa.test')?.providerName, 'Alfa');
  assert.deepEqual(copy.kept, source.next);
  assert.deepEqual(updates, [`none > ${directory.current.version}`]);
  assert.equal(refresh.lastRefreshAt, clock.now());
});

test('DIR-12: the same index again changes nothing', async () => {
  const { directory, source, updates, refresh } = house();
  source.next = await signedIndex('alfa.test');
  await refresh.refresh();
  const { current } = directory;
  assert.equal(await refresh.refresh(), 'unchanged');
  assert.equal(directory.current, current);
  assert.equal(updates.length, 1);
});

test('DIR-13: a bad index is an alarm, and the last good one stays', async () => {
  const { directory, source, copy, alarms, refresh } = house();
  const good = await signedIndex('alfa.test');
  source.next = good;
  await refresh.refresh();
  const { current } = directory;
  source.next = Buffer.from(good);
  source.next[source.next.indexOf('alfa.test')] = 0x41;
  assert.equal(await refresh.refresh(), 'refused');
  assert.equal(directory.current, current);
  assert.deepEqual(copy.kept, good);
  assert.deepEqual(alarms, [
    {
      kind: 'index-refused',
      source: 'told',
      problems: [{ reason: 'bad-signature', detail: 'digest-mismatch' }],
    },
  ]);
});

test('DIR-13: an index that cannot be had is an alarm, and a stale one another', async () => {
  const { directory, source, alarms, refresh } = house();
  source.next = await signedIndex('alfa.test');
  await refresh.refresh();
  const { current } = directory;
  source.next = new Error('no route');
  assert.equal(await refresh.refresh(), 'unreachable');
  assert.deepEqual(
    alarms.map(({ kind }) => kind),
    ['index-unreachable'],
  );
  clock.advance(48 * HOUR_MS);
  await refresh.refresh();
  assert.deepEqual(
    alarms.map(({ kind }) => kind),
    ['index-unreachable', 'index-unreachable', 'index-stale'],
  );
  assert.equal(directory.current, current);
});

test('a copy that cannot be kept does not hold back the index', async () => {
  const { directory, source, copy, alarms, refresh } = house();
  source.next = await signedIndex('alfa.test');
  copy.failing = true;
  assert.equal(await refresh.refresh(), 'updated');
  assert.ok(directory.current.findByDomain('alfa.test'));
  assert.deepEqual(
    alarms.map(({ kind }) => kind),
    ['copy-not-kept'],
  );
});

test('DIR-14: the copy is verified when it is restored', async () => {
  const good = house();
  good.copy.kept = await signedIndex('alfa.test');
  assert.equal(await good.refresh.restore(), true);
  assert.ok(good.directory.current.findByDomain('alfa.test'));
  const bad = house();
  bad.copy.kept = Buffer.from(good.copy.kept);
  bad.copy.kept[bad.copy.kept.indexOf('alfa.test')] = 0x41;
  assert.equal(await bad.refresh.restore(), false);
  assert.deepEqual(
    bad.alarms.map(({ kind }) => kind),
    ['copy-refused'],
  );
  const broken = house();
  broken.copy.failing = true;
  assert.equal(await broken.refresh.restore(), false);
  assert.deepEqual(
    broken.alarms.map(({ kind }) => kind),
    ['copy-unreadable'],
  );
  assert.equal(await house().refresh.restore(), false);
});

test('two refreshes at a time are one', async () => {
  const { source, refresh } = house();
  source.next = await signedIndex('alfa.test');
  await Promise.all([refresh.refresh(), refresh.refresh()]);
  assert.equal(source.fetches, 1);
});

test('DIR-12: it refreshes daily, sooner after a failure, until it is stopped', async () => {
  const { source, timers, refresh } = house();
  refresh.start();
  refresh.start();
  await timers.settled();
  assert.deepEqual(
    timers.waiting.map(({ delayMs }) => delayMs),
    [HOUR_MS / 4],
  );
  source.next = await signedIndex('alfa.test');
  await timers.goOff();
  assert.deepEqual(
    timers.waiting.map(({ delayMs }) => delayMs),
    [24 * HOUR_MS],
  );
  await timers.goOff();
  assert.deepEqual(
    timers.waiting.map(({ delayMs }) => delayMs),
    [24 * HOUR_MS],
  );
  assert.equal(source.fetches, 3);
  refresh.stop();
  assert.equal(timers.waiting.length, 0);
});

test("DIR-14, SEC-10: the copy on disk is its owner's, whole, and comes back", async () => {
  const path = join(folder, 'kept', 'index.p7m');
  const copy = new LastGoodCopyFile(path);
  assert.equal(await copy.load(), undefined);
  await copy.keep(Buffer.from('one'));
  await writeFile(`${path}.new`, 'left by a crash');
  await copy.keep(Buffer.from('two'));
  assert.deepEqual(await new LastGoodCopyFile(path).load(), Buffer.from('two'));
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.deepEqual(await readdir(join(folder, 'kept')), ['index.p7m']);
  await mkdir(join(folder, 'taken.p7m'));
  await assert.rejects(new LastGoodCopyFile(join(folder, 'taken.p7m')).keep(Buffer.from('x')), Fault);
});

test('a file source gives the file, and a fault when there is none or it is too large', async () => {
  const path = join(folder, 'source.p7m');
  await assert.rejects(new FileSource(path).fetch(), { code: 'provider-index-unavailable' });
  await writeFile(path, 'index');
  await chmod(path, 0o400);
  assert.deepEqual(await new FileSource(path).fetch(), await readFile(path));
  await writeFile(join(folder, 'large.p7m'), Buffer.alloc(MAX_INDEX_BYTES + 1));
  await assert.rejects(new FileSource(join(folder, 'large.p7m')).fetch(), {
    code: 'provider-index-unavailable',
  });
});

test('DIR-11: the index is downloaded with a client certificate from a server that is checked', async (t) => {
  const server = new AuthorityServer();
  t.after(() => server.close());
  // TLS asks the machine's clock, so these certificates are of today.
  const own = await Authority.create({ ...authority.parts, clock: systemClock });
  const names = { organization: 'Autorità', dns: ['localhost'], addresses: ['127.0.0.1'] };
  const ca = certificatePem(own.rootCertificate);
  const index = await signedIndex('alfa.test');
  let published = index;
  server.publishAuthority(own, () => published);
  const listening = {
    host: '127.0.0.1',
    port: 0,
    clientCa: ca,
    ...identityPem(await own.issueTlsServer(names)),
  };
  const url = await server.listenToLicensed(listening);
  const client = identityPem(await own.issueTlsClient(names));
  assert.deepEqual(await new HttpsSource({ url, ca, ...client }).fetch(), index);
  const otherCa = certificatePem(authority.parts.certificates.signing);
  const unavailable = { code: 'provider-index-unavailable' };
  await assert.rejects(new HttpsSource({ url, ...client, ca: otherCa }).fetch(), unavailable);
  await assert.rejects(new HttpsSource({ url: `${url}x`, ...client, ca }).fetch(), unavailable);
  const stranger = identityPem({ ...provider, privateKey: authority.parts.keys.index.privateKey });
  await assert.rejects(new HttpsSource({ url, ...stranger, ca }).fetch(), unavailable);
  published = Buffer.alloc(MAX_INDEX_BYTES + 1);
  await assert.rejects(new HttpsSource({ url, ca, ...client }).fetch(), unavailable);
  assert.throws(() => new HttpsSource({ url: 'http://127.0.0.1/', ca, ...client }), unavailable);
});
