// SPDX-License-Identifier: EUPL-1.2
import { rmSync } from 'node:fs';
import type { ContentId } from '../../../mailroom/contents/content-store.ts';
import type { MailboxId } from '../../../mailroom/mailboxes/mailbox-store.ts';
import { type Database, openDatabase } from '../driver.ts';

/** Raised with every change of the tables or of what cards hold: an index of another version is made anew. */
const VERSION = 5;

const TABLES = `
  -- The store it was made from.
  CREATE TABLE about (store TEXT NOT NULL) STRICT;
  -- Everything of a mailbox lies together, so that a search reads nothing of others.
  CREATE TABLE mailboxes (
    mailbox INTEGER PRIMARY KEY,
    indexedUpTo INTEGER NOT NULL DEFAULT 0,
    -- What the mailbox was like when nothing was left to do for it.
    doneModseq INTEGER,
    doneBytes INTEGER
  ) STRICT;
  -- What lists of messages are made of, few octets each.
  CREATE TABLE facts (
    id INTEGER PRIMARY KEY,
    envelope TEXT,
    ordering TEXT,
    preview TEXT
  ) STRICT;
  -- The text of the header, and no body: that is read from the message once it may hold what is sought.
  CREATE TABLE details (
    id INTEGER PRIMARY KEY,
    structure TEXT,
    header TEXT
  ) STRICT;
  CREATE INDEX textsUnknown ON details (id) WHERE header IS NULL;
  -- Three letters of a word at a time, since IMAP looks for parts of words; which of them a text holds, not where.
  CREATE VIRTUAL TABLE trigrams USING fts5 (
    words, content = '', contentless_delete = 1, tokenize = 'ascii', detail = none
  );
`;

/** Contents that a store may give numbers to; five for each message that passes a house. */
const CONTENTS = 2 ** 32;

/** The row of a content in every table: those of a mailbox lie side by side. */
export function rowOf(mailbox: MailboxId, content: ContentId): number {
  return mailbox * CONTENTS + content;
}

/** The content of a row. */
export function contentOf(row: number): ContentId {
  return row % CONTENTS;
}

export function firstRow(mailbox: MailboxId): number {
  return rowOf(mailbox, 0);
}

export function lastRow(mailbox: MailboxId): number {
  return rowOf(mailbox, CONTENTS - 1);
}

/**
 * Opens the index of a store for writing. One that is damaged, of another version or of another store, as it is beside
 * a store that was restored, is thrown away first.
 */
export function openIndex(path: string, store: Database): Database {
  try {
    const database = open(path);
    if (isCurrent(database) && whyUseless(database, store) === undefined) return database;
    database[Symbol.dispose]();
  } catch {
    // Made anew below: it holds nothing that the store does not.
  }
  return makeIndex(path, store);
}

/** Makes an empty index in the place of whatever is there. */
export function makeIndex(path: string, store: Database): Database {
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
  const database = open(path);
  database.exec(`BEGIN; ${TABLES}`);
  database.prepare('INSERT INTO about (store) VALUES (?)').run(identityOf(store) ?? '');
  database.exec(`PRAGMA user_version = ${VERSION}; COMMIT`);
  return database;
}

/** Why an index is not to be believed beside this store; undefined when it may be behind it, but no more. */
export function whyUseless(index: Database, store: Database): string | undefined {
  const of = index.prepare<{ store: string }>('SELECT store FROM about').get()?.store;
  if (of !== identityOf(store)) return 'it was made from another store, or from one that was restored since';
  const modseq = store.prepare<{ modseq: number }>('SELECT modseq FROM mailboxes WHERE id = ?');
  const mailboxes = index.prepare<{ mailbox: number; indexedUpTo: number }>(
    'SELECT mailbox, indexedUpTo FROM mailboxes',
  );
  for (const { mailbox, indexedUpTo } of mailboxes.all()) {
    const known = modseq.get(mailbox)?.modseq ?? 0;
    if (indexedUpTo > known)
      return `mailbox ${mailbox} is indexed up to ${indexedUpTo} and has come to ${known}`;
  }
  const given = store.prepare<{ last: number }>(
    "SELECT coalesce(max(seq), 0) AS last FROM sqlite_sequence WHERE name = 'contents'",
  );
  const last = given.get()?.last ?? 0;
  const highest = index.prepare<{ id: number | null }>(
    'SELECT max(id) AS id FROM facts WHERE id BETWEEN ? AND ?',
  );
  for (const { mailbox } of mailboxes.all()) {
    const indexed = contentOf(highest.get(firstRow(mailbox), lastRow(mailbox))?.id ?? 0);
    if (indexed > last) return `content ${indexed} is indexed and ${last} was the last one`;
  }
  return undefined;
}

function identityOf(store: Database): string | undefined {
  return store.prepare<{ value: string }>('SELECT value FROM identity').get()?.value;
}

function open(path: string): Database {
  const database = openDatabase(path, { readOnly: false });
  // Derived data may be lost with the power, but must not be damaged by it.
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -4096');
  return database;
}

function isCurrent(database: Database): boolean {
  const version = database.prepare<{ user_version: number }>('PRAGMA user_version').get()?.user_version;
  const sound = database.prepare<{ found: number }>('SELECT count(*) AS found FROM mailboxes');
  return version === VERSION && sound.get() !== undefined;
}
