// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  consistencyProof,
  extendsTree,
  includes,
  inclusionProof,
  leafHash,
  nodeHash,
  type TreeNodes,
  treeRoot,
} from './merkle-tree.ts';

const leaves = Array.from({ length: 70 }, (_, index) => leafHash(`record ${index}`));

/** MTH as RFC 9162 section 2.1.1 spells it, over a list. */
function definition(list: readonly Buffer[]): Buffer {
  const [only] = list;
  if (only === undefined) return createHash('sha256').digest();
  if (list.length === 1) return only;
  let k = 1;
  while (k * 2 < list.length) k *= 2;
  return nodeHash(definition(list.slice(0, k)), definition(list.slice(k)));
}

const nodes: TreeNodes = {
  node: (level, index) => {
    const width = 2 ** level;
    const list = leaves.slice(index * width, (index + 1) * width);
    assert.equal(list.length, width, 'only full subtrees are asked for');
    return definition(list);
  },
};

const sizes = fc.integer({ min: 1, max: leaves.length });

test('leaves and nodes are hashed apart, as RFC 9162 section 2.1.1 says', () => {
  const text = 'più abc';
  const expected = createHash('sha256').update(Buffer.of(0)).update(Buffer.from(text)).digest();
  assert.deepEqual(leafHash(text), expected);
  const [left, right] = [leafHash(text), leafHash('')];
  const parent = (one: Buffer, other: Buffer) =>
    createHash('sha256').update(Buffer.of(1)).update(one).update(other).digest();
  assert.deepEqual(nodeHash(left, right), parent(left, right));
  for (const short of [Buffer.alloc(0), left.subarray(1), Buffer.concat([left, right])]) {
    assert.deepEqual(nodeHash(short, right), parent(short, right));
    assert.deepEqual(nodeHash(left, short), parent(left, short));
  }
});

test('the root is that of the definition, for every size', () => {
  assert.equal(
    treeRoot(nodes, 0).toString('hex'),
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  );
  for (let size = 1; size <= leaves.length; size++)
    assert.deepEqual(treeRoot(nodes, size), definition(leaves.slice(0, size)), String(size));
});

test('each leaf of each tree is proved to be in it, and no other leaf at its place', () => {
  for (let size = 1; size <= 40; size++) {
    const root = treeRoot(nodes, size);
    for (let index = 0; index < size; index++) {
      const leaf = leaves[index] ?? assert.fail();
      const proof = inclusionProof(nodes, { index, size });
      assert.ok(includes({ leaf, index, size, proof, root }));
      const other = leaves[size] ?? assert.fail();
      assert.ok(!includes({ leaf: other, index, size, proof, root }));
      if (size > 1) assert.ok(!includes({ leaf, index: (index + 1) % size, size, proof, root }));
      assert.ok(!includes({ leaf, index, size: size * 2 + 1, proof, root }));
    }
  }
});

test('each tree is proved to begin with each smaller one, and with no other', () => {
  fc.assert(
    fc.property(sizes, sizes, sizes, (one, two, three) => {
      const [oldSize, newSize] = [Math.min(one, two), Math.max(one, two)];
      const proof = consistencyProof(nodes, { oldSize, newSize });
      const claim = {
        oldSize,
        newSize,
        oldRoot: treeRoot(nodes, oldSize),
        newRoot: treeRoot(nodes, newSize),
      };
      assert.ok(extendsTree({ ...claim, proof }));
      if (three !== oldSize) assert.ok(!extendsTree({ ...claim, proof, oldRoot: treeRoot(nodes, three) }));
      if (three !== newSize) assert.ok(!extendsTree({ ...claim, proof, newRoot: treeRoot(nodes, three) }));
    }),
  );
});

test('a proof with one bit changed, one hash more or one less proves nothing', () => {
  fc.assert(
    fc.property(sizes, fc.nat(), fc.nat(), fc.nat({ max: 255 }), (size, place, which, bit) => {
      const index = place % size;
      const proof = inclusionProof(nodes, { index, size });
      const claim = { leaf: leaves[index] ?? assert.fail(), index, size, root: treeRoot(nodes, size) };
      assert.ok(!includes({ ...claim, proof: [...proof, claim.leaf] }));
      if (proof.length === 0) return;
      assert.ok(!includes({ ...claim, proof: proof.slice(1) }));
      const changed = proof.map((hash) => Buffer.from(hash));
      const hash = changed[which % changed.length] ?? assert.fail();
      hash.writeUInt8(hash.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      assert.ok(!includes({ ...claim, proof: changed }));
    }),
  );
});

test('what is no tree is refused: no leaves, an index outside, sizes that are no counts', () => {
  assert.throws(() => inclusionProof(nodes, { index: 3, size: 3 }), RangeError);
  assert.throws(() => consistencyProof(nodes, { oldSize: 0, newSize: 3 }), RangeError);
  const [leaf] = leaves;
  assert.ok(leaf);
  for (const index of [-1, 0.5, Number.NaN, 1])
    assert.ok(!includes({ leaf, index, size: 1, proof: [], root: leaf }), String(index));
  for (const oldSize of [-1, 0, 0.5, 2])
    assert.ok(!extendsTree({ oldSize, newSize: 1, oldRoot: leaf, newRoot: leaf, proof: [] }));
});
