// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { growTree, LogTree, recordLeaf } from '../../src/evidence/certification-log/log-tree.ts';
import { includes, inclusionProof, treeRoot } from '../../src/evidence/certification-log/merkle-tree.ts';
import type { LogAct } from '../../src/evidence/certification-log/sealed-log-store.ts';
import type { HouseStore } from '../../src/mailroom/steps/house-store.ts';
import { ENGINES } from './engines.ts';
import { logRecord, NOW, step } from './steps.ts';

async function record(store: HouseStore, count: number): Promise<void> {
  const from = store.lastSequence();
  const acts = Array.from({ length: count }, (_, place) => {
    const fields = { instant: NOW + from + place, subject: `Oggetto n. ${from + place + 1}` };
    return { do: 'record', record: { ...logRecord(), ...fields } } as const;
  });
  await store.commit(step(acts));
}

async function grow(store: HouseStore): Promise<void> {
  const size = store.treeSize();
  const leaves = store.listRecordTexts(size + 1, 10_000).map(recordLeaf);
  await store.commit(step([{ do: 'grow-log', ...growTree(store, { size, leaves }) }]));
}

function seal(number: number, { first, size }: { first: number; size: number }): LogAct {
  const signed = Buffer.from(`seal ${number}`);
  return { do: 'seal-log', seal: { number, day: `2026-11-2${number}`, first, size, closedAt: NOW, signed } };
}

const malformed = { name: 'Fault', code: 'step-malformed' };

for (const engine of ENGINES) {
  describe(`sealed log, ${engine.name}`, () => {
    test('records come back to the octet, and each is proved to be in the tree that grew over them', async (t) => {
      const store = await engine.open(t);
      for (const count of [3, 252, 1, 300, 200]) {
        await record(store, count);
        await grow(store);
        assert.equal(store.treeSize(), store.lastSequence());
      }
      const texts = store.listRecordTexts(1, 1000);
      assert.equal(texts.length, 756);
      assert.deepEqual(JSON.parse(texts[9]?.text ?? ''), {
        ...logRecord(),
        instant: NOW + 9,
        subject: 'Oggetto n. 10',
      });
      assert.equal(texts[9]?.instant, NOW + 9);
      const tree = new LogTree(store);
      const [size, root] = [756, treeRoot(tree, 756)];
      for (const index of [0, 1, 254, 255, 256, 511, 512, 700, 755]) {
        const leaf = recordLeaf(texts[index] ?? assert.fail());
        assert.deepEqual(tree.leaf(index + 1), leaf);
        assert.ok(includes({ leaf, index, size, proof: inclusionProof(tree, { index, size }), root }));
      }
    });

    test('seals come in order, take one time stamp, and are never replaced', async (t) => {
      const store = await engine.open(t);
      assert.equal(store.lastSeal(), undefined);
      assert.equal(store.treeSize(), 0);
      await record(store, 5);
      await grow(store);
      await store.commit(step([seal(1, { first: 1, size: 2 }), seal(2, { first: 3, size: 5 })]));
      assert.deepEqual(
        [1, 2, 3, 5, 6].map((sequence) => store.findSealOf(sequence)?.number),
        [1, 1, 2, 2, undefined],
      );
      assert.equal(store.lastSeal()?.number, 2);
      assert.equal(store.lastSeal()?.token, undefined);
      await store.commit(step([{ do: 'stamp-seal', number: 2, token: Buffer.from('first') }]));
      await store.commit(step([{ do: 'stamp-seal', number: 2, token: Buffer.from('second') }]));
      assert.deepEqual(Buffer.from(store.lastSeal()?.token ?? []).toString(), 'first');
      await assert.rejects(store.commit(step([seal(2, { first: 3, size: 5 })])), malformed);
      const numbers = (from: number, limit: number) =>
        store.listSeals(from, limit).map(({ number }) => number);
      assert.deepEqual([numbers(1, 9), numbers(2, 9), numbers(1, 1)], [[1, 2], [2], [1]]);
    });

    test('LOG-3 records go by whole seals only; what stays is proved as before', async (t) => {
      const store = await engine.open(t);
      await record(store, 700);
      await grow(store);
      await store.commit(step([seal(1, { first: 1, size: 600 }), seal(2, { first: 601, size: 700 })]));
      const tree = new LogTree(store);
      const before = inclusionProof(tree, { index: 650, size: 700 });
      await assert.rejects(store.commit(step([{ do: 'forget-records', upTo: 599 }])), malformed);
      assert.equal(store.listRecords(1, 1)[0]?.sequence, 1);
      await store.commit(step([{ do: 'forget-records', upTo: 600 }]));
      assert.equal(store.forgottenUpTo(), 600);
      assert.equal(store.listRecords(1, 1)[0]?.sequence, 601);
      assert.equal(store.lastSequence(), 700);
      assert.deepEqual(inclusionProof(new LogTree(store), { index: 650, size: 700 }), before);
      assert.equal(store.leavesOf(0), undefined);
      await record(store, 100);
      await grow(store);
      assert.equal(store.treeSize(), 800);
      assert.equal(store.listSeals(1, 9).length, 2);
    });

    test('a log that was forgotten to its end goes on where it was', async (t) => {
      const store = await engine.open(t);
      await record(store, 512);
      await grow(store);
      await store.commit(step([seal(1, { first: 1, size: 512 })]));
      await store.commit(step([{ do: 'forget-records', upTo: 512 }]));
      assert.deepEqual([store.treeSize(), store.lastSequence()], [512, 512]);
      await record(store, 1);
      await grow(store);
      assert.deepEqual([store.treeSize(), store.listRecords(1, 9)[0]?.sequence], [513, 513]);
    });
  });
}
