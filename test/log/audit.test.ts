// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditLog } from '../../src/evidence/certification-log/log-audit.ts';
import type { LogFinding } from '../../src/evidence/certification-log/log-findings.ts';
import type { NewLogRecord } from '../../src/evidence/certification-log/log-store.ts';
import { readSeal, writeSeal } from '../../src/evidence/certification-log/seal.ts';
import type {
  RecordText,
  SealedLogReader,
  StoredSeal,
} from '../../src/evidence/certification-log/sealed-log-store.ts';
import { checks, SealedHouse } from './sealed-house.ts';

const house = new SealedHouse();
for (const count of [300, 200, 100]) {
  await house.record(count);
  await house.pass(24);
}
await house.record(20);
const { store } = house;
const RECORDS = store.listRecordTexts(1, 10_000);
const SEALS = store.listSeals(1, 100);

/** The log as somebody may have left it who can write into the store. */
function damaged(what: {
  readonly records?: readonly RecordText[];
  readonly seals?: readonly StoredSeal[];
  readonly leaf?: { readonly sequence: number; readonly hash: Buffer };
}): SealedLogReader {
  const { records = RECORDS, seals = SEALS, leaf } = what;
  return {
    listRecordTexts: (from, limit) => records.filter(({ sequence }) => sequence >= from).slice(0, limit),
    listSeals: (from, limit) => seals.filter(({ number }) => number >= from).slice(0, limit),
    lastSeal: () => seals.at(-1),
    findSealOf: (sequence) => seals.find(({ size }) => size >= sequence),
    forgottenUpTo: () => 0,
    treeSize: () => store.treeSize(),
    node: (level, index) => store.node(level, index),
    leavesOf: (block) => {
      const leaves = store.leavesOf(block);
      if (leaf === undefined || leaves === undefined || Math.floor((leaf.sequence - 1) / 256) !== block)
        return leaves;
      const changed = Buffer.from(leaves);
      leaf.hash.copy(changed, ((leaf.sequence - 1) % 256) * 32);
      return changed;
    },
  };
}

async function found(what: Parameters<typeof damaged>[0]): Promise<readonly LogFinding[]> {
  return (await auditLog(damaged(what), checks)).findings;
}

function withText(sequence: number, text: string): RecordText[] {
  return RECORDS.map((record) => (record.sequence === sequence ? { ...record, text } : record));
}

function textOf(sequence: number): string {
  return RECORDS[sequence - 1]?.text ?? assert.fail();
}

test('LOG-7 an untouched log has no findings', async () => {
  const audit = await auditLog(damaged({}), checks);
  assert.deepEqual(audit, { findings: [], records: 620, unsealed: 20, seals: 3, forgottenUpTo: 0 });
});

test('LOG-7 any field of a record that is changed, taken away or added is found, and which record it is', async () => {
  const record = JSON.parse(textOf(310)) as NewLogRecord;
  const other: Record<keyof NewLogRecord, unknown> = {
    instant: record.instant + 1,
    event: 'delivery-receipt-emitted',
    identifier: 'opec999@alfa.test',
    messageId: '<altro@client.test>',
    sender: 'sindaco@comune.alfa.test',
    recipients: ['ditta@beta.test'],
    subject: 'Pratica n. 311',
    recipient: 'ufficio@beta.test',
    generated: [],
    digests: ['0'.repeat(64)],
    original: '0'.repeat(64),
    provider: 'Gestore Beta S.r.l.',
    detail: { size: '5001' },
  };
  assert.deepEqual(Object.keys(other).sort(), Object.keys(record).sort(), 'every field is tried');
  for (const [name, value] of Object.entries(other)) {
    const changed = JSON.stringify({ ...record, [name]: value });
    assert.deepEqual(await found({ records: withText(310, changed) }), [
      { code: 'record-changed', sequence: 310 },
    ]);
    const { [name as keyof NewLogRecord]: _, ...less } = record;
    assert.deepEqual(await found({ records: withText(310, JSON.stringify(less)) }), [
      { code: 'record-changed', sequence: 310 },
    ]);
  }
  // The same fields in another order are not the octets that were recorded.
  const turned = JSON.stringify(Object.fromEntries(Object.entries(record).reverse()));
  assert.equal((await found({ records: withText(310, turned) })).length, 1);
});

test('LOG-7 missing records are named: the first, one within, the last sealed one, several', async () => {
  for (const gone of [[1], [256], [257], [600], [299, 300, 301]]) {
    assert.deepEqual(
      await found({ records: RECORDS.filter(({ sequence }) => !gone.includes(sequence)) }),
      gone.map((sequence) => ({ code: 'record-missing', sequence })),
    );
  }
  const all = await found({ records: [] });
  assert.deepEqual([all.length, all[0]], [600, { code: 'record-missing', sequence: 1 }]);
});

