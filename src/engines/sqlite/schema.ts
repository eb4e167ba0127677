// SPDX-License-Identifier: EUPL-1.2
import { Fault } from '../../platform/faults.ts';
import type { Database } from './driver.ts';

/** A change of the schema. Once released a migration never changes; the next one corrects it. */
interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

const FIRST_TABLES = `
  CREATE TABLE mailboxes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    address TEXT NOT NULL UNIQUE,
    holder TEXT NOT NULL,
    status TEXT NOT NULL,
    role TEXT NOT NULL,
    passwordHash TEXT,
    quotaBytes INTEGER NOT NULL,
    ordinaryMail TEXT,
    filesReceipts INTEGER NOT NULL,
    modseq INTEGER NOT NULL DEFAULT 0,
    countedBytes INTEGER NOT NULL DEFAULT 0,
    totalBytes INTEGER NOT NULL DEFAULT 0
  ) STRICT;

  CREATE TABLE folders (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    mailbox INTEGER NOT NULL,
    name TEXT NOT NULL,
    uidValidity INTEGER NOT NULL,
    uidNext INTEGER NOT NULL DEFAULT 1,
    highestModseq INTEGER NOT NULL,
    specialUse TEXT,
    subscribed INTEGER NOT NULL,
    messages INTEGER NOT NULL DEFAULT 0,
    unseen INTEGER NOT NULL DEFAULT 0,
    deleted INTEGER NOT NULL DEFAULT 0,
    sizeBytes INTEGER NOT NULL DEFAULT 0,
    expungedKept INTEGER NOT NULL DEFAULT 0,
    expungedFloor INTEGER NOT NULL DEFAULT 0,
    UNIQUE (mailbox, name)
  ) STRICT;

  CREATE TABLE messages (
    folder INTEGER NOT NULL,
    uid INTEGER NOT NULL,
    modseq INTEGER NOT NULL,
    content INTEGER NOT NULL,
    sizeBytes INTEGER NOT NULL,
    flags TEXT NOT NULL,
    receivedAt INTEGER NOT NULL,
    savedAt INTEGER NOT NULL,
    counted INTEGER NOT NULL,
    PRIMARY KEY (folder, uid)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX messagesByModseq ON messages (folder, modseq);

  CREATE TABLE expunged (
    folder INTEGER NOT NULL,
    modseq INTEGER NOT NULL,
    uid INTEGER NOT NULL,
    PRIMARY KEY (folder, modseq, uid)
  ) STRICT, WITHOUT ROWID;

  -- The octets have a table of their own: a row of blobs changes with its references, and SQLite
  -- writes a changed row anew with all that is in it.
  CREATE TABLE blobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    size INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    isFile INTEGER NOT NULL,
    referrers INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE blobOctets (id INTEGER PRIMARY KEY, octets BLOB NOT NULL) STRICT;
  CREATE TABLE contents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    size INTEGER NOT NULL,
    referrers INTEGER NOT NULL,
    slices TEXT NOT NULL,
    mimeIndex TEXT NOT NULL
  ) STRICT;

  CREATE TABLE queue (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    destination TEXT NOT NULL,
    certified INTEGER NOT NULL,
    reversePath TEXT NOT NULL,
    forwardPaths TEXT NOT NULL,
    content INTEGER NOT NULL,
    kind TEXT NOT NULL,
    identifier TEXT NOT NULL,
    eightBit INTEGER NOT NULL,
    createdAt INTEGER NOT NULL,
    expiresAt INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    notBefore INTEGER NOT NULL,
    lastError TEXT,
    held INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX queueDue ON queue (notBefore, id) WHERE held = 0;

  CREATE TABLE submissions (
    id INTEGER PRIMARY KEY,
    identifier TEXT NOT NULL UNIQUE,
    submission TEXT NOT NULL
  ) STRICT;
  CREATE TABLE trackings (
    id INTEGER PRIMARY KEY,
    identifier TEXT NOT NULL,
    recipientKey TEXT NOT NULL,
    recipient TEXT NOT NULL,
    dispatchedAt INTEGER NOT NULL,
    takenInChargeAt INTEGER,
    firstNoticeAt INTEGER,
    secondNoticeAt INTEGER,
    outcome TEXT,
    outcomeAt INTEGER,
    UNIQUE (identifier, recipientKey)
  ) STRICT;
  -- Only recipients without an end are looked through for silence.
  CREATE INDEX trackingsOpen ON trackings (dispatchedAt) WHERE outcome IS NULL AND secondNoticeAt IS NULL;
  CREATE TABLE deliveryOutcomes (
    identifier TEXT NOT NULL,
    recipientKey TEXT NOT NULL,
    recipient TEXT NOT NULL,
    outcome TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (identifier, recipientKey)
  ) STRICT, WITHOUT ROWID;

  -- Message-IDs are long and come in no order: a short hash keeps their indexes small at ten million rows.
  CREATE TABLE log (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    instant INTEGER NOT NULL,
    identifierHash INTEGER,
    messageIdHash INTEGER,
    record TEXT NOT NULL
  ) STRICT;
  CREATE INDEX logByIdentifier ON log (identifierHash) WHERE identifierHash IS NOT NULL;
  CREATE INDEX logByMessageId ON log (messageIdHash) WHERE messageIdHash IS NOT NULL;
  CREATE TRIGGER logNeverChanges BEFORE UPDATE ON log
    BEGIN SELECT RAISE(ABORT, 'the certification log is append-only'); END;
  CREATE TRIGGER logNeverForgets BEFORE DELETE ON log
    BEGIN SELECT RAISE(ABORT, 'the certification log is append-only'); END;
`;

