// SPDX-License-Identifier: EUPL-1.2
import { backup, DatabaseSync, type StatementSync } from 'node:sqlite';
import { Fault } from '../../platform/faults.ts';

/** What goes into a statement's places and comes out of its columns. */
export type SqlValue = null | number | string | Uint8Array;

/** A prepared statement whose rows have the columns of `Row`. */
export interface Statement<Row> {
  /** The first row; the statement is done with afterwards. */
  get(...values: SqlValue[]): Row | undefined;
  all(...values: SqlValue[]): Row[];
  /** One row at a time; until the last was taken the connection sees nothing newer than the first. */
  each(...values: SqlValue[]): Iterable<Row>;
  /** For statements without rows; returns the rowid inserted last. */
  run(...values: SqlValue[]): number;
}

/** One connection to one SQLite file. Everything that knows the SQLite package is in this file. */
export interface Database extends Disposable {
  /** Runs statements without values and rows. */
  exec(sql: string): void;
  prepare<Row = never>(sql: string): Statement<Row>;
  /** The same with rows as arrays in the order of the columns: twice as fast where there are many. */
  prepareTuples<Row extends readonly SqlValue[]>(sql: string): Statement<Row>;
  /** Whether a transaction is open. */
  readonly inTransaction: boolean;
  /** Frees the pages kept in case they are read again. */
  letGo(): void;
  /** Copies what the connection sees to another file; inside a transaction, one moment, whoever writes meanwhile. */
  copyTo(path: string): Promise<void>;
}

/** Opens a file, or makes it; throws what `storeFault` understands. */
export function openDatabase(path: string, options: { readOnly: boolean }): Database {
  const database = new DatabaseSync(path, { readOnly: options.readOnly, timeout: 5000 });
  return {
    exec: (sql) => database.exec(sql),
    prepare: <Row>(sql: string) => statement<Row>(database.prepare(sql)),
    prepareTuples: <Row>(sql: string) => {
      const prepared = database.prepare(sql);
      prepared.setReturnArrays(true);
      return statement<Row>(prepared);
    },
    get inTransaction() {
      return database.isTransaction;
    },
    letGo: () => {
      if (database.isOpen) database.exec('PRAGMA shrink_memory');
    },
    copyTo: async (path) => {
      await backup(database, path, { rate: COPIED_PAGES });
    },
    [Symbol.dispose]: () => database.close(),
  };
}

/** Pages copied before others of this thread have their turn. */
const COPIED_PAGES = 2000;

function statement<Row>(prepared: StatementSync): Statement<Row> {
  return {
    get: (...values) => prepared.get(...values) as Row | undefined,
    all: (...values) => prepared.all(...values) as Row[],
    each: (...values) => prepared.iterate(...values) as Iterable<Row>,
    run: (...values) => Number(prepared.run(...values).lastInsertRowid),
  };
}

const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/** Whether an error of SQLite says that the file itself is damaged, or is no database. */
export function saysDamaged(error: unknown): boolean {
  const primary = primaryCode((error as { errcode?: unknown }).errcode);
  return primary === SQLITE_CORRUPT || primary === SQLITE_NOTADB;
}

/** Whether an error of SQLite says that somebody else has the file locked. */
export function saysBusy(error: unknown): boolean {
  return primaryCode((error as { errcode?: unknown }).errcode) === SQLITE_BUSY;
}

/** The low octet is the primary result code; the rest tells its varieties apart. */
function primaryCode(errcode: unknown): number | undefined {
  return typeof errcode === 'number' ? errcode & 0xff : undefined;
}

const SQLITE_FULL = 13;
const SQLITE_TOOBIG = 18;
const SQLITE_CONSTRAINT = 19;
const SQLITE_MISMATCH = 20;
const DISK_FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** The fault that tells callers what an error of SQLite, of the file system or of a malformed step means. */
export function storeFault(error: unknown): Fault {
  if (error instanceof Fault) return error;
  const { code, message, errcode } = error as { code?: unknown; message?: unknown; errcode?: unknown };
  const words = String(message ?? error);
  const primary = primaryCode(errcode);
  if (primary === SQLITE_FULL || DISK_FULL.has(String(code)))
    return new Fault('store-full', `the disk of the store is full: ${words}`, {
      temporary: true,
      cause: error,
    });
  if (primary === SQLITE_CONSTRAINT || primary === SQLITE_MISMATCH || primary === SQLITE_TOOBIG)
    return new Fault('step-malformed', words, { temporary: false, cause: error });
  if (primary === undefined && error instanceof TypeError)
    return new Fault('step-malformed', words, { temporary: false, cause: error });
  return new Fault('store-unavailable', `the store cannot be used: ${words}`, {
    temporary: true,
    cause: error,
  });
}
