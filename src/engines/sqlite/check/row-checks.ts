// SPDX-License-Identifier: EUPL-1.2
import type { Finding } from '../../../platform/findings.ts';
import type { Database } from '../driver.ts';

/** A check that one statement makes: each row is a finding, its only column says where. */
interface RowCheck {
  readonly code: string;
  readonly what: string;
  readonly sql: string;
}

/** How many slices of contents name each blob, and how far they reach; SQLite keeps it for the checks below. */
const SLICES = `
  CREATE TEMP TABLE sliceUse (blob INTEGER, referrers INTEGER, reach INTEGER);
  INSERT INTO sliceUse SELECT blob, count(*), max(reach) FROM (
    SELECT contents.id, json_extract(value, '$[0]') AS blob,
           max(json_extract(value, '$[1]') + json_extract(value, '$[2]')) AS reach
    FROM contents, json_each(contents.slices) GROUP BY contents.id, blob
  ) GROUP BY blob;
  CREATE INDEX temp.sliceUseByBlob ON sliceUse (blob)`;

const CONTENT_CHECKS: readonly RowCheck[] = [
  {
    code: 'content-incomplete',
    what: 'its slices do not add up to its size',
    sql: `SELECT 'content ' || id FROM contents WHERE size <>
      (SELECT coalesce(sum(json_extract(value, '$[2]')), 0) FROM json_each(contents.slices))`,
  },
  {
    code: 'content-incomplete',
    what: 'a slice is empty, or begins before its blob',
    sql: `SELECT DISTINCT 'content ' || contents.id FROM contents, json_each(contents.slices)
      WHERE json_extract(value, '$[1]') < 0 OR json_extract(value, '$[2]') <= 0`,
  },
  {
    code: 'blob-missing',
    what: 'contents have slices of it, and it is not there',
    sql: "SELECT 'blob ' || blob FROM sliceUse WHERE blob NOT IN (SELECT id FROM blobs)",
  },
  {
    code: 'content-incomplete',
    what: 'a slice reaches beyond the end of this blob',
    sql: "SELECT 'blob ' || blob FROM sliceUse JOIN blobs ON blobs.id = blob WHERE reach > blobs.size",
  },
  {
    code: 'references-wrong',
    what: 'as many contents and frames refer to it as its row does not say',
    sql: `SELECT 'blob ' || id FROM blobs LEFT JOIN sliceUse ON sliceUse.blob = id
        LEFT JOIN frames ON frames.blob = id
      WHERE blobs.referrers <> coalesce(sliceUse.referrers, 0) + (frames.blob IS NOT NULL)
        OR (sliceUse.referrers IS NULL AND frames.blob IS NULL)`,
  },
  {
    code: 'references-wrong',
    what: 'as many messages, queue entries, awaited ends and entries of the quarantine refer to it as its row does not say',
    sql: `SELECT 'content ' || id FROM contents LEFT JOIN (
        SELECT content, count(*) AS uses FROM
          (SELECT content FROM messages UNION ALL SELECT content FROM queue
            UNION ALL SELECT content FROM quarantine
            UNION ALL SELECT content FROM awaitedEnvelopes) GROUP BY content
      ) ON content = id WHERE referrers <> coalesce(uses, 0) OR uses IS NULL`,
  },
  {
    code: 'blob-missing',
    what: 'it should rest among the rows, and its octets are not there',
    sql: `SELECT 'blob ' || id FROM blobs WHERE isFile = 0 AND id NOT IN (SELECT id FROM blobOctets)`,
  },
  {
    code: 'blob-orphaned',
    what: 'octets among the rows that no blob names',
    sql: `SELECT 'blob ' || id FROM blobOctets WHERE id NOT IN (SELECT id FROM blobs WHERE isFile = 0)`,
  },
  {
    code: 'content-missing',
    what: 'a message refers to a content that is not there',
    sql: `SELECT 'folder ' || folder || ' uid ' || uid FROM messages
      WHERE content NOT IN (SELECT id FROM contents)`,
  },
  {
    code: 'content-missing',
    what: 'a queue entry refers to a content that is not there',
    sql: "SELECT 'queue ' || id FROM queue WHERE content NOT IN (SELECT id FROM contents)",
  },
  {
    code: 'content-missing',
    what: 'an entry of the quarantine refers to a content that is not there',
    sql: "SELECT 'quarantine ' || id FROM quarantine WHERE content NOT IN (SELECT id FROM contents)",
  },
];

const AWAITED_CHECKS: readonly RowCheck[] = [
  {
    code: 'content-missing',
    what: 'the end of a recipient is awaited with a content that is not there',
    sql: `SELECT 'tracking ' || identifier || ' ' || recipientKey FROM awaitedEnvelopes
      WHERE content NOT IN (SELECT id FROM contents)`,
  },
  {
    code: 'references-wrong',
    what: 'an envelope is kept for a recipient of whom nothing is awaited any more',
    sql: `SELECT 'tracking ' || identifier || ' ' || recipientKey FROM awaitedEnvelopes
      LEFT JOIN trackings USING (identifier, recipientKey)
      WHERE trackings.id IS NULL OR outcome IS NOT NULL OR secondNoticeAt IS NOT NULL`,
  },
];

