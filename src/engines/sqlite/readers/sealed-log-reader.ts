// SPDX-License-Identifier: EUPL-1.2
import {
  LOG_BLOCK_LEAVES,
  LOG_LEAF_BYTES,
  type RecordText,
  type SealedLogReader,
  type StoredSeal,
} from '../../../evidence/certification-log/sealed-log-store.ts';
import type { Database } from '../driver.ts';

type SealRow = Omit<StoredSeal, 'token'> & { readonly token: Uint8Array | null };

const SEAL = 'SELECT number, day, first, size, closedAt, signed, token FROM logSeals';

/** The sealed log, read on the caller's thread. */
export class SqliteSealedLogReader implements SealedLogReader {
  readonly #records;
  readonly #leaves;
  readonly #node;
  readonly #lastBlock;
  readonly #seals;
  readonly #lastSeal;
  readonly #sealOf;
  readonly #forgotten;

  constructor(db: Database) {
    this.#records = db.prepare<RecordText>(
      'SELECT sequence, instant, record AS text FROM log WHERE sequence >= ? ORDER BY sequence LIMIT ?',
    );
    this.#leaves = db.prepare<{ leaves: Uint8Array }>('SELECT leaves FROM logBlocks WHERE block = ?');
    this.#node = db.prepare<{ hash: Uint8Array }>('SELECT hash FROM logNodes WHERE level = ? AND place = ?');
    this.#lastBlock = db.prepare<{ block: number; octets: number }>(
      'SELECT block, length(leaves) AS octets FROM logBlocks ORDER BY block DESC LIMIT 1',
    );
    this.#seals = db.prepare<SealRow>(`${SEAL} WHERE number >= ? ORDER BY number LIMIT ?`);
    this.#lastSeal = db.prepare<SealRow>(`${SEAL} ORDER BY number DESC LIMIT 1`);
    this.#sealOf = db.prepare<SealRow>(`${SEAL} WHERE size >= ? ORDER BY size, number LIMIT 1`);
    this.#forgotten = db.prepare<{ upTo: number | null }>('SELECT max(upTo) AS upTo FROM logForgotten');
  }

  listRecordTexts(fromSequence: number, limit: number): readonly RecordText[] {
    return this.#records.all(fromSequence, limit);
  }

  leavesOf(block: number): Buffer | undefined {
    const row = this.#leaves.get(block);
    return row && asBuffer(row.leaves);
  }

  node(level: number, index: number): Buffer | undefined {
    const row = this.#node.get(level, index);
    return row && asBuffer(row.hash);
  }

  treeSize(): number {
    const last = this.#lastBlock.get();
    // When everything was forgotten up to the end of a block, its records still count.
    return last === undefined
      ? this.forgottenUpTo()
      : last.block * LOG_BLOCK_LEAVES + last.octets / LOG_LEAF_BYTES;
  }

  listSeals(fromNumber: number, limit: number): readonly StoredSeal[] {
    return this.#seals.all(fromNumber, limit).map(sealOf);
  }

  lastSeal(): StoredSeal | undefined {
    const row = this.#lastSeal.get();
    return row && sealOf(row);
  }

  findSealOf(sequence: number): StoredSeal | undefined {
    const row = this.#sealOf.get(sequence);
    return row && sealOf(row);
  }

  forgottenUpTo(): number {
    return this.#forgotten.get()?.upTo ?? 0;
  }
}

function sealOf({ token, ...row }: SealRow): StoredSeal {
  return token === null ? row : { ...row, token };
}

function asBuffer(octets: Uint8Array): Buffer {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
}
