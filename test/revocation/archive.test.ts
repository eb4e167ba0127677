// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { after, test } from 'node:test';
import { silentJournal } from '../../src/platform/journal.ts';
import { ManualTimers } from '../../src/platform/timers.ts';
import { REFRESH_MS } from '../../src/trust/signing/crl-cache.ts';
import { issuerKey, RevocationArchive } from '../../src/trust/signing/revocation-archive.ts';
import { listsOver, RevocationSweep } from '../../src/trust/signing/revocation-sweep.ts';
import { GivenLists, readSpeaking, speakingLists } from '../../src/trust/signing/speaking-lists.ts';
import { certificateOf, TestProvider, temporaryFolder } from '../openssl/test-provider.ts';
import { ArchiveHouse, LIST_URL } from './archive-house.ts';

const provider = new TestProvider(temporaryFolder(after));
const { issuing, alfa } = provider;
const issuer = certificateOf(issuing.der);
const certificate = certificateOf(alfa.der);
const KEY = issuerKey(issuer.subject);
const HOUR_MS = 3_600_000;
/** Certificates of the test authority begin some time before this. */
const START = Math.floor(Date.now() / 1000) * 1000;

/** A list that was issued so many hours after the start and is in force for so many. */
function listFrom(hours: number, lasting: number): Buffer {
  const at = (more: number) => new Date(START + more * HOUR_MS);
  return issuing.revocationList({ lastUpdate: at(hours), nextUpdate: at(hours + lasting) });
}

const sha256 = (der: Buffer) => hash('sha256', der, 'hex');

/** Lets a provider meet each list at its issue, and ask about the certificate. */
async function meets(house: ArchiveHouse, lists: readonly (readonly [hours: number, der: Buffer])[]) {
  for (const [hours, der] of lists) {
    house.clock.advance(START + hours * HOUR_MS - house.clock.now());
    house.web.set(LIST_URL, der);
    await house.cache.check({ certificate, issuer, instant: house.clock.now() });
  }
  await house.archive.settled();
}

const kept = (house: ArchiveHouse) => house.store.listRevocationLists(KEY).map((list) => list.sha256);

test('a list that is relied on is kept, once, with its issuer and its times', async () => {
  const house = new ArchiveHouse(START);
  const der = listFrom(0, 24);
  await meets(house, [[0, der]]);
  await meets(house, [[2, der]]);
  const series = house.store.listRevocationLists(KEY)[0]?.series ?? '';
  assert.match(series, /^[0-9a-f]{64}$/);
  assert.deepEqual(house.store.listRevocationLists(KEY), [
    {
      sha256: sha256(der),
      issuer: KEY,
      series,
      thisUpdate: START,
      nextUpdate: START + 24 * HOUR_MS,
      obtainedAt: START,
    },
  ]);
  assert.deepEqual(house.store.revocationListOctets(sha256(der)), der);
});

test('a list that its issuer did not sign, or that has run out, is not kept', async () => {
  const house = new ArchiveHouse(START);
  const forged = Buffer.from(listFrom(0, 24));
  forged.writeUInt8(forged.readUInt8(forged.length - 1) ^ 1, forged.length - 1);
  await meets(house, [
    [0, forged],
    [2, listFrom(0, 1)],
  ]);
  assert.deepEqual(house.store.listRevocationIssuers(), []);
});

test('one list is kept for each period from thisUpdate to nextUpdate, and the newest', async () => {
  const house = new ArchiveHouse(START);
  // An authority that issues every two hours lists that last for six: 0 to 12.
  const lists = Array.from({ length: 7 }, (_, place) => [place * 2, listFrom(place * 2, 6)] as const);
  await meets(house, lists);
  const hours = house.store.listRevocationLists(KEY).map(({ thisUpdate }) => (thisUpdate - START) / HOUR_MS);
  assert.deepEqual(hours, [0, 6, 12]);
});

test('a list with an entry that neither its neighbours have is kept: put on hold, and released', async () => {
  const house = new ArchiveHouse(START);
  const [before, later] = [listFrom(0, 24), listFrom(4, 24)];
  issuing.revoke(issuing.issue('held', { keyFile: alfa.keyFile }), 'certificateHold');
  const between = listFrom(2, 24);
  await meets(house, [
    [0, before],
    [2, between],
    [4, later],
  ]);
  assert.deepEqual(kept(house), [before, between, later].map(sha256));
});

test('what cannot be kept holds up nobody, and is kept the next time it is had', async () => {
  const house = new ArchiveHouse(START);
  let full = true;
  const archive = new RevocationArchive({
    reader: house.store,
    commit: (acts) => (full ? Promise.reject(new Error('the disk is full')) : house.commit(acts)),
    clock: house.clock,
    journal: silentJournal,
  });
  const found = readSpeaking(listFrom(0, 24));
  assert.ok(found);
  archive.keep(found);
  await archive.settled();
  assert.deepEqual(kept(house), []);
  full = false;
  archive.keep(found);
  await archive.settled();
  assert.deepEqual(kept(house), [found.sha256]);
});

