// SPDX-License-Identifier: EUPL-1.2
import { leafHash, nodeHash, TREE_HASH_BYTES, type TreeNodes } from './merkle-tree.ts';
import {
  LOG_BLOCK_LEAVES as BLOCK_LEAVES,
  type LeafBlock,
  type LogTreeReader,
  type TreeNode,
} from './sealed-log-store.ts';

/** The level of the subtree over a full block. */
export const BLOCK_LEVEL = Math.log2(BLOCK_LEAVES);

/**
 * The leaf of a record: its sequence number in decimal, LF, and the JSON of it as it is kept. With the number inside,
 * a record that moved is another one.
 */
export function recordLeaf({ sequence, text }: { sequence: number; text: string }): Buffer {
  return leafHash(`${sequence}\n${text}`);
}

/** The nodes of a stored tree, those below the blocks worked out from their leaves. */
export class LogTree implements TreeNodes {
  readonly #reader: LogTreeReader;
  #last: { block: number; levels: Buffer[] } | undefined;
  #leaves: { block: number; leaves: Buffer | undefined } | undefined;

  constructor(reader: LogTreeReader) {
    this.#reader = reader;
  }

  /** The hash of a record's leaf, or undefined when it is not kept. */
  leaf(sequence: number): Buffer | undefined {
    const index = sequence - 1;
    const leaves = this.#leavesOf(Math.floor(index / BLOCK_LEAVES));
    const start = (index % BLOCK_LEAVES) * TREE_HASH_BYTES;
    return leaves === undefined || leaves.length <= start
      ? undefined
      : leaves.subarray(start, start + TREE_HASH_BYTES);
  }

  /** Whoever walks along the records asks for the same block again and again; the last one may still grow. */
  #leavesOf(block: number): Buffer | undefined {
    const known = this.#leaves;
    if (known?.block === block && known.leaves?.length === BLOCK_LEAVES * TREE_HASH_BYTES)
      return known.leaves;
    const leaves = this.#reader.leavesOf(block);
    this.#leaves = { block, leaves };
    return leaves;
  }

  /** Throws when the store has not what the node is made of. */
  node(level: number, index: number): Buffer {
    const found = level >= BLOCK_LEVEL ? this.#reader.node(level, index) : this.#below(level, index);
    if (found === undefined) throw new Error(`the tree has no node ${index} at level ${level}`);
    return found;
  }

  #below(level: number, index: number): Buffer | undefined {
    const width = 2 ** (BLOCK_LEVEL - level);
    const hashes = this.#levelsOf(Math.floor(index / width))[level];
    const start = (index % width) * TREE_HASH_BYTES;
    return hashes === undefined || hashes.length < start + TREE_HASH_BYTES
      ? undefined
      : hashes.subarray(start, start + TREE_HASH_BYTES);
  }

  /** A proof asks for several nodes of the same block. */
  #levelsOf(block: number): Buffer[] {
    if (this.#last?.block !== block) {
      const leaves = this.#reader.leavesOf(block) ?? Buffer.alloc(0);
      this.#last = { block, levels: blockLevels(leaves) };
    }
    return this.#last.levels;
  }
}

/** The hashes of all full subtrees of a block, by level, those of a level one after the other. */
export function blockLevels(leaves: Buffer): Buffer[] {
  const levels = [leaves];
  for (let level = 1; level <= BLOCK_LEVEL; level++) {
    const below = levels[level - 1] ?? Buffer.alloc(0);
    const parents: Buffer[] = [];
    for (let at = 0; at + 2 * TREE_HASH_BYTES <= below.length; at += 2 * TREE_HASH_BYTES) {
      const middle = at + TREE_HASH_BYTES;
      parents.push(nodeHash(below.subarray(at, middle), below.subarray(middle, middle + TREE_HASH_BYTES)));
    }
    levels.push(Buffer.concat(parents));
  }
  return levels;
}

/** What a run of leaves adds to a stored tree. */
export interface TreeGrowth {
  readonly blocks: readonly LeafBlock[];
  readonly nodes: readonly TreeNode[];
}

/**
 * Adds leaves to the end of a stored tree of `size` leaves: the blocks they fill or begin, and each subtree they
 * complete. Nothing is stored: the caller keeps both together.
 */
export function growTree(
  reader: LogTreeReader,
  { size, leaves }: { size: number; leaves: readonly Buffer[] },
): TreeGrowth {
  const blocks: LeafBlock[] = [];
  const nodes: TreeNode[] = [];
  const grown = new Map<string, Buffer>();
  let taken = 0;
  while (taken < leaves.length) {
    const at = size + taken;
    const block = Math.floor(at / BLOCK_LEAVES);
    const begun = at % BLOCK_LEAVES;
    const some = leaves.slice(taken, taken + BLOCK_LEAVES - begun);
    taken += some.length;
    const before =
      begun === 0 ? Buffer.alloc(0) : reader.leavesOf(block)?.subarray(0, begun * TREE_HASH_BYTES);
    if (before?.length !== begun * TREE_HASH_BYTES)
      throw new Error(`block ${block} of the tree is not there`);
    const whole = { block, leaves: Buffer.concat([before, ...some]) };
    blocks.push(whole);
    if (whole.leaves.length < BLOCK_LEAVES * TREE_HASH_BYTES) break;
    let hash = blockLevels(whole.leaves)[BLOCK_LEVEL] ?? Buffer.alloc(0);
    let [level, index] = [BLOCK_LEVEL, block];
    for (;;) {
      nodes.push({ level, index, hash });
      grown.set(`${level} ${index}`, hash);
      if (index % 2 === 0) break;
      const left = grown.get(`${level} ${index - 1}`) ?? reader.node(level, index - 1);
      if (left === undefined) throw new Error(`the tree has no node ${index - 1} at level ${level}`);
      hash = nodeHash(left, hash);
      [level, index] = [level + 1, (index - 1) / 2];
    }
  }
  return { blocks, nodes };
}
