// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  LOG_PROOF_LIMIT_BYTES,
  type LogProof,
  proveRecords,
  readLogProof,
  writeLogProof,
} from '../../src/evidence/certification-log/log-proof.ts';
import { checkLogProof, type LogProofProblem } from '../../src/evidence/certification-log/log-proof-check.ts';
import { recordLeaf } from '../../src/evidence/certification-log/log-tree.ts';
import { readSeal, type Seal, writeSeal } from '../../src/evidence/certification-log/seal.ts';
import { checks, SealedHouse } from './sealed-house.ts';

const house = new SealedHouse();
for (const count of [300, 200, 1, 70]) {
  await house.record(count);
  await house.pass(24);
}
await house.record(2);
const { store } = house;

function proofOf(...sequences: number[]): LogProof {
  const proving = proveRecords(store, sequences);
  assert.ok(proving.ok);
  return proving.proof;
}

const PROOF = proofOf(7, 8, 420);

async function problemOf(proof: LogProof): Promise<LogProofProblem | undefined> {
  const result = await checkLogProof(proof, checks);
  return result.ok ? undefined : result.problem;
}

/** The proof with one record changed. */
function withRecord(at: number, change: Partial<LogProof['records'][number]>): LogProof {
  const records = PROOF.records.map((record, place) => (place === at ? { ...record, ...change } : record));
  return { ...PROOF, records };
}

/** The proof with one seal changed. */
function withSeal(at: number, change: Partial<LogProof['seals'][number]>): LogProof {
  const seals = PROOF.seals.map((seal, place) => (place === at ? { ...seal, ...change } : seal));
  return { ...PROOF, seals };
}

/** A seal that says something else, signed and stamped again: as somebody may make it who has the key. */
function withForgedSeal(at: number, change: Partial<Seal>): LogProof {
  const seal = readSeal((PROOF.seals[at]?.signed ?? Buffer.alloc(0)).subarray('signed:'.length));
  assert.ok(seal !== undefined);
  const signed = Buffer.concat([Buffer.from('signed:'), writeSeal({ ...seal, ...change })]);
  return withSeal(at, { signed, token: Buffer.concat([Buffer.from('stamped:'), signed]) });
}

function flipped(octets: Buffer | undefined): Buffer {
  const changed = Buffer.from(octets ?? assert.fail());
  changed.writeUInt8(changed.readUInt8(0) ^ 0x01, 0);
  return changed;
}

test('LOG-1 every sealed record can be proved, from every day, and the proof survives being written', async () => {
  for (const sequence of [1, 2, 255, 256, 257, 300, 301, 500, 501, 502, 571]) {
    const read = readLogProof(Buffer.from(writeLogProof(proofOf(sequence))));
    assert.ok(read !== undefined);
    const result = await checkLogProof(read, checks);
    assert.ok(result.ok, `record ${sequence}`);
    assert.equal(result.provider, 'Gestore Alfa S.p.A.');
    assert.deepEqual(
      result.records.map(({ text }) => text),
      store.listRecordTexts(sequence, 1).map(({ text }) => text),
    );
    assert.equal(result.seals.at(-1)?.seal.number, 4);
  }
  assert.equal(await problemOf(PROOF), undefined);
  assert.deepEqual(
    PROOF.seals.map(({ number }) => number),
    [1, 2, 4],
  );
});

test('what has no seal, is not there or is gone has no proof', async () => {
  assert.deepEqual(proveRecords(store, [7, 572]), { ok: false, sequence: 572, why: 'unsealed' });
  assert.deepEqual(proveRecords(store, [574]), { ok: false, sequence: 574, why: 'unknown' });
  const changed = {
    ...{ node: store.node.bind(store), leavesOf: store.leavesOf.bind(store), treeSize: () => 571 },
    ...{ listSeals: store.listSeals.bind(store), findSealOf: store.findSealOf.bind(store) },
    ...{ lastSeal: () => store.lastSeal(), forgottenUpTo: () => 0 },
    listRecordTexts: (from: number, limit: number) =>
      store.listRecordTexts(from, limit).map((record) => ({ ...record, text: `${record.text} ` })),
  };
  assert.deepEqual(proveRecords(changed, [7]), { ok: false, sequence: 7, why: 'damaged' });
  const old = new SealedHouse();
  await old.record(300);
  await old.pass(24);
  await old.pass(24 * 31 * 31);
  await old.record(3);
  await old.pass(24);
  assert.deepEqual(proveRecords(old.store, [300]), { ok: false, sequence: 300, why: 'removed' });
  const kept = proveRecords(old.store, [302]);
  assert.ok(kept.ok && (await checkLogProof(kept.proof, checks)).ok);
});

test('LOG-7 a record whose text, number, leaf, seal or path is another one is found out', async () => {
  const [first] = PROOF.records;
  const text = first?.text.replace('Pratica n. 7', 'Pratica n. 9') ?? '';
  assert.notEqual(text, first?.text);
  assert.deepEqual(await problemOf(withRecord(0, { text })), { code: 'leaf-differs', sequence: 7 });
  assert.deepEqual(await problemOf(withRecord(0, { text, leaf: recordLeaf({ sequence: 7, text }) })), {
    code: 'not-included',
    sequence: 7,
    seal: 1,
  });
  assert.deepEqual(await problemOf(withRecord(0, { sequence: 9 })), { code: 'leaf-differs', sequence: 9 });
  const elsewhere = { sequence: 9, leaf: recordLeaf({ sequence: 9, text: first?.text ?? '' }) };
  assert.deepEqual(await problemOf(withRecord(0, elsewhere)), { code: 'not-included', sequence: 9, seal: 1 });
  assert.deepEqual(await problemOf(withRecord(0, { leaf: flipped(first?.leaf) })), {
    code: 'leaf-differs',
    sequence: 7,
  });
  assert.deepEqual(await problemOf(withRecord(0, { seal: 2 })), { code: 'other-day', sequence: 7, seal: 2 });
  assert.deepEqual(await problemOf(withRecord(0, { seal: 3 })), {
    code: 'seal-absent',
    sequence: 7,
    seal: 3,
  });
  const path = first?.inclusion ?? [];
  for (const [at, hash] of path.entries()) {
    const inclusion = path.with(at, flipped(hash));
    assert.equal((await problemOf(withRecord(0, { inclusion })))?.code, 'not-included');
  }
  assert.equal((await problemOf(withRecord(0, { inclusion: path.slice(1) })))?.code, 'not-included');
  assert.equal((await problemOf(withRecord(0, { inclusion: [...path, ...path] })))?.code, 'not-included');
});

