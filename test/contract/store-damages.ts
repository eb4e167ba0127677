// SPDX-License-Identifier: EUPL-1.2
import { type Damage, LOG_DAMAGES } from './log-damages.ts';

/** Each of them a damage, done by SQL to a copy of a provider's store, and what has to be found. */
export const DAMAGES: readonly Damage[] = [
  {
    code: 'content-incomplete',
    of: 'alfa',
    damage: 'a slice cut short',
    sql: `UPDATE contents SET slices =
      json_set(slices, '$[0][2]', json_extract(slices, '$[0][2]') - 1) WHERE id = (SELECT min(id) FROM contents)`,
  },
  {
    code: 'content-incomplete',
    of: 'alfa',
    damage: 'a slice beyond its blob',
    sql: `UPDATE contents SET slices =
      json_set(slices, '$[0][1]', 100000000) WHERE id = (SELECT min(id) FROM contents)`,
  },
  {
    code: 'content-incomplete',
    of: 'alfa',
    damage: 'a slice from before its blob',
    sql: `UPDATE contents SET slices =
      json_set(slices, '$[0][1]', -1) WHERE id = (SELECT min(id) FROM contents)`,
  },
  {
    code: 'blob-missing',
    of: 'alfa',
    damage: 'a blob without its row',
    sql: 'DELETE FROM blobs WHERE id = (SELECT min(id) FROM blobs)',
  },
  {
    code: 'blob-missing',
    of: 'alfa',
    damage: 'a blob without its octets',
    sql: 'DELETE FROM blobOctets WHERE id = (SELECT min(id) FROM blobOctets)',
  },
  {
    code: 'blob-orphaned',
    of: 'alfa',
    damage: 'octets of no blob',
    sql: "INSERT INTO blobOctets VALUES (99999, x'00')",
  },
  {
    code: 'references-wrong',
    of: 'alfa',
    damage: 'a blob that nobody needs',
    sql: `INSERT INTO blobs
      (size, sha256, isFile, referrers) VALUES (0, x'00', 0, 0)`,
  },
  {
    code: 'references-wrong',
    of: 'alfa',
    damage: 'a content that nobody needs',
    sql: `INSERT INTO contents
      (size, referrers, slices, mimeIndex) SELECT size, 0, slices, mimeIndex FROM contents WHERE id = (SELECT min(id) FROM contents)`,
  },
  {
    code: 'references-wrong',
    of: 'alfa',
    damage: 'a reference too many',
    sql: 'UPDATE contents SET referrers = 7 WHERE id = (SELECT min(id) FROM contents)',
  },
  {
    code: 'references-wrong',
    of: 'alfa',
    damage: 'an envelope kept for a receipt that came',
    sql: "UPDATE trackings SET outcome = 'delivered' WHERE identifier IN (SELECT identifier FROM awaitedEnvelopes)",
  },
  {
    code: 'references-wrong',
    of: 'alfa',
    damage: 'an envelope no longer kept, and still counted',
    sql: 'DELETE FROM awaitedEnvelopes',
  },
  {
    code: 'content-missing',
    of: 'alfa',
    damage: 'a receipt waited for with an envelope that is not there',
    sql: 'UPDATE awaitedEnvelopes SET content = 99999',
  },
  {
    code: 'content-missing',
    of: 'beta',
    damage: 'a message without content',
    sql: `DELETE FROM contents
      WHERE id = (SELECT content FROM messages LIMIT 1)`,
  },
  {
    code: 'content-missing',
    of: 'alfa',
    damage: 'a queue entry without content',
    sql: `DELETE FROM contents
      WHERE id = (SELECT content FROM queue LIMIT 1)`,
  },
  {
    code: 'mime-index-wrong',
    of: 'alfa',
    damage: 'a MIME index of another message',
    sql: `UPDATE contents SET mimeIndex =
      json_set(mimeIndex, '$[1][1]', json_extract(mimeIndex, '$[1][1]') + 1)`,
  },
  {
    code: 'mime-index-wrong',
    of: 'alfa',
    damage: 'a MIME index of another size',
    sql: `UPDATE contents SET mimeIndex =
      json_set(mimeIndex, '$[0]', 7) WHERE id = (SELECT min(id) FROM contents)`,
  },
  {
    code: 'mime-index-wrong',
    of: 'alfa',
    damage: 'a MIME index that is none',
    sql: "UPDATE contents SET mimeIndex = 'no' WHERE id = (SELECT min(id) FROM contents)",
  },
  {
    code: 'folder-orphaned',
    of: 'alfa',
    damage: 'folders of nobody',
    sql: 'DELETE FROM mailboxes WHERE id = 1',
  },
  {
    code: 'message-orphaned',
    of: 'beta',
    damage: 'messages of no folder',
    sql: `DELETE FROM folders
      WHERE id = (SELECT folder FROM messages LIMIT 1)`,
  },
  {
    code: 'message-size-wrong',
    of: 'beta',
    damage: 'a size too large',
    sql: 'UPDATE messages SET sizeBytes = sizeBytes + 1',
  },
  { code: 'uid-wrong', of: 'beta', damage: 'UIDNEXT too low', sql: 'UPDATE folders SET uidNext = 1' },
  {
    code: 'uid-wrong',
    of: 'beta',
    damage: 'a removed UID that is there again',
    sql: `INSERT INTO expunged
      SELECT folder, modseq, uid FROM messages`,
  },
  {
    code: 'uid-wrong',
    of: 'beta',
    damage: 'a UIDVALIDITY from the future',
    sql: 'UPDATE folders SET uidValidity = 4000000',
  },
  {
    code: 'modseq-wrong',
    of: 'beta',
    damage: 'HIGHESTMODSEQ below that of a message',
    sql: `UPDATE folders
      SET highestModseq = 1 WHERE messages > 0`,
  },
  {
    code: 'modseq-wrong',
    of: 'beta',
    damage: 'a message that came after it was changed',
    sql: 'UPDATE messages SET came = modseq + 1',
  },
  {
    code: 'modseq-wrong',
    of: 'beta',
    damage: 'a mailbox behind its folders',
    sql: 'UPDATE mailboxes SET modseq = 0',
  },
  {
    code: 'modseq-wrong',
    of: 'beta',
    damage: 'a removal that is forgotten and kept',
    sql: `INSERT INTO expunged
      SELECT id, 1, 1 FROM folders LIMIT 1; UPDATE folders SET expungedFloor = 1, uidNext = 2`,
  },
  {
    code: 'counters-wrong',
    of: 'beta',
    damage: 'a message that was not counted',
    sql: 'UPDATE folders SET messages = messages + 1',
  },
  {
    code: 'counters-wrong',
    of: 'beta',
    damage: 'a message seen and counted as unseen',
    sql: "UPDATE messages SET flags = '\\Seen'",
  },
  {
    code: 'counters-wrong',
    of: 'beta',
    damage: 'a folder smaller than its messages',
    sql: 'UPDATE folders SET sizeBytes = 0',
  },
  {
    code: 'quota-wrong',
    of: 'beta',
    damage: 'a mailbox with more room than it has',
    sql: 'UPDATE mailboxes SET countedBytes = 0',
  },
  {
    code: 'quota-wrong',
    of: 'beta',
    damage: 'a mailbox smaller than its folders',
    sql: 'UPDATE mailboxes SET totalBytes = 0',
  },
  {
    code: 'queue-broken',
    of: 'alfa',
    damage: 'an entry for nobody',
    sql: "UPDATE queue SET forwardPaths = '[]'",
  },
  {
    code: 'queue-broken',
    of: 'alfa',
    damage: 'an entry that is over before it began',
    sql: 'UPDATE queue SET expiresAt = createdAt',
  },
  ...LOG_DAMAGES,
  {
    code: 'record-missing',
    of: 'alfa',
    damage: 'an acceptance that the log does not have',
    sql: `DROP TRIGGER logNeverChanges;
      UPDATE log SET record = json_set(record, '$.event', 'index-updated') WHERE record LIKE '%"acceptance"%'`,
  },
  {
    code: 'submission-missing',
    of: 'alfa',
    damage: 'submissions that are not kept',
    sql: 'DELETE FROM submissions',
  },
  {
    code: 'tracking-missing',
    of: 'alfa',
    damage: 'a recipient that nobody waits for',
    sql: 'DELETE FROM trackings WHERE id = 1',
  },
  {
    code: 'tracking-behind',
    of: 'alfa',
    damage: 'an outcome forgotten',
    sql: `UPDATE trackings SET outcome = NULL,
      outcomeAt = NULL`,
  },
  {
    code: 'tracking-broken',
    of: 'alfa',
    damage: 'an outcome of no time',
    sql: 'UPDATE trackings SET outcomeAt = NULL',
  },
  {
    code: 'record-missing',
    of: 'alfa',
    damage: 'a notice that nobody wrote',
    sql: 'UPDATE trackings SET firstNoticeAt = 1',
  },
  { code: 'envelope-lost', of: 'alfa', damage: 'a queue entry lost', sql: 'DELETE FROM queue' },
  {
    code: 'outcome-missing',
    of: 'beta',
    damage: 'a delivery without outcome',
    sql: `DELETE FROM deliveryOutcomes
      WHERE outcome = 'delivered'`,
  },
  {
    code: 'record-missing',
    of: 'beta',
    damage: 'an outcome that the log does not have',
    sql: `INSERT INTO deliveryOutcomes
      (identifier, signer, recipientKey, recipient, outcome, at) VALUES ('opec9@pec.alfa.test', '', 'x@pec.beta.test', 'x@pec.beta.test', 'delivered', 1)`,
  },
  {
    code: 'delivered-twice',
    of: 'beta',
    damage: 'two deliveries to one recipient',
    sql: `INSERT INTO log
      (instant, identifierHash, messageIdHash, record) SELECT instant, identifierHash, messageIdHash, record FROM log
      WHERE record LIKE '%"delivered"%'`,
  },
  {
    code: 'receipt-missing',
    of: 'beta',
    damage: 'a delivery without receipt',
    sql: `DROP TRIGGER logNeverChanges;
      UPDATE log SET record = json_set(record, '$.event', 'index-updated') WHERE record LIKE '%"delivery-receipt-emitted"%'`,
  },
  {
    code: 'receipt-unfounded',
    of: 'beta',
    damage: 'a receipt without delivery',
    sql: `DROP TRIGGER logNeverChanges;
      UPDATE log SET record = json_set(record, '$.event', 'index-updated') WHERE record LIKE '%"delivered"%'`,
  },
  {
    code: 'receipt-lost',
    of: 'beta',
    damage: 'a receipt that never left',
    sql: `DROP TRIGGER logNeverChanges;
      UPDATE log SET record = json_set(record, '$.event', 'index-updated') WHERE record LIKE '%"envelope-sent"%'`,
  },
  {
    code: 'frame-broken',
    of: 'alfa',
    damage: 'a frame that is no frame',
    sql: "UPDATE frames SET frame = '{' WHERE blob = (SELECT min(blob) FROM frames)",
  },
  {
    code: 'frame-broken',
    of: 'alfa',
    damage: 'a frame of no message',
    sql: "UPDATE frames SET frame = json_remove(frame, '$.messageId')",
  },
  {
    code: 'frame-broken',
    of: 'beta',
    damage: 'a frame with a piece too few',
    sql: "UPDATE frames SET frame = json_remove(frame, '$.pieces[0]')",
  },
  {
    code: 'frame-broken',
    of: 'beta',
    damage: 'a hole beyond the original',
    sql: "UPDATE frames SET frame = json_set(frame, '$.original.sizeBytes', 1) WHERE frame LIKE '%original%'",
  },
  {
    code: 'blob-missing',
    of: 'alfa',
    damage: 'a frame without its blob',
    sql: 'UPDATE frames SET blob = blob + 1000000 WHERE blob = (SELECT min(blob) FROM frames)',
  },
  {
    code: 'references-wrong',
    of: 'alfa',
    damage: 'a frame forgotten without its blob',
    sql: 'DELETE FROM frames WHERE blob = (SELECT max(blob) FROM frames)',
  },
  {
    code: 'revocation-list-damaged',
    of: 'alfa',
    damage: 'a kept revocation list that is another',
    sql: `INSERT INTO revocationLists (sha256, issuer, series, thisUpdate, obtainedAt, der)
      VALUES ('${'0'.repeat(64)}', 'a', 's', 1, 1, x'30')`,
  },
  {
    code: 'times-of-service-damaged',
    of: 'alfa',
    damage: 'a time of service that ends before it begins',
    sql: "INSERT INTO servingSpans (since, until, state, ended) VALUES (2, 1, 'serving', 0)",
  },
  {
    code: 'blob-damaged',
    of: 'alfa',
    damage: 'an octet changed among the rows',
    sql: `UPDATE blobOctets SET octets = CAST(replace(CAST(octets AS TEXT), 'a', 'b') AS BLOB)
      WHERE id = (SELECT max(id) FROM blobOctets)`,
  },
  {
    code: 'blob-damaged',
    of: 'alfa',
    damage: 'octets too many among the rows',
    sql: "UPDATE blobOctets SET octets = CAST(octets || 'x' AS BLOB)",
  },
  {
    code: 'blob-damaged',
    of: 'alfa',
    damage: 'another hash',
    sql: 'UPDATE blobs SET sha256 = zeroblob(32) WHERE isFile = 0',
  },
];
