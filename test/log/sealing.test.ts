// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditLog } from '../../src/evidence/certification-log/log-audit.ts';
import { LogTree, recordLeaf } from '../../src/evidence/certification-log/log-tree.ts';
import {
  consistencyProof,
  extendsTree,
  includes,
  inclusionProof,
} from '../../src/evidence/certification-log/merkle-tree.ts';
import { readSeal, type Seal } from '../../src/evidence/certification-log/seal.ts';
import type { StoredSeal } from '../../src/evidence/certification-log/sealed-log-store.ts';
import { checks, HOUR_MS, SealedHouse } from './sealed-house.ts';

async function opened(stored: StoredSeal | undefined): Promise<Seal> {
  const result = await checks.openSeal(stored?.signed ?? assert.fail('no seal'));
  return (result.ok ? readSeal(result.text) : undefined) ?? assert.fail('no seal inside');
}

const clean = { findings: [], unsealed: 0, forgottenUpTo: 0 };

test('LOG-5 a day is closed by a signed and stamped seal soon after midnight', async () => {
  const house = new SealedHouse();
  await house.record(300);
  await house.pass(14);
  assert.equal(house.store.lastSeal(), undefined, 'it is midnight: what began before may still end');
  await house.pass(0.05);
  const seal = await opened(house.store.lastSeal());
  const { root: _, ...facts } = seal;
  assert.deepEqual(facts, {
    number: 1,
    provider: 'Gestore Alfa S.p.A.',
    day: '2026-11-22',
    first: 1,
    size: 300,
    closedAt: house.now,
  });
  assert.ok(house.store.lastSeal()?.token);
  assert.deepEqual(await auditLog(house.store, checks), { ...clean, records: 300, seals: 1 });
});

test('what is recorded after midnight stands in the next seal, which begins where the last one ended', async () => {
  const house = new SealedHouse();
  await house.record(10);
  house.now += 14 * HOUR_MS + 30_000;
  await house.record(5);
  await house.pass(0.1);
  await house.pass(24);
  const [first, second] = await Promise.all(house.store.listSeals(1, 9).map(opened));
  assert.deepEqual([first?.first, first?.size, first?.day], [1, 10, '2026-11-22']);
  assert.deepEqual([second?.first, second?.size, second?.day], [11, 15, '2026-11-23']);
});

test('days without records are sealed too, and days on which the provider stood still', async () => {
  const house = new SealedHouse();
  await house.record(1);
  await house.pass(24 * 3);
  assert.deepEqual(
    house.store.listSeals(1, 9).map(({ day, first, size }) => [day, first, size]),
    [
      ['2026-11-22', 1, 1],
      ['2026-11-23', 2, 1],
      ['2026-11-24', 2, 1],
    ],
  );
  assert.deepEqual(await auditLog(house.store, checks), { ...clean, records: 1, seals: 3 });
});

test('LOG-7 each record is proved to be in the seal of its day, and each seal to continue the one before', async () => {
  const house = new SealedHouse();
  for (const count of [1, 255, 400, 3]) {
    await house.record(count);
    await house.pass(24);
  }
  const tree = new LogTree(house.store);
  const seals = await Promise.all(house.store.listSeals(1, 9).map(opened));
  for (const sequence of [1, 2, 256, 257, 600, 659]) {
    const stored = house.store.findSealOf(sequence);
    const { size, root } = await opened(stored);
    const [text] = house.store.listRecordTexts(sequence, 1);
    const leaf = recordLeaf(text ?? assert.fail());
    const index = sequence - 1;
    assert.ok(includes({ leaf, index, size, root, proof: inclusionProof(tree, { index, size }) }));
  }
  for (const [place, newer] of seals.entries()) {
    const older = seals[place - 1];
    if (older === undefined) continue;
    const sizes = { oldSize: older.size, newSize: newer.size };
    const proof = consistencyProof(tree, sizes);
    assert.ok(extendsTree({ ...sizes, oldRoot: older.root, newRoot: newer.root, proof }));
  }
});

test('the tree grows in full blocks while the day lasts', async () => {
  const house = new SealedHouse();
  await house.record(1300);
  await house.sealing.work();
  assert.equal(house.store.treeSize(), 1280);
  assert.equal(house.store.lastSeal(), undefined);
});