const SUBSCRIPTIONS = `
  CREATE TABLE subscriptions (
    mailbox INTEGER NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (mailbox, name)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO subscriptions (mailbox, name) SELECT mailbox, name FROM folders WHERE subscribed = 1;
  ALTER TABLE folders DROP COLUMN subscribed;
`;

// What was there before names no signer and counts for all of them.
const SIGNERS = `
  ALTER TABLE deliveryOutcomes RENAME TO unsignedOutcomes;
  CREATE TABLE deliveryOutcomes (
    number INTEGER PRIMARY KEY,
    identifier TEXT NOT NULL,
    signer TEXT NOT NULL,
    recipientKey TEXT NOT NULL,
    recipient TEXT NOT NULL,
    outcome TEXT NOT NULL,
    at INTEGER NOT NULL,
    UNIQUE (identifier, recipientKey, signer)
  ) STRICT;
  INSERT INTO deliveryOutcomes (identifier, signer, recipientKey, recipient, outcome, at)
    SELECT identifier, '', recipientKey, recipient, outcome, at FROM unsignedOutcomes;
  DROP TABLE unsignedOutcomes;
`;

const QUEUE_FOR_OPERATORS = `
  ALTER TABLE queue ADD COLUMN history TEXT;
  DROP INDEX queueDue;
  -- With the destination in it, those that are left out are passed over without reading their rows.
  CREATE INDEX queueDue ON queue (notBefore, id, destination) WHERE held = 0;
  CREATE INDEX queueDueOf ON queue (destination, notBefore, id) WHERE held = 0;
  CREATE INDEX queueHeld ON queue (expiresAt, id) WHERE held = 1;
  CREATE TABLE heldDestinations (destination TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
`;

// A restored store is another store: what was derived from the one that is lost must not be taken for its own.
const IDENTITY = `
  CREATE TABLE identity (one INTEGER PRIMARY KEY CHECK (one = 1), value TEXT NOT NULL) STRICT;
  INSERT INTO identity (one, value) VALUES (1, hex(randomblob(16)));
`;

// LOG-9: infected messages; `infected` is JSON.
const QUARANTINE = `
  CREATE TABLE quarantine (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    content INTEGER NOT NULL,
    keepUntil INTEGER NOT NULL,
    infected TEXT NOT NULL
  ) STRICT;
  CREATE INDEX quarantineOver ON quarantine (keepUntil, id);
`;