test('lists that come faster than they are kept are passed over above 64', async () => {
  const house = new ArchiveHouse(START);
  const lists = Array.from({ length: 3 }, (_, place) => readSpeaking(listFrom(place * 30, 24)));
  for (let place = 0; place < 66; place += 1) {
    const found = lists[place < 64 ? 0 : place - 63];
    assert.ok(found);
    house.archive.keep(found);
  }
  await house.archive.settled();
  assert.deepEqual(kept(house), [lists[0]?.sha256]);
});

test('the lists that speak of an instant: the earliest issued after it, then the latest before it', async () => {
  const house = new ArchiveHouse(START);
  const lists = [0, 24, 48].map((hours) => [hours, listFrom(hours, 24)] as const);
  await meets(house, lists);
  const [first, second, third] = lists.map(([, der]) => sha256(der));
  const at = (hours: number) =>
    speakingLists(house.store, { certificate, issuer, instant: START + hours * HOUR_MS }).map(
      (list) => list.sha256,
    );
  assert.deepEqual(at(-1), [first]);
  assert.deepEqual(at(0), [first]);
  assert.deepEqual(at(5), [second, first]);
  assert.deepEqual(at(30), [third, second]);
  assert.deepEqual(at(50), [third]);
  assert.deepEqual(at(73), []);
  const other = { certificate: issuer, issuer: certificateOf(provider.root.der), instant: START };
  assert.deepEqual(speakingLists(house.store, other), []);
});

test('a list of the same name that another key signed does not speak', async () => {
  const house = new ArchiveHouse(START);
  const other = new TestProvider(temporaryFolder(after));
  await meets(house, [[0, listFrom(0, 24)]]);
  const stranger = { certificate, issuer: certificateOf(other.issuing.der), instant: START + 1 };
  assert.equal(issuerKey(stranger.issuer.subject), KEY);
  assert.deepEqual(speakingLists(house.store, stranger), []);
});

test('a list issued after a certificate has expired does not speak of it', async () => {
  const house = new ArchiveHouse(START);
  const short = certificateOf(
    issuing.issue('short', { keyFile: alfa.keyFile, notAfter: new Date(START + 24 * HOUR_MS) }).der,
  );
  const late = listFrom(30, 24);
  await meets(house, [[30, late]]);
  const question = { issuer, instant: START + 2 * HOUR_MS };
  assert.deepEqual(speakingLists(house.store, { ...question, certificate: short }), []);
  assert.equal(speakingLists(house.store, { ...question, certificate })[0]?.sha256, sha256(late));
});

test('lists at hand judge as of the instant: good before the revocation, revoked after it, else unknown', async () => {
  const lost = issuing.issue('lost', { keyFile: alfa.keyFile });
  issuing.revoke(lost, 'keyCompromise');
  const list = readSpeaking(listFrom(5, 24));
  assert.ok(list);
  const given = new GivenLists([list]);
  const revokedAt = [...list.list.revoked.values()].at(-1)?.revokedAt ?? 0;
  const ask = (instant: number) => given.check({ certificate: certificateOf(lost.der), issuer, instant });
  assert.equal((await ask(revokedAt - 1000)).status, 'good');
  assert.deepEqual(await ask(revokedAt), {
    status: 'revoked',
    revokedAt,
    reason: 'keyCompromise',
    crlNumber: list.list.crlNumber,
  });
  assert.equal((await ask(START + 30 * HOUR_MS)).status, 'unavailable');
  const good = await given.check({ certificate, issuer, instant: START + HOUR_MS });
  assert.deepEqual(good, {
    status: 'good',
    crlNumber: list.list.crlNumber,
    goodUntil: START + 5 * HOUR_MS,
  });
});

test('LOG-3 lists go when nothing that is kept needs them', async () => {
  const house = new ArchiveHouse(START);
  const lists = [0, 24, 48, 72].map((hours) => [hours, listFrom(hours, 24)] as const);
  await meets(house, lists);
  const all = house.store.listRevocationLists(KEY);
  const over = (hours: number) => listsOver(all, START + hours * HOUR_MS).length;
  assert.deepEqual([0, 23, 24, 25, 49, 400].map(over), [0, 0, 1, 1, 2, 4]);
  const timers = new ManualTimers();
  using sweep = new RevocationSweep({
    reader: house.store,
    commit: (acts) => house.commit(acts),
    keptFrom: (now) => now - 30 * HOUR_MS,
    clock: house.clock,
    timers,
    journal: silentJournal,
  });
  await sweep.start();
  assert.deepEqual(
    kept(house),
    lists.slice(1).map(([, der]) => sha256(der)),
  );
  house.clock.advance(24 * HOUR_MS);
  timers.advance(24 * HOUR_MS);
  while (kept(house).length > 2) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(
    kept(house),
    lists.slice(2).map(([, der]) => sha256(der)),
  );
});

test('IP-7 an unchanged list, fetched again every hour, costs nothing', async () => {
  const house = new ArchiveHouse(START);
  const der = listFrom(0, 24);
  let commits = 0;
  house.store.onCommitted(() => (commits += 1));
  await meets(
    house,
    [0, 1, 2, 3].map((hour) => [(hour * REFRESH_MS) / HOUR_MS, der] as const),
  );
  assert.equal(commits, 1);
});
