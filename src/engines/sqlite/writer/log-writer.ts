// SPDX-License-Identifier: EUPL-1.2
import { LOG_BLOCK_LEAVES, type LogAct } from '../../../evidence/certification-log/sealed-log-store.ts';
import type { Database } from '../driver.ts';
import type { PackedAct } from '../packed-step.ts';

/** Records removed by one act: about a tenth of a second's work. */
const FORGOTTEN_AT_ONCE = 5000;

/** Writes the certification log, its tree and its seals. */
export class LogWriter {
  readonly #record;
  readonly #block;
  readonly #node;
  readonly #seal;
  readonly #stamp;
  readonly #forgotten;
  readonly #forgetRecords;
  readonly #forgetBlocks;

  constructor(db: Database) {
    this.#record = db.prepare(
      'INSERT INTO log (instant, identifierHash, messageIdHash, record) VALUES (?, ?, ?, ?)',
    );
    this.#block = db.prepare(
      `INSERT INTO logBlocks (block, leaves) VALUES (?, ?) ON CONFLICT (block) DO UPDATE
       SET leaves = excluded.leaves WHERE length(excluded.leaves) > length(leaves)`,
    );
    this.#node = db.prepare(
      'INSERT INTO logNodes (level, place, hash) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    );
    this.#seal = db.prepare(
      'INSERT INTO logSeals (number, day, first, size, closedAt, signed) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#stamp = db.prepare('UPDATE logSeals SET token = ? WHERE number = ? AND token IS NULL');
    this.#forgotten = db.prepare('INSERT INTO logForgotten (upTo) VALUES (?) ON CONFLICT DO NOTHING');
    this.#forgetRecords = db.prepare(
      `DELETE FROM log WHERE sequence IN
       (SELECT sequence FROM log WHERE sequence <= ? ORDER BY sequence LIMIT ${FORGOTTEN_AT_ONCE})`,
    );
    this.#forgetBlocks = db.prepare('DELETE FROM logBlocks WHERE block < ?');
  }

  /** Returns the number of the record. */
  record(act: Extract<PackedAct, { do: 'record' }>): number {
    return this.#record.run(act.instant, act.identifierHash, act.messageIdHash, act.record);
  }

  perform(act: LogAct): void {
    switch (act.do) {
      case 'grow-log':
        for (const { block, leaves } of act.blocks) this.#block.run(block, leaves);
        for (const { level, index, hash } of act.nodes) this.#node.run(level, index, hash);
        break;
      case 'seal-log': {
        const { number, day, first, size, closedAt, signed } = act.seal;
        this.#seal.run(number, day, first, size, closedAt, signed);
        break;
      }
      case 'stamp-seal':
        this.#stamp.run(act.token, act.number);
        break;
      case 'forget-records':
        this.#forgotten.run(act.upTo);
        this.#forgetRecords.run(act.upTo);
        this.#forgetBlocks.run(Math.floor(act.upTo / LOG_BLOCK_LEAVES));
        break;
    }
  }
}