// The leaves of the log's tree lie in blocks of 256; only subtrees above those have rows of their own.
const SEALED_LOG = `
  CREATE TABLE logBlocks (block INTEGER PRIMARY KEY, leaves BLOB NOT NULL) STRICT;
  CREATE TABLE logNodes (
    level INTEGER NOT NULL,
    place INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (level, place)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE logSeals (
    number INTEGER PRIMARY KEY,
    day TEXT NOT NULL,
    first INTEGER NOT NULL,
    size INTEGER NOT NULL,
    closedAt INTEGER NOT NULL,
    signed BLOB NOT NULL,
    token BLOB
  ) STRICT;
  CREATE INDEX logSealsBySize ON logSeals (size);
  CREATE TABLE logForgotten (upTo INTEGER PRIMARY KEY) STRICT;
  DROP TRIGGER logNeverForgets;
  CREATE TRIGGER logNeverForgets BEFORE DELETE ON log
    WHEN OLD.sequence > (SELECT coalesce(max(upTo), 0) FROM logForgotten)
    BEGIN SELECT RAISE(ABORT, 'the certification log is append-only'); END;
  CREATE TRIGGER logForgetsWholeSeals BEFORE INSERT ON logForgotten
    WHEN NOT EXISTS (SELECT 1 FROM logSeals WHERE size = NEW.upTo)
    BEGIN SELECT RAISE(ABORT, 'the certification log forgets by whole seals'); END;
  CREATE TRIGGER logSealsNeverChange BEFORE UPDATE ON logSeals
    WHEN OLD.token IS NOT NULL OR OLD.signed <> NEW.signed OR OLD.number <> NEW.number
    BEGIN SELECT RAISE(ABORT, 'a seal never changes'); END;
  CREATE TRIGGER logSealsStay BEFORE DELETE ON logSeals
    BEGIN SELECT RAISE(ABORT, 'seals are kept for good'); END;
`;

// The frame is JSON. A blob is the frame of one message. Message-IDs are found by the short hash that the log uses too.
const FRAMES = `
  CREATE TABLE frames (
    blob INTEGER PRIMARY KEY,
    instant INTEGER NOT NULL,
    messageIdHash INTEGER,
    frame TEXT NOT NULL
  ) STRICT;
  CREATE INDEX framesByInstant ON frames (instant);
  CREATE INDEX framesByMessageId ON frames (messageIdHash);
`;

// What was known of revoked certificates when something was signed; the octets come last, as they are read seldom.
const REVOCATION_LISTS = `
  CREATE TABLE revocationLists (
    number INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL UNIQUE,
    issuer TEXT NOT NULL,
    series TEXT NOT NULL,
    thisUpdate INTEGER NOT NULL,
    nextUpdate INTEGER,
    obtainedAt INTEGER NOT NULL,
    der BLOB NOT NULL
  ) STRICT;
  CREATE INDEX revocationListsOf ON revocationLists (issuer, thisUpdate);
`;

const SERVING_SPANS = `
  CREATE TABLE servingSpans (
    since INTEGER PRIMARY KEY,
    until INTEGER NOT NULL,
    state TEXT NOT NULL,
    why TEXT,
    ended INTEGER NOT NULL
  ) STRICT;
`;

// Envelopes kept until a recipient has an end, by those recipients. Few: only of messages that are large.
const AWAITED_ENVELOPES = `
  CREATE TABLE awaitedEnvelopes (
    identifier TEXT NOT NULL,
    recipientKey TEXT NOT NULL,
    content INTEGER NOT NULL,
    PRIMARY KEY (identifier, recipientKey)
  ) STRICT, WITHOUT ROWID;
`;

// Indexes of messages are written as lists from here on; those that are there stay as they are. A program that knows
// no lists must not open the store.
const SHORT_INDEXES = '';

// Most messages keep the MODSEQ they came with, and those of a folder grow with the UIDs: only the others need an index.
// Those that were there before count as changed.
const MODSEQS_OF_CHANGES = `
  ALTER TABLE messages ADD COLUMN came INTEGER NOT NULL DEFAULT 0;
  DROP INDEX messagesByModseq;
  CREATE INDEX messagesByModseq ON messages (folder, modseq) WHERE modseq > came;
`;