test('LOG-7 a record taken out while those after it were moved up is named', async () => {
  const records = RECORDS.filter(({ sequence }) => sequence !== 280).map((record, place) => ({
    ...record,
    sequence: place + 1,
  }));
  assert.deepEqual(await found({ records }), [{ code: 'record-missing', sequence: 280 }]);
});

test('LOG-7 a record put in while those after it were moved down is named', async () => {
  const added = { ...(RECORDS[99] ?? assert.fail()), text: textOf(100).replace('Pratica', 'Altra pratica') };
  const records = [...RECORDS.slice(0, 280), added, ...RECORDS.slice(280)].map((record, place) => ({
    ...record,
    sequence: place + 1,
  }));
  assert.deepEqual(await found({ records }), [{ code: 'record-added', sequence: 281 }]);
});

test('LOG-7 two records that changed places are named together', async () => {
  const records = withText(20, textOf(290)).map((record) =>
    record.sequence === 290 ? { ...record, text: textOf(20) } : record,
  );
  assert.deepEqual(await found({ records }), [{ code: 'records-swapped', sequence: 20, other: 290 }]);
});

test('damage of the stored hashes alone is told apart from damage of the records', async () => {
  assert.deepEqual(await found({ leaf: { sequence: 400, hash: Buffer.alloc(32) } }), [
    { code: 'tree-damaged', from: 301, to: 500 },
  ]);
});

test('a record changed together with its stored hash does not lead to the sealed root', async () => {
  const { recordLeaf } = await import('../../src/evidence/certification-log/log-tree.ts');
  const text = textOf(400).replace('Pratica', 'Multa');
  const findings = await found({
    records: withText(400, text),
    leaf: { sequence: 400, hash: recordLeaf({ sequence: 400, text }) },
  });
  assert.deepEqual(findings[0], { code: 'root-differs', seal: 2, from: 301, to: 500 });
});

test('what no seal covers yet is judged by the hashes that are kept', async () => {
  await house.sealing.work();
  assert.ok(store.treeSize() >= 512);
  assert.deepEqual(
    await found({ records: withText(610, '{}') }),
    [],
    'its block is not full: nothing is kept of it',
  );
});

test('LOG-5 any field of a seal that is changed is found, and which seal it is', async () => {
  const [, second] = SEALS;
  assert.ok(second !== undefined);
  const opened = await checks.openSeal(second.signed);
  const seal = (opened.ok ? readSeal(opened.text) : undefined) ?? assert.fail();
  const signed = (text: Buffer) => Buffer.concat([Buffer.from('signed:'), text]);
  const stamped = (octets: Buffer) => Buffer.concat([Buffer.from('stamped:'), octets]);
  const changes = [
    { number: 9 },
    { day: '2026-11-21' },
    { first: 300 },
    { size: 499 },
    { root: Buffer.alloc(32) },
    { previous: Buffer.alloc(32) },
    { closedAt: seal.closedAt + 1000 },
  ];
  for (const change of changes) {
    // Even signed and stamped anew: it no longer fits where it is kept, or to what it seals.
    const octets = signed(writeSeal({ ...seal, ...change }));
    const seals = SEALS.map((one) =>
      one.number === 2 ? { ...one, signed: octets, token: stamped(octets) } : one,
    );
    const findings = await found({ seals });
    const named = findings.filter((finding) => 'seal' in finding && finding.seal === 2);
    assert.ok(named.length > 0, `${JSON.stringify(change)}: ${JSON.stringify(findings)}`);
    // The one after it follows another.
    assert.ok(findings.some((finding) => finding.code === 'seal-broken' && finding.seal === 3));
  }
  const provider = signed(writeSeal({ ...seal, provider: 'Altri' }));
  const seals = SEALS.map((one) =>
    one.number === 2 ? { ...one, signed: provider, token: stamped(provider) } : one,
  );
  assert.deepEqual(
    (await found({ seals })).map(({ code }) => code),
    ['seal-broken'],
  );
});

test('LOG-5 broken signatures and stamps, missing seals and stamps are found', async () => {
  const change = (more: Partial<StoredSeal>) =>
    SEALS.map((one) => (one.number === 2 ? { ...one, ...more } : one));
  const broken = await found({ seals: change({ signed: Buffer.from('forged:') }) });
  assert.deepEqual(broken[0], { code: 'seal-broken', seal: 2, reason: 'the signature does not hold' });
  assert.deepEqual(await found({ seals: change({ token: Buffer.from('other') }) }), [
    { code: 'stamp-broken', seal: 2, reason: 'the time stamp is of something else' },
  ]);
  const { token: _, ...bare } = SEALS[1] ?? assert.fail();
  assert.deepEqual(await found({ seals: SEALS.map((one) => (one.number === 2 ? bare : one)) }), [
    { code: 'stamp-missing', seal: 2 },
  ]);
  assert.deepEqual(await found({ seals: SEALS.filter(({ number }) => number !== 2) }), [
    { code: 'seal-missing', seal: 2 },
  ]);
});