test('LOG-7 a seal that is changed, renumbered, unsigned, unstamped or of another log is found out', async () => {
  const [first, second, last] = PROOF.seals;
  assert.ok(first !== undefined && second !== undefined && last !== undefined);
  const codeOf = async (proof: LogProof) => {
    const { code, ...rest } = (await problemOf(proof)) ?? { code: 'none' };
    return `${code} ${'seal' in rest ? rest.seal : ''} ${'reason' in rest ? rest.reason : ''}`.trimEnd();
  };
  assert.equal(
    await codeOf(withSeal(0, { signed: flipped(first.signed) })),
    'seal-broken 1 the signature does not hold',
  );
  const noSeal = Buffer.from('signed:qualcosa');
  assert.equal(await codeOf(withSeal(0, { signed: noSeal })), 'seal-broken 1 what is signed is not a seal');
  assert.equal(await codeOf(withSeal(1, { number: 3 })), 'seal-broken 3 it is seal 2');
  const { token: _, ...unstamped } = first;
  const without = { ...PROOF, seals: [unstamped, second, last] };
  assert.equal(await codeOf(without), 'stamp-missing 1');
  assert.equal(
    await codeOf(withSeal(0, { token: flipped(first.token) })),
    'stamp-broken 1 the time stamp is of something else',
  );
  assert.equal(
    await codeOf(withForgedSeal(1, { provider: 'Gestore Beta S.r.l.' })),
    'seal-broken 2 it is of Gestore Beta S.r.l., not of Gestore Alfa S.p.A.',
  );
  // Another history, properly signed: the last seal gives it away.
  for (const change of [{ root: Buffer.alloc(32, 7) }, { size: 299 }])
    assert.equal(await codeOf(withForgedSeal(0, change)), 'seals-inconsistent 1');
  assert.equal(await codeOf(withForgedSeal(2, { root: Buffer.alloc(32, 7) })), 'seals-inconsistent 1');
  for (const [at, hash] of first.consistency.entries())
    assert.equal(
      await codeOf(withSeal(0, { consistency: first.consistency.with(at, flipped(hash)) })),
      'seals-inconsistent 1',
    );
  assert.equal(await codeOf(withSeal(0, { consistency: [] })), 'seals-inconsistent 1');
  assert.equal(await codeOf(withSeal(2, { consistency: first.consistency })), 'seals-inconsistent 4');
});

test('the last seal may wait for its stamp, unless a record rests on it', async () => {
  const late = new SealedHouse();
  await late.record(3);
  await late.pass(24);
  late.stamps = false;
  await late.record(3);
  await late.pass(24);
  const [old, young] = [proveRecords(late.store, [1]), proveRecords(late.store, [4])];
  assert.ok(old.ok && young.ok);
  assert.equal(await problemOf(old.proof), undefined);
  assert.deepEqual(await problemOf(young.proof), { code: 'stamp-missing', seal: 2 });
});

test('what is no proof is not read: another format, hashes of another length, numbers that are none', () => {
  const written = writeLogProof(PROOF);
  assert.deepEqual(readLogProof(Buffer.from(written)), PROOF);
  const refused = (text: string) =>
    assert.equal(readLogProof(Buffer.from(text)), undefined, text.slice(0, 80));
  for (const text of ['', '{', '[]', 'null', '{}', '"ceralacca-log-proof/1"']) refused(text);
  const change = (from: string | RegExp, to: string) => {
    const changed = written.replace(from, to);
    assert.notEqual(changed, written);
    refused(changed);
  };
  change('log-proof/1', 'log-proof/2');
  change('"sequence": 7', '"sequence": 0');
  change('"sequence": 7', '"sequence": 7.5');
  change('"sequence": 7', '"sequence": "7"');
  change(/"leaf": "../, '"leaf": "');
  change(/"text": "/, '"text": {}, "x": "');
  change(/\\"event\\":\\"delivered\\"/, '\\"event\\":5');
  change(/\\"instant\\":\d+/, '\\"instant\\":1e40');
  change(/"text": "{/, '"text": "');
  change(/"signed": "/, '"signed": "?');
  change(/"token": "[^"]+"/, '"token": 5');
  change(/"number": 4/, '"number": 1');
  change(/"inclusion": \[/, '"inclusion": [[],');
  refused(JSON.stringify({ ...JSON.parse(written), records: [] }));
  refused(JSON.stringify({ ...JSON.parse(written), seals: [] }));
});

test('a proof has a size above which it is not read', () => {
  const written = Buffer.from(writeLogProof(PROOF));
  const padded = (bytes: number) => Buffer.concat([written, Buffer.alloc(bytes - written.length, ' ')]);
  assert.deepEqual(readLogProof(padded(LOG_PROOF_LIMIT_BYTES)), PROOF);
  assert.equal(readLogProof(padded(LOG_PROOF_LIMIT_BYTES + 1)), undefined);
});
