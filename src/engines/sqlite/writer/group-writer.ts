// SPDX-License-Identifier: EUPL-1.2
import { passCommitPoint } from '../../../platform/commit-points.ts';
import { type Database, openDatabase, storeFault } from '../driver.ts';
import { type Answer, type BlobFileName, type GroupAnswer, sentFault } from '../packed-step.ts';
import { migrate } from '../schema.ts';
import type { Brought } from './content-writer.ts';
import { StepPerformer } from './step-performer.ts';

export interface GroupWriterOptions {
  readonly path: string;
  readonly expungedKept: number;
}

/** Opens a file for the one connection that writes. */
export function openForWriting(path: string): Database {
  const database = openDatabase(path, { readOnly: false });
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA cache_size = -16000;
    PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
    PRAGMA journal_size_limit = ${WAL_KEPT_BYTES};
  `);
  return database;
}

/** The one connection that writes: many steps, one transaction, one wait for the disk. */
export class GroupWriter implements Disposable {
  readonly #db: Database;
  readonly #performer: StepPerformer;
  readonly #begin;
  readonly #commit;

  /** Takes the connection over, and brings its schema up to date. */
  constructor(database: Database, limits: { expungedKept: number }) {
    this.#db = database;
    migrate(this.#db);
    this.#performer = new StepPerformer(database, limits);
    this.#begin = this.#db.prepare('BEGIN IMMEDIATE');
    this.#commit = this.#db.prepare('COMMIT');
  }

  /**
   * Commits the steps together. When one of them cannot be carried out the transaction is taken back
   * and each is committed on its own, so that a bad step costs its neighbours time but nothing else;
   * good ones, nearly all, pay for no savepoint.
   */
  commitGroup(group: readonly Brought[]): GroupAnswer {
    try {
      return this.#transact(group);
    } catch (error) {
      const [only] = group;
      if (only !== undefined && group.length === 1) return refusal(only, error);
    }
    const alone = group.map((brought) => this.#commitAlone(brought));
    return {
      answers: alone.flatMap((each) => each.answers),
      filesToRemove: alone.flatMap((each) => each.filesToRemove),
    };
  }

  #commitAlone(brought: Brought): GroupAnswer {
    try {
      return this.#transact([brought]);
    } catch (error) {
      return refusal(brought, error);
    }
  }

  #transact(group: readonly Brought[]): GroupAnswer {
    let filesToRemove: readonly BlobFileName[] = [];
    try {
      this.#begin.run();
      passCommitPoint('group-begun');
      const answers = group.map((brought): Answer => {
        return { number: brought.step.number, outcome: this.#performer.perform(brought) };
      });
      filesToRemove = this.#performer.takeFilesToRemove();
      passCommitPoint('group-performed');
      this.#commit.run();
      passCommitPoint('group-committed');
      return { answers, filesToRemove };
    } catch (error) {
      this.#performer.takeFilesToRemove();
      // SQLite takes some failed transactions back by itself.
      if (this.#db.inTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  /** Moves what the write-ahead log holds into the database, and lets go of the file. */
  [Symbol.dispose](): void {
    this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    this.#db[Symbol.dispose]();
  }
}

function refusal(brought: Brought, error: unknown): GroupAnswer {
  const fault = sentFault(storeFault(error));
  return { answers: [{ number: brought.step.number, fault }], filesToRemove: [] };
}

/** Pages of the write-ahead log after which a commit moves them into the database; more make that commit wait longer. */
const CHECKPOINT_PAGES = 1000;
/** What the write-ahead log's file may keep when it starts anew. */
const WAL_KEPT_BYTES = 64 * 1024 * 1024;