const READABLE_FRAMES = `(SELECT blob, messageIdHash, iif(json_valid(frame), frame, '{}') AS frame FROM frames)`;

const FRAME_CHECKS: readonly RowCheck[] = [
  {
    code: 'blob-missing',
    what: 'a frame is kept of it, and it is not there',
    sql: "SELECT 'blob ' || blob FROM frames WHERE blob NOT IN (SELECT id FROM blobs)",
  },
  {
    code: 'frame-broken',
    what: 'it cannot be read, or does not say of what message it is',
    sql: `SELECT 'frame ' || blob FROM ${READABLE_FRAMES} WHERE messageIdHash IS NULL
      OR coalesce(json_extract(frame, '$.messageId'), '') = '' OR coalesce(json_extract(frame, '$.kind'), '') = ''
      OR coalesce(json_type(frame, '$.pieces'), '') <> 'array'`,
  },
  {
    code: 'frame-broken',
    what: 'its pieces do not add up to its blob',
    sql: `SELECT 'frame ' || blob FROM ${READABLE_FRAMES} JOIN blobs ON blobs.id = blob WHERE size <>
      (SELECT coalesce(sum(iif(type = 'integer', value, 0)), 0) FROM json_each(frame, '$.pieces'))`,
  },
  {
    code: 'frame-broken',
    what: 'a piece reaches beyond the original',
    sql: `SELECT DISTINCT 'frame ' || blob FROM ${READABLE_FRAMES} AS kept, json_each(kept.frame, '$.pieces') AS piece
      WHERE piece.type = 'array' AND json_extract(piece.value, '$[0]') + json_extract(piece.value, '$[1]')
        > coalesce(json_extract(kept.frame, '$.original.sizeBytes'), 0)`,
  },
];

const MAILBOX_CHECKS: readonly RowCheck[] = [
  {
    code: 'folder-orphaned',
    what: 'a folder of no mailbox',
    sql: "SELECT 'folder ' || id FROM folders WHERE mailbox NOT IN (SELECT id FROM mailboxes)",
  },
  {
    code: 'message-orphaned',
    what: 'messages, or removed UIDs, of no folder',
    sql: `SELECT DISTINCT 'folder ' || folder FROM
      (SELECT folder FROM messages UNION SELECT folder FROM expunged)
      WHERE folder NOT IN (SELECT id FROM folders)`,
  },
  {
    code: 'message-size-wrong',
    what: 'its size is not that of its content',
    sql: `SELECT 'folder ' || folder || ' uid ' || uid FROM messages JOIN contents ON contents.id = content
      WHERE sizeBytes <> contents.size`,
  },
  {
    code: 'uid-wrong',
    what: 'a UID, present or removed, that UIDNEXT has not reached',
    sql: `SELECT DISTINCT 'folder ' || folders.id || ' uid ' || uid FROM folders JOIN
      (SELECT folder, uid FROM messages UNION ALL SELECT folder, uid FROM expunged) ON folder = folders.id
      WHERE uid < 1 OR uid >= uidNext`,
  },
  {
    code: 'uid-wrong',
    what: 'a UID that was removed is there again',
    sql: `SELECT DISTINCT 'folder ' || folder || ' uid ' || uid FROM messages
      JOIN expunged USING (folder, uid)`,
  },
  {
    code: 'uid-wrong',
    what: 'its UIDVALIDITY is none, or one that a folder made later could have',
    sql: `SELECT 'folder ' || id FROM folders WHERE uidValidity < 1 OR uidValidity > 4294967295
      OR uidValidity > (SELECT seq FROM sqlite_sequence WHERE name = 'folders')`,
  },
  {
    code: 'modseq-wrong',
    what: 'a MODSEQ below 1 or above the highest of its folder',
    sql: `SELECT DISTINCT 'folder ' || folders.id || ' uid ' || uid FROM folders JOIN
      (SELECT folder, uid, modseq FROM messages UNION ALL SELECT folder, uid, modseq FROM expunged)
      ON folder = folders.id WHERE modseq < 1 OR modseq > highestModseq`,
  },
  {
    code: 'modseq-wrong',
    what: 'it came with a MODSEQ above its own, or above that of one that came later',
    sql: `SELECT 'folder ' || folder || ' uid ' || uid FROM
      (SELECT folder, uid, modseq, came, max(came) OVER (PARTITION BY folder ORDER BY uid) AS highest FROM messages)
      WHERE came > modseq OR came < highest`,
  },
  {
    code: 'modseq-wrong',
    what: 'its HIGHESTMODSEQ is above that of the mailbox',
    sql: `SELECT 'folder ' || folders.id FROM folders JOIN mailboxes ON mailboxes.id = mailbox
      WHERE highestModseq > modseq OR highestModseq < 1 OR expungedFloor > highestModseq`,
  },
  {
    code: 'modseq-wrong',
    what: 'removed UIDs are kept that count as forgotten',
    sql: `SELECT DISTINCT 'folder ' || folder FROM expunged JOIN folders ON folders.id = folder
      WHERE modseq <= expungedFloor`,
  },
  {
    code: 'counters-wrong',
    what: 'its counters are not those of its messages',
    sql: `SELECT 'folder ' || id FROM folders LEFT JOIN (
        SELECT folder, count(*) AS number, sum(sizeBytes) AS octets,
          sum(' ' || flags || ' ' NOT LIKE '% \\Seen %') AS notSeen,
          sum(' ' || flags || ' ' LIKE '% \\Deleted %') AS marked
        FROM messages GROUP BY folder) ON folder = id
      WHERE messages <> coalesce(number, 0) OR sizeBytes <> coalesce(octets, 0)
        OR unseen <> coalesce(notSeen, 0) OR deleted <> coalesce(marked, 0)
        OR expungedKept <> (SELECT count(*) FROM expunged WHERE expunged.folder = folders.id)`,
  },
  {
    code: 'quota-wrong',
    what: 'its sums are not those of its messages',
    sql: `SELECT 'mailbox ' || id FROM mailboxes LEFT JOIN (
        SELECT mailbox, sum(messages.sizeBytes) AS octets, sum(messages.sizeBytes * counted) AS against
        FROM messages JOIN folders ON folders.id = folder GROUP BY mailbox) ON mailbox = id
      WHERE totalBytes <> coalesce(octets, 0) OR countedBytes <> coalesce(against, 0)`,
  },
];

