// SPDX-License-Identifier: EUPL-1.2
import { passCommitPoint } from '../../../platform/commit-points.ts';
import { type Database, openDatabase, storeFault } from '../driver.ts';
import {
  type Answer,
  type BlobFileName,
  type GroupAnswer,
  type PackedStep,
  sentFault,
} from '../packed-step.ts';
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
    PRAGMA cache_size = -6000;
    PRAGMA wal_autocheckpoint = ${LATEST_CHECKPOINT_PAGES};
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
  readonly #checkpoint;
  /** Pages that the write-ahead log is reckoned to hold. */
  #logPages = 0;
  /** Since those were counted from zero. */
  #steps = 0;
  #groups = 0;

  /** Takes the connection over, and brings its schema up to date. */
  constructor(database: Database, limits: { expungedKept: number }) {
    this.#db = database;
    migrate(this.#db);
    this.#performer = new StepPerformer(database, limits);
    this.#begin = this.#db.prepare('BEGIN IMMEDIATE');
    this.#commit = this.#db.prepare('COMMIT');
    this.#checkpoint = this.#db.prepare('PRAGMA wal_checkpoint(PASSIVE)');
  }

  /**
   * Commits the steps together. When one of them cannot be carried out the transaction is taken back
   * and each is committed on its own, so that a bad step costs its neighbours time but nothing else;
   * good ones, nearly all, pay for no savepoint.
   */
  commitGroup(group: readonly Brought[]): GroupAnswer {
    this.#groups += 1;
    this.#steps += group.length;
    for (const { step } of group) this.#logPages += pagesOf(step);
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

  /**
   * Moves what the write-ahead log holds into the database when that is much. To be called when all are answered: a
   * commit that does it by itself keeps its callers waiting for it. Whoever comes next waits all the same, which
   * matters where steps come one by one: there it is done oftener, and is over soon.
   */
  tidyUp(): void {
    const oneByOne = this.#steps < ONE_BY_ONE * this.#groups;
    if (this.#logPages < (oneByOne ? CALM_CHECKPOINT_PAGES : CHECKPOINT_PAGES)) return;
    this.#logPages = 0;
    this.#steps = 0;
    this.#groups = 0;
    try {
      this.#checkpoint.get();
    } catch {
      // The log keeps it all: the next time will do, and who commits is told what is wrong with the disk.
    }
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

  /** Frees what is kept in case it is needed again. */
  letGo(): void {
    this.#db.letGo();
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

function pagesOf(step: PackedStep): number {
  const octets = step.blobs.reduce((sum, { size, isFile }) => sum + (isFile ? 0 : size), 0);
  return STEP_PAGES + octets / PAGE_BYTES;
}

const PAGE_BYTES = 4096;
/** Pages that a step changes beside those of its octets, more or less. */
const STEP_PAGES = 8;
/**
 * Pages of the write-ahead log after which they are moved into the database: the more, the oftener one of them has
 * been written anew meanwhile, and the longer whoever comes next may wait.
 */
const CHECKPOINT_PAGES = 4000;
/** The same where steps come one by one. */
const CALM_CHECKPOINT_PAGES = 500;
/** Fewer steps than so many in a group, on average, come one by one. */
const ONE_BY_ONE = 1.5;
/** Pages after which a commit does it by itself, where that could not be done. */
const LATEST_CHECKPOINT_PAGES = 16_000;
/** What the write-ahead log's file may keep when it starts anew. */
const WAL_KEPT_BYTES = 64 * 1024 * 1024;