// A story is all records of one msgid, under the number of the first of them. Ids come in no order, so that each of
// their rows is a page of its own: an id is written once, and the records after it beside those of other stories of the
// same time.
const STORIES = `
  CREATE TABLE logIdentifiers (hash INTEGER PRIMARY KEY, story INTEGER NOT NULL) STRICT;
  CREATE TABLE logMessageIds (
    hash INTEGER NOT NULL,
    story INTEGER NOT NULL,
    PRIMARY KEY (hash, story)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE logStories (
    story INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (story, sequence)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO logIdentifiers SELECT identifierHash, min(sequence) FROM log
    WHERE identifierHash IS NOT NULL GROUP BY identifierHash;
  INSERT INTO logStories SELECT coalesce(story, sequence), sequence
    FROM log LEFT JOIN logIdentifiers ON hash = identifierHash ORDER BY 1, 2;
  INSERT INTO logMessageIds SELECT DISTINCT messageIdHash, coalesce(story, sequence)
    FROM log LEFT JOIN logIdentifiers ON hash = identifierHash WHERE messageIdHash IS NOT NULL ORDER BY 1, 2;
  DROP INDEX logByIdentifier;
  DROP INDEX logByMessageId;
  CREATE TRIGGER logIsTold AFTER INSERT ON log BEGIN
    INSERT INTO logIdentifiers (hash, story) SELECT NEW.identifierHash, NEW.sequence
      WHERE NEW.identifierHash IS NOT NULL ON CONFLICT DO NOTHING;
    INSERT INTO logStories (story, sequence)
      VALUES (coalesce((SELECT story FROM logIdentifiers WHERE hash = NEW.identifierHash), NEW.sequence), NEW.sequence);
    INSERT INTO logMessageIds (hash, story)
      SELECT NEW.messageIdHash,
        coalesce((SELECT story FROM logIdentifiers WHERE hash = NEW.identifierHash), NEW.sequence)
      WHERE NEW.messageIdHash IS NOT NULL ON CONFLICT DO NOTHING;
  END;
  CREATE TRIGGER logIsToldNoMore AFTER DELETE ON log BEGIN
    DELETE FROM logStories WHERE sequence = OLD.sequence
      AND story = coalesce((SELECT story FROM logIdentifiers WHERE hash = OLD.identifierHash), OLD.sequence);
    DELETE FROM logMessageIds WHERE hash = OLD.messageIdHash
      AND story = coalesce((SELECT story FROM logIdentifiers WHERE hash = OLD.identifierHash), OLD.sequence)
      AND NOT EXISTS (SELECT 1 FROM logStories JOIN log USING (sequence)
        WHERE logStories.story = logMessageIds.story AND log.messageIdHash = OLD.messageIdHash);
    DELETE FROM logIdentifiers WHERE hash = OLD.identifierHash
      AND NOT EXISTS (SELECT 1 FROM logStories WHERE logStories.story = logIdentifiers.story);
  END;
`;

const MIGRATIONS: readonly Migration[] = [
  { version: 1, name: 'first tables', sql: FIRST_TABLES },
  { version: 2, name: 'subscriptions by name', sql: SUBSCRIPTIONS },
  { version: 3, name: 'signers of delivery outcomes', sql: SIGNERS },
  { version: 4, name: 'queue for operators', sql: QUEUE_FOR_OPERATORS },
  { version: 5, name: 'identity of the store', sql: IDENTITY },
  { version: 6, name: 'quarantine', sql: QUARANTINE },
  { version: 7, name: 'sealed log', sql: SEALED_LOG },
  { version: 8, name: 'frames of generated messages', sql: FRAMES },
  { version: 9, name: 'revocation lists', sql: REVOCATION_LISTS },
  { version: 10, name: 'times of service', sql: SERVING_SPANS },
  { version: 11, name: 'awaited envelopes', sql: AWAITED_ENVELOPES },
  { version: 12, name: 'MIME indexes as lists', sql: SHORT_INDEXES },
  { version: 13, name: 'MODSEQs of changes', sql: MODSEQS_OF_CHANGES },
  { version: 14, name: 'stories of the log', sql: STORIES },
];

/** The version of the schema that this program brings a store up to. */
export function migrationsKnown(): number {
  return MIGRATIONS.at(-1)?.version ?? 0;
}

/** The version of the schema that a store has. */
export function versionOf(database: Database): number {
  const found = database.prepare<{ version: number | null }>(
    'SELECT max(version) AS version FROM migrations',
  );
  return found.get()?.version ?? 0;
}

/** Brings the schema up to what this program knows; throws `store-newer` when it is ahead of that. */
export function migrate(database: Database): void {
  database.exec(
    `CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT`,
  );
  const current = versionOf(database);
  const known = migrationsKnown();
  if (current > known)
    throw new Fault(
      'store-newer',
      `the store has version ${current} and this program knows ${known}: run the program that wrote it`,
      { temporary: false },
    );
  const note = database.prepare('INSERT INTO migrations (version, name) VALUES (?, ?)');
  for (const { version, name, sql } of MIGRATIONS) {
    if (version <= current) continue;
    database.exec(`BEGIN IMMEDIATE; ${sql}`);
    note.run(version, name);
    database.exec('COMMIT');
  }
}
