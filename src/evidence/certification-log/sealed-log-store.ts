// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../platform/clock.ts';

/** Records whose leaf hashes the stored tree keeps together. */
export const LOG_BLOCK_LEAVES = 256;
/** Octets of a leaf's hash. */
export const LOG_LEAF_BYTES = 32;

/** The hashes of up to 256 leaves, one after the other. */
export interface LeafBlock {
  /** From 0; its first leaf is that of record `block * 256 + 1`. */
  readonly block: number;
  readonly leaves: Buffer;
}

/** The hash of a full subtree at or above the level of blocks. */
export interface TreeNode {
  readonly level: number;
  readonly index: number;
  readonly hash: Buffer;
}

/** The stored tree; synchronous. */
export interface LogTreeReader {
  /** The leaf hashes of a block, as many as are kept. */
  leavesOf(block: number): Buffer | undefined;
  node(level: number, index: number): Buffer | undefined;
}

/** A seal as it is kept: what is needed to find it, and its octets. */
export interface StoredSeal {
  readonly number: number;
  /** The day it closes, in Italian legal time, `yyyy-mm-dd`. */
  readonly day: string;
  /** Sequence number of the first record it adds. */
  readonly first: number;
  /** Records in the tree it seals. */
  readonly size: number;
  readonly closedAt: Instant;
  /** The signed seal: CMS SignedData with the text of `writeSeal` inside, DER. */
  readonly signed: Uint8Array;
  /** RFC 3161 time-stamp token over `signed`, DER; absent until an authority has given one. */
  readonly token?: Uint8Array;
}

/** What a step changes in the sealed log; each record itself is the act `record`. */
export type LogAct =
  /** Keeps what `growTree` returned; a block that is there already is replaced by the longer one. */
  | { readonly do: 'grow-log'; readonly blocks: readonly LeafBlock[]; readonly nodes: readonly TreeNode[] }
  /** Keeps a seal; rejects when there is one of that number. */
  | { readonly do: 'seal-log'; readonly seal: Omit<StoredSeal, 'token'> }
  /** Adds the time stamp of a seal that has none. */
  | { readonly do: 'stamp-seal'; readonly number: number; readonly token: Uint8Array }
  /**
   * Removes the records up to this one for good, with the blocks of nothing else; seals and nodes stay (LOG-3). It must
   * be the last record of a seal: rejects otherwise. So many go at a time that nobody waits for long: it is repeated
   * until none is left.
   */
  | { readonly do: 'forget-records'; readonly upTo: number };

/** A record to the octet, as its leaf is made from it. */
export interface RecordText {
  readonly sequence: number;
  readonly instant: Instant;
  /** JSON of a `NewLogRecord`. */
  readonly text: string;
}

/** Reading side of the sealed log; synchronous. */
export interface SealedLogReader extends LogTreeReader {
  /** Records from a sequence number on, in order. */
  listRecordTexts(fromSequence: number, limit: number): readonly RecordText[];
  /** Leaves that the stored tree has. */
  treeSize(): number;
  /** Seals from a number on, in order. */
  listSeals(fromNumber: number, limit: number): readonly StoredSeal[];
  lastSeal(): StoredSeal | undefined;
  /** The first seal whose tree holds the record. */
  findSealOf(sequence: number): StoredSeal | undefined;
  /** Records up to this one are removed, or being removed; 0 when none is. */
  forgottenUpTo(): number;
}