test('LOG-5 a seal that could not be stamped is stamped later; a day without is an alert', async () => {
  const house = new SealedHouse();
  house.stamps = false;
  await house.record(3);
  await house.pass(15);
  assert.equal(house.store.lastSeal()?.token, undefined);
  assert.deepEqual(house.alerts.current(), []);
  await house.pass(24);
  assert.deepEqual(
    house.alerts.current().map(({ code, facts }) => [code, facts.seal]),
    [['log-not-stamped', 1]],
  );
  house.stamps = true;
  await house.pass(1);
  assert.deepEqual(house.alerts.current(), []);
  assert.deepEqual(await auditLog(house.store, checks), { ...clean, records: 3, seals: 2 });
});

test('a log that cannot be sealed is an alert, and is sealed when it can be again', async () => {
  const house = new SealedHouse();
  await house.record(3);
  const { sealing } = house;
  const listRecordTexts = house.store.listRecordTexts.bind(house.store);
  house.store.listRecordTexts = (from, limit) =>
    listRecordTexts(from, limit + 1)
      .filter((one) => one.sequence !== 2)
      .slice(0, limit);
  house.now += 15 * HOUR_MS;
  await assert.rejects(sealing.work(), { code: 'log-incomplete' });
  sealing.start();
  await sealing.work().catch(() => {});
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(
    house.alerts.current().map(({ code }) => code),
    ['log-not-sealed'],
  );
  house.store.listRecordTexts = listRecordTexts;
  house.timers.advance(60_000);
  await sealing.work();
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(house.alerts.current(), []);
  assert.equal(house.store.lastSeal()?.size, 3);
  await sealing[Symbol.asyncDispose]();
});

test('LOG-5 SIG-5 while the key does not sign no day is closed; then each day is, in order, with its own records', async () => {
  const house = new SealedHouse();
  await house.record(3);
  house.keyWorks = false;
  house.now += 15 * HOUR_MS;
  await assert.rejects(house.sealing.work(), { code: 'signing-key-unusable' });
  await house.record(2);
  house.now += 24 * HOUR_MS;
  await assert.rejects(house.sealing.work(), { code: 'signing-key-unusable' });
  assert.deepEqual(house.store.listSeals(1, 10), []);
  house.keyWorks = true;
  await house.sealing.work();
  assert.deepEqual(
    house.store.listSeals(1, 10).map(({ first, size }) => [first, size]),
    [
      [1, 3],
      [4, 5],
    ],
  );
});

test('LOG-3 records older than thirty months go by whole seals; seals stay, and what is left is proved', async () => {
  const house = new SealedHouse();
  await house.record(300);
  await house.pass(24);
  await house.record(200);
  await house.pass(24);
  // Thirty months after the end of the first day, and a moment more.
  house.now = Date.UTC(2029, 4, 22, 23, 3);
  await house.record(1);
  await house.sealing.work();
  assert.equal(house.store.forgottenUpTo(), 300);
  assert.equal(house.store.listRecords(1, 1)[0]?.sequence, 301);
  const { findings, records, forgottenUpTo, seals } = await auditLog(house.store, checks);
  assert.deepEqual({ findings, records, forgottenUpTo }, { findings: [], records: 201, forgottenUpTo: 300 });
  assert.ok(seals > 900);
  await house.pass(24);
  assert.equal(house.store.forgottenUpTo(), 500);
  assert.deepEqual((await auditLog(house.store, checks)).findings, []);
});

test('revocation lists are asked for once for each seal, again once it is stamped, and until they are had', async () => {
  const house = new SealedHouse();
  await house.record(1);
  await house.pass(14.1);
  await house.pass(1);
  assert.deepEqual(house.asked, [[1, true]]);
  house.stamps = false;
  await house.pass(24);
  await house.pass(0.1);
  house.stamps = true;
  await house.pass(0.1);
  await house.pass(0.1);
  assert.deepEqual(house.asked.slice(1), [
    [2, false],
    [2, false],
    [2, true],
  ]);
  house.uncovered = ['nobody answers'];
  await house.pass(24);
  const [alert] = house.alerts.current();
  assert.deepEqual(
    [alert?.code, alert?.facts],
    ['revocation-not-kept', { seal: 3, missing: ['nobody answers'] }],
  );
  assert.equal(house.store.lastSeal()?.number, 3, 'the day is sealed all the same');
  await house.pass(0.1);
  house.uncovered = [];
  await house.pass(0.1);
  assert.deepEqual(house.alerts.current(), []);
  assert.equal(house.asked.filter(([seal]) => seal === 3).length, 3);
});
