// SPDX-License-Identifier: EUPL-1.2
import { hash } from 'node:crypto';

/** Octets of every hash of the tree: SHA-256. */
export const TREE_HASH_BYTES = 32;

const LEAF = '\u0000';
/** The octet 0x01 and two hashes; filled anew for each node, and read before anybody else can fill it. */
const NODE = Buffer.alloc(1 + 2 * TREE_HASH_BYTES, 0x01);

/** RFC 9162 section 2.1.1: the hash of a leaf, from what it stands for: text, as UTF-8. */
export function leafHash(text: string): Buffer {
  return hash('sha256', LEAF + text, 'buffer');
}

/** RFC 9162 section 2.1.1: the hash of an inner node, from those of its children. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  // A proof that somebody else made may hold anything.
  if (left.length !== TREE_HASH_BYTES || right.length !== TREE_HASH_BYTES)
    return sha256(Buffer.concat([NODE.subarray(0, 1), left, right]));
  NODE.set(left, 1);
  NODE.set(right, 1 + TREE_HASH_BYTES);
  return sha256(NODE);
}

/** Where complete subtrees are had from. */
export interface TreeNodes {
  /**
   * The hash over the leaves from `index * 2 ** level` on, 2 ** level of them; level 0 is the leaves. Only asked for
   * subtrees that are full. Throws when it has none.
   */
  node(level: number, index: number): Buffer;
}

/** RFC 9162 section 2.1.1: the root over the first `size` leaves. */
export function treeRoot(nodes: TreeNodes, size: number): Buffer {
  return size === 0 ? sha256(Buffer.alloc(0)) : rangeHash(nodes, { start: 0, size });
}

/** RFC 9162 section 2.1.3.1: what proves that leaf `index` is in the tree of `size` leaves; bottom first. */
export function inclusionProof(nodes: TreeNodes, { index, size }: { index: number; size: number }): Buffer[] {
  if (!(index >= 0 && index < size)) throw new RangeError(`no leaf ${index} in a tree of ${size}`);
  const proof: Buffer[] = [];
  let range: Range = { start: 0, size };
  while (range.size > 1) {
    const { left, right } = halves(range);
    const goesLeft = index < right.start;
    proof.push(rangeHash(nodes, goesLeft ? right : left));
    range = goesLeft ? left : right;
  }
  return proof.reverse();
}

/** RFC 9162 section 2.1.4.1: what proves that the tree of `newSize` leaves begins with that of `oldSize`. */
export function consistencyProof(
  nodes: TreeNodes,
  { oldSize, newSize }: { oldSize: number; newSize: number },
): Buffer[] {
  if (!(oldSize > 0 && oldSize <= newSize))
    throw new RangeError(`no tree of ${oldSize} in one of ${newSize}`);
  const proof: Buffer[] = [];
  let range: Range = { start: 0, size: newSize };
  while (range.start + range.size > oldSize) {
    const { left, right } = halves(range);
    const goesLeft = oldSize <= right.start;
    proof.push(rangeHash(nodes, goesLeft ? right : left));
    range = goesLeft ? left : right;
  }
  // The verifier has the old root already, and it is the left edge when nothing was cut off.
  if (range.start > 0) proof.push(rangeHash(nodes, range));
  return proof.reverse();
}

export interface InclusionClaim {
  readonly leaf: Uint8Array;
  readonly index: number;
  readonly size: number;
  readonly proof: readonly Uint8Array[];
  readonly root: Uint8Array;
}

/** RFC 9162 section 2.1.3.2. */
export function includes({ leaf, index, size, proof, root }: InclusionClaim): boolean {
  if (!isCount(index) || !isCount(size) || index >= size) return false;
  let [node, last] = [index, size - 1];
  let hashed: Buffer = Buffer.from(leaf);
  for (const sibling of proof) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hashed = nodeHash(sibling, hashed);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      hashed = nodeHash(hashed, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && hashed.equals(root);
}

export interface ConsistencyClaim {
  readonly oldSize: number;
  readonly newSize: number;
  readonly oldRoot: Uint8Array;
  readonly newRoot: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/** RFC 9162 section 2.1.4.2. */
export function extendsTree({ oldSize, newSize, oldRoot, newRoot, proof }: ConsistencyClaim): boolean {
  if (!isCount(oldSize) || !isCount(newSize) || oldSize === 0 || oldSize > newSize) return false;
  if (oldSize === newSize) return proof.length === 0 && Buffer.from(oldRoot).equals(newRoot);
  let [node, last] = [oldSize - 1, newSize - 1];
  while (node % 2 === 1) [node, last] = [half(node), half(last)];
  const path = node === 0 ? [oldRoot, ...proof] : proof;
  const [first, ...rest] = path;
  if (first === undefined) return false;
  let oldHash: Buffer = Buffer.from(first);
  let newHash = oldHash;
  for (const sibling of rest) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      oldHash = nodeHash(sibling, oldHash);
      newHash = nodeHash(sibling, newHash);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      newHash = nodeHash(newHash, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && oldHash.equals(oldRoot) && newHash.equals(newRoot);
}

interface Range {
  readonly start: number;
  readonly size: number;
}

/** The hash over a range that the recursion of RFC 9162 leads to. */
function rangeHash(nodes: TreeNodes, range: Range): Buffer {
  const level = Math.log2(range.size);
  if (Number.isInteger(level)) return nodes.node(level, range.start / range.size);
  const { left, right } = halves(range);
  return nodeHash(rangeHash(nodes, left), rangeHash(nodes, right));
}

/** The left half is the largest power of two that is smaller than the whole. */
function halves({ start, size }: Range): { left: Range; right: Range } {
  const k = 2 ** Math.ceil(Math.log2(size) - 1);
  return { left: { start, size: k }, right: { start: start + k, size: size - k } };
}

function half(value: number): number {
  return Math.floor(value / 2);
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function sha256(octets: Uint8Array): Buffer {
  return hash('sha256', octets, 'buffer');
}