const RELAY_CHECKS: readonly RowCheck[] = [
  {
    code: 'queue-broken',
    what: 'an entry for nobody',
    sql: "SELECT 'queue ' || id FROM queue WHERE NOT json_valid(forwardPaths) OR json_array_length(forwardPaths) = 0",
  },
  {
    code: 'queue-broken',
    what: 'an entry that was never to be tried, or never to be given up',
    sql: "SELECT 'queue ' || id FROM queue WHERE expiresAt <= createdAt OR notBefore < createdAt",
  },
  {
    code: 'submission-missing',
    what: 'a recipient is waited for whose submission is not kept, so that no notice could be written',
    sql: `SELECT 'tracking ' || trackings.identifier || ' ' || recipient FROM trackings
      LEFT JOIN submissions USING (identifier) WHERE submissions.id IS NULL`,
  },
  {
    code: 'log-gap',
    what: 'records are missing before this one',
    sql: `SELECT 'record ' || sequence FROM
      (SELECT sequence, lag(sequence, 1,
        (SELECT coalesce(max(upTo), 0) FROM logForgotten)) OVER (ORDER BY sequence) AS before FROM log)
      WHERE sequence <> before + 1`,
  },
  {
    code: 'log-gap',
    what: 'records are missing after the last one',
    sql: `SELECT 'record ' || seq FROM sqlite_sequence
      WHERE name = 'log' AND seq <> coalesce((SELECT max(sequence) FROM log),
        (SELECT max(upTo) FROM logForgotten), 0)`,
  },
];

const LOG_CHECKS: readonly RowCheck[] = [
  {
    code: 'log-damaged',
    what: 'it is not found by its ids',
    sql: `SELECT 'record ' || log.sequence FROM log
      LEFT JOIN logIdentifiers ON logIdentifiers.hash = identifierHash
      LEFT JOIN logStories ON logStories.story = coalesce(logIdentifiers.story, log.sequence)
        AND logStories.sequence = log.sequence
      LEFT JOIN logMessageIds ON logMessageIds.hash = messageIdHash AND logMessageIds.story = logStories.story
      WHERE logStories.sequence IS NULL OR (identifierHash IS NOT NULL AND logIdentifiers.hash IS NULL)
        OR (messageIdHash IS NOT NULL AND logMessageIds.hash IS NULL)`,
  },
  {
    code: 'log-damaged',
    what: 'ids lead to a record that is not there',
    sql: `SELECT 'record ' || sequence FROM logStories WHERE sequence NOT IN (SELECT sequence FROM log)
      UNION SELECT 'record ' || story FROM (SELECT story FROM logIdentifiers UNION SELECT story FROM logMessageIds)
        WHERE story NOT IN (SELECT story FROM logStories)`,
  },
];

/** Findings of one kind shown at most: a folder that is gone takes all its messages with it. */
export const SHOWN_OF_A_KIND = 100;

/** What the rows of the database have to say about one another. */
export function* checkRows(database: Database): Generator<Finding> {
  database.exec(SLICES);
  for (const { code, what, sql } of [
    ...CONTENT_CHECKS,
    ...AWAITED_CHECKS,
    ...FRAME_CHECKS,
    ...MAILBOX_CHECKS,
    ...RELAY_CHECKS,
    ...LOG_CHECKS,
  ]) {
    let shown = 0;
    for (const [where] of database.prepareTuples<readonly [string]>(sql).each()) {
      yield { code, what, where };
      shown += 1;
      if (shown === SHOWN_OF_A_KIND) break;
    }
  }
}
