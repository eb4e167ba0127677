// SPDX-License-Identifier: EUPL-1.2
import { nodeHash, type TreeNodes, treeRoot } from './merkle-tree.ts';

/** The right edge of a tree: enough to add leaves and to know the root, in memory that grows with the logarithm. */
export class TreeFrontier {
  /** Full subtrees from left to right; of a size each, largest first. */
  readonly #full: { readonly level: number; readonly hash: Buffer }[];

  constructor(full: readonly { readonly level: number; readonly hash: Buffer }[] = []) {
    this.#full = [...full];
  }

  /** That of the first `size` leaves of a tree. Throws what `node` throws. */
  static of(nodes: TreeNodes, size: number): TreeFrontier {
    const full: { level: number; hash: Buffer }[] = [];
    let start = 0;
    while (start < size) {
      const level = Math.floor(Math.log2(size - start));
      full.push({ level, hash: nodes.node(level, start / 2 ** level) });
      start += 2 ** level;
    }
    return new TreeFrontier(full);
  }

  /** The full subtrees it consists of, from left to right. */
  get subtrees(): readonly { readonly level: number; readonly hash: Buffer }[] {
    return [...this.#full];
  }

  add(leaf: Buffer): void {
    const full = this.#full;
    let added = { level: 0, hash: leaf };
    for (let left = full.at(-1); left?.level === added.level; left = full.at(-1)) {
      full.pop();
      added = { level: left.level + 1, hash: nodeHash(left.hash, added.hash) };
    }
    full.push(added);
  }

  /** RFC 9162 section 2.1.1. */
  root(): Buffer {
    const hashes = this.#full.map(({ hash }) => hash);
    const last = hashes.pop();
    if (last === undefined) return treeRoot(NO_NODES, 0);
    return hashes.reduceRight((right, left) => nodeHash(left, right), last);
  }

  copy(): TreeFrontier {
    return new TreeFrontier(this.#full);
  }
}

const NO_NODES: TreeNodes = {
  node: () => {
    throw new Error('an empty tree has no nodes');
  },
};
