// SPDX-License-Identifier: EUPL-1.2
import type { FolderId } from '../../../mailroom/mailboxes/mailbox-store.ts';
import type { Act, ActResult } from '../../../mailroom/steps/step-store.ts';
import { changedFlags, flagsAsText, flagsOfText, namedUids, restingFlags } from '../../flags.ts';
import type { Database } from '../driver.ts';
import type { Brought, ContentWriter } from './content-writer.ts';
import type { FolderRow, FolderWriter, Usage } from './folder-writer.ts';

type ActNamed<Name extends Act['do']> = Extract<Act, { do: Name }>;

interface MessageRow {
  readonly uid: number;
  readonly modseq: number;
  readonly content: number;
  readonly sizeBytes: number;
  readonly flags: string;
  readonly receivedAt: number;
  readonly counted: number;
}

type NewMessageRow = Omit<MessageRow, 'uid' | 'modseq'>;

/** Messages of folders, and the counters that are kept with them. */
export class MessageWriter {
  readonly #contents: ContentWriter;
  readonly #folders: FolderWriter;
  readonly #expungedKept: number;
  readonly #lessUsage;
  readonly #count;
  readonly #insert;
  readonly #find;
  readonly #setFlags;
  readonly #delete;
  readonly #noteExpunged;
  readonly #countExpunged;
  readonly #newestForgotten;
  readonly #forget;
  readonly #noteForgotten;

  constructor(db: Database, parts: { contents: ContentWriter; folders: FolderWriter; expungedKept: number }) {
    this.#contents = parts.contents;
    this.#folders = parts.folders;
    this.#expungedKept = parts.expungedKept;
    this.#lessUsage = db.prepare(
      'UPDATE mailboxes SET countedBytes = countedBytes - ?, totalBytes = totalBytes - ? WHERE id = ?',
    );
    this.#count = db.prepare(
      `UPDATE folders SET messages = messages + ?, unseen = unseen + ?, deleted = deleted + ?,
         sizeBytes = sizeBytes + ?, uidNext = ?, highestModseq = ? WHERE id = ?`,
    );
    this.#insert = db.prepare(
      `INSERT INTO messages (folder, uid, modseq, came, content, sizeBytes, flags, receivedAt, savedAt, counted)
       VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7, ?8, ?9)`,
    );
    this.#find = db.prepare<MessageRow>(
      `SELECT uid, modseq, content, sizeBytes, flags, receivedAt, counted FROM messages
       WHERE folder = ? AND uid = ?`,
    );
    this.#setFlags = db.prepare('UPDATE messages SET flags = ?, modseq = ? WHERE folder = ? AND uid = ?');
    this.#delete = db.prepare('DELETE FROM messages WHERE folder = ? AND uid = ?');
    this.#noteExpunged = db.prepare('INSERT INTO expunged (folder, modseq, uid) VALUES (?, ?, ?)');
    this.#countExpunged = db.prepare<{ kept: number }>(
      'UPDATE folders SET expungedKept = expungedKept + ? WHERE id = ? RETURNING expungedKept AS kept',
    );
    this.#newestForgotten = db.prepare<{ modseq: number }>(
      'SELECT modseq FROM expunged WHERE folder = ? ORDER BY modseq, uid LIMIT 1 OFFSET ?',
    );
    this.#forget = db.prepare('DELETE FROM expunged WHERE folder = ? AND modseq <= ?');
    this.#noteForgotten = db.prepare(
      `UPDATE folders SET expungedFloor = ?2,
         expungedKept = (SELECT count(*) FROM expunged WHERE folder = ?1) WHERE id = ?1`,
    );
  }

  append(act: ActNamed<'append'>, brought: Brought): ActResult {
    const sizeBytes = this.#contents.refer(act.content, brought);
    const { mailbox, content, receivedAt, savedAt } = act;
    const flags = flagsAsText(restingFlags(act.flags));
    const folder =
      this.#folders.find(mailbox, act.folder) ??
      this.#folders.require(this.#folders.create(mailbox, { name: act.folder, subscribed: true }));
    const row = { content, sizeBytes, flags, receivedAt, counted: act.counted ? 1 : 0 };
    const modseq = this.#folders.nextModseq(mailbox, usageOf([row]));
    const [uid = 0] = this.#add(folder, { rows: [row], modseq, savedAt });
    return { gave: 'message', folder: folder.id, uid, modseq, uidValidity: folder.uidValidity };
  }

  /** Puts messages into a folder, their octets counted already; returns their UIDs. */
  #add(
    folder: FolderRow,
    what: { rows: readonly NewMessageRow[]; modseq: number; savedAt: number },
  ): readonly number[] {
    const { rows, modseq, savedAt } = what;
    const uids = rows.map((row, at) => {
      const uid = folder.uidNext + at;
      const { content, sizeBytes, flags, receivedAt, counted } = row;
      this.#insert.run(folder.id, uid, modseq, content, sizeBytes, flags, receivedAt, savedAt, counted);
      return uid;
    });
    this.#recount(folder, { rows, modseq, uidNext: folder.uidNext + rows.length, sign: 1 });
    return uids;
  }

  #recount(
    folder: FolderRow,
    what: { rows: readonly NewMessageRow[]; modseq: number; uidNext: number; sign: 1 | -1 },
  ): void {
    const { rows, modseq, uidNext, sign } = what;
    let [unseen, deleted, sizeBytes] = [0, 0, 0];
    for (const row of rows) {
      unseen += isUnseen(row.flags);
      deleted += isDeleted(row.flags);
      sizeBytes += row.sizeBytes;
    }
    const counts = [rows.length, unseen, deleted, sizeBytes].map((count) => sign * count);
    this.#count.run(...counts, uidNext, modseq, folder.id);
  }

  setFlags(act: ActNamed<'set-flags'>): ActResult {
    const folder = this.#folders.require(act.folder);
    const refused: number[] = [];
    const changes: { uid: number; before: string; after: string }[] = [];
    for (const { uid, modseq, flags: before } of this.#named(folder.id, act.uids)) {
      const after = flagsAsText(changedFlags(flagsOfText(before), act));
      if (act.unchangedSince !== undefined && modseq > act.unchangedSince) refused.push(uid);
      else if (after !== before) changes.push({ uid, before, after });
    }
    if (changes.length === 0) return { gave: 'flags', modseq: folder.highestModseq, changed: [], refused };
    const modseq = this.#folders.nextModseq(folder.mailbox);
    let [unseen, deleted] = [0, 0];
    for (const { uid, before, after } of changes) {
      this.#setFlags.run(after, modseq, folder.id, uid);
      unseen += isUnseen(after) - isUnseen(before);
      deleted += isDeleted(after) - isDeleted(before);
    }
    this.#count.run(0, unseen, deleted, 0, folder.uidNext, modseq, folder.id);
    return { gave: 'flags', modseq, changed: changes.map((change) => change.uid), refused };
  }

  expunge(act: ActNamed<'expunge'>): ActResult {
    const folder = this.#folders.require(act.folder);
    const gone = this.#named(folder.id, act.uids);
    if (gone.length === 0) return { gave: 'expunged', uids: [], modseq: folder.highestModseq };
    const modseq = this.#folders.nextModseq(folder.mailbox);
    this.#remove(folder, { gone, modseq });
    return { gave: 'expunged', uids: gone.map((message) => message.uid), modseq };
  }

  #remove(folder: FolderRow, what: { gone: readonly MessageRow[]; modseq: number }): void {
    const { gone, modseq } = what;
    for (const { uid, content } of gone) {
      this.#delete.run(folder.id, uid);
      this.#noteExpunged.run(folder.id, modseq, uid);
      this.#contents.release(content);
    }
    this.#recount(folder, { rows: gone, modseq, uidNext: folder.uidNext, sign: -1 });
    const { countedBytes, totalBytes } = usageOf(gone);
    this.#lessUsage.run(countedBytes, totalBytes, folder.mailbox);
    const kept = this.#countExpunged.get(gone.length, folder.id)?.kept ?? 0;
    if (kept <= this.#expungedKept) return;
    // A MODSEQ is forgotten as a whole: half of what one removal took would be a wrong answer.
    const floor = this.#newestForgotten.get(folder.id, kept - this.#expungedKept - 1)?.modseq ?? modseq;
    this.#forget.run(folder.id, floor);
    this.#noteForgotten.run(folder.id, floor);
  }

  copy(act: ActNamed<'copy'>): ActResult {
    const source = this.#folders.require(act.folder);
    const target = this.#folders.require(act.to);
    const { uidValidity, mailbox } = target;
    const rows = this.#named(source.id, act.uids);
    const from = rows.map((row) => row.uid);
    if (rows.length === 0) return { gave: 'copied', from, to: [], uidValidity, modseq: target.highestModseq };
    const modseq = this.#folders.nextModseq(mailbox, usageOf(rows));
    for (const row of rows) this.#contents.refer(row.content);
    const to = this.#add(target, { rows, modseq, savedAt: act.savedAt });
    if (act.move) {
      const sourceModseq = mailbox === source.mailbox ? modseq : this.#folders.nextModseq(source.mailbox);
      // Source and target may be one.
      this.#remove(this.#folders.require(source.id), { gone: rows, modseq: sourceModseq });
    }
    return { gave: 'copied', from, to, uidValidity, modseq };
  }

  #named(folder: FolderId, uids: readonly number[]): readonly MessageRow[] {
    return namedUids(uids).flatMap((uid) => this.#find.get(folder, uid) ?? []);
  }
}

function usageOf(rows: readonly NewMessageRow[]): Usage {
  let [countedBytes, totalBytes] = [0, 0];
  for (const { sizeBytes, counted } of rows) {
    totalBytes += sizeBytes;
    if (counted === 1) countedBytes += sizeBytes;
  }
  return { countedBytes, totalBytes };
}

function isUnseen(flags: string): number {
  return flagsOfText(flags).includes('\\Seen') ? 0 : 1;
}

function isDeleted(flags: string): number {
  return flagsOfText(flags).includes('\\Deleted') ? 1 : 0;
}
