// SPDX-License-Identifier: EUPL-1.2
import {
  emailIdOf,
  type Folder,
  type FolderId,
  type Mailbox,
  type MailboxId,
  type MailboxReader,
  type MessageEntry,
  type MessageRange,
} from '../../../mailroom/mailboxes/mailbox-store.ts';
import { flagsOfText } from '../../flags.ts';
import { stepFault } from '../../step-faults.ts';
import type { Database } from '../driver.ts';

type MailboxRow = Omit<Mailbox, 'passwordHash' | 'ordinaryMail' | 'filesReceipts'> & {
  readonly passwordHash: string | null;
  readonly ordinaryMail: Exclude<Mailbox['ordinaryMail'], undefined> | null;
  readonly filesReceipts: number;
};
type FolderRow = Omit<Folder, 'specialUse' | 'subscribed'> & {
  readonly specialUse: string | null;
  readonly subscribed: number;
};
type MessageRow = readonly [
  uid: number,
  modseq: number,
  content: number,
  sizeBytes: number,
  flags: string,
  receivedAt: number,
  savedAt: number,
  counted: number,
];

const MAILBOX = `SELECT id, address, holder, status, role, passwordHash, quotaBytes, ordinaryMail, filesReceipts
  FROM mailboxes`;
const FOLDER = `SELECT id, mailbox, name, uidValidity, uidNext, highestModseq, specialUse,
  EXISTS (SELECT 1 FROM subscriptions s WHERE s.mailbox = folders.mailbox AND s.name = folders.name) AS subscribed,
  messages, unseen, deleted, sizeBytes FROM folders`;
const MESSAGE = 'SELECT uid, modseq, content, sizeBytes, flags, receivedAt, savedAt, counted FROM messages';

/** Mailboxes, folders and messages, read on the caller's thread. */
export class SqliteMailboxReader implements MailboxReader {
  readonly #db: Database;
  readonly #mailboxByAddress;
  readonly #mailboxById;
  readonly #mailboxes;
  readonly #usage;
  readonly #folders;
  readonly #subscriptions;
  readonly #folderByName;
  readonly #folderById;
  readonly #messages;
  readonly #lastBefore;
  readonly #changedMessages;
  readonly #floor;
  readonly #expunged;

  constructor(db: Database) {
    this.#db = db;
    this.#mailboxByAddress = db.prepare<MailboxRow>(`${MAILBOX} WHERE address = ?`);
    this.#mailboxById = db.prepare<MailboxRow>(`${MAILBOX} WHERE id = ?`);
    this.#mailboxes = db.prepare<MailboxRow>(`${MAILBOX} ORDER BY address`);
    this.#usage = db.prepare<{ countedBytes: number; totalBytes: number }>(
      'SELECT countedBytes, totalBytes FROM mailboxes WHERE id = ?',
    );
    this.#folders = db.prepare<FolderRow>(`${FOLDER} WHERE mailbox = ? ORDER BY name`);
    this.#subscriptions = db.prepare<{ name: string }>(
      'SELECT name FROM subscriptions WHERE mailbox = ? ORDER BY name',
    );
    this.#folderByName = db.prepare<FolderRow>(`${FOLDER} WHERE mailbox = ? AND name = ?`);
    this.#folderById = db.prepare<FolderRow>(`${FOLDER} WHERE id = ?`);
    this.#messages = db.prepareTuples<MessageRow>(
      `${MESSAGE} WHERE folder = ? AND uid BETWEEN ? AND ? ORDER BY uid LIMIT ?`,
    );
    this.#lastBefore = db.prepareTuples<readonly [uid: number]>(
      'SELECT uid FROM messages WHERE folder = ? AND came <= ? ORDER BY uid DESC LIMIT 1',
    );
    // What came since has the highest UIDs; what was there and changed since is in the index.
    this.#changedMessages = db.prepareTuples<MessageRow>(
      `${MESSAGE} WHERE folder = ?1 AND uid > ?3 AND uid BETWEEN ?4 AND ?5
       UNION ALL ${MESSAGE} INDEXED BY messagesByModseq
         WHERE folder = ?1 AND modseq > ?2 AND modseq > came AND uid <= ?3 AND uid BETWEEN ?4 AND ?5
       ORDER BY uid LIMIT ?6`,
    );
    this.#floor = db.prepare<{ expungedFloor: number }>('SELECT expungedFloor FROM folders WHERE id = ?');
    this.#expunged = db.prepareTuples<readonly [uid: number]>(
      'SELECT uid FROM expunged WHERE folder = ? AND modseq > ? ORDER BY uid',
    );
  }

  /** The first reading fixes what the transaction sees (SQLite, isolation in WAL mode). */
  atOnce<Value>(read: () => Value): Value {
    if (this.#db.inTransaction) return read();
    this.#db.exec('BEGIN');
    try {
      return read();
    } finally {
      this.#db.exec('COMMIT');
    }
  }

  findMailbox(address: string): Mailbox | undefined {
    const row = this.#mailboxByAddress.get(address.toLowerCase());
    return row && mailboxOf(row);
  }

  getMailbox(id: MailboxId): Mailbox {
    const row = this.#mailboxById.get(id);
    if (row === undefined) throw stepFault('no-such-mailbox', `there is no mailbox ${id}`);
    return mailboxOf(row);
  }

  listMailboxes(): readonly Mailbox[] {
    return this.#mailboxes.all().map(mailboxOf);
  }

  usage(id: MailboxId): { readonly countedBytes: number; readonly totalBytes: number } {
    const row = this.#usage.get(id);
    if (row === undefined) throw stepFault('no-such-mailbox', `there is no mailbox ${id}`);
    return { countedBytes: row.countedBytes, totalBytes: row.totalBytes };
  }

  listFolders(mailbox: MailboxId): readonly Folder[] {
    return this.#folders.all(mailbox).map(folderOf);
  }

  listSubscriptions(mailbox: MailboxId): readonly string[] {
    return this.#subscriptions.all(mailbox).map(({ name }) => name);
  }

  findFolder(mailbox: MailboxId, name: string): Folder | undefined {
    const row = this.#folderByName.get(mailbox, name);
    return row && folderOf(row);
  }

  findFolderById(id: FolderId): Folder | undefined {
    const row = this.#folderById.get(id);
    return row && folderOf(row);
  }

  listMessages(folder: FolderId, range: MessageRange = {}): readonly MessageEntry[] {
    // SQLite takes a negative limit for none.
    const { fromUid = 1, toUid = Number.MAX_SAFE_INTEGER, changedSince = 0, limit = -1 } = range;
    const rows =
      changedSince > 0
        ? this.#changed(folder, { changedSince, fromUid, toUid, limit })
        : this.#messages.all(folder, fromUid, toUid, limit);
    return rows.map((row) => messageOf(folder, row));
  }

  #changed(folder: FolderId, range: Required<MessageRange>): readonly MessageRow[] {
    const { changedSince, fromUid, toUid, limit } = range;
    const [lastBefore] = this.#lastBefore.get(folder, changedSince) ?? [0];
    return this.#changedMessages.all(folder, changedSince, lastBefore, fromUid, toUid, limit);
  }

  listExpunged(folder: FolderId, sinceModseq: number): readonly number[] | undefined {
    const row = this.#floor.get(folder);
    if (row === undefined || sinceModseq < row.expungedFloor) return undefined;
    return this.#expunged.all(folder, sinceModseq).map(([uid]) => uid);
  }
}

function mailboxOf(row: MailboxRow): Mailbox {
  const { id, address, holder, status, role, passwordHash, quotaBytes, ordinaryMail } = row;
  return {
    id,
    address,
    holder,
    status,
    role,
    ...(passwordHash === null ? {} : { passwordHash }),
    quotaBytes,
    ...(ordinaryMail === null ? {} : { ordinaryMail }),
    filesReceipts: row.filesReceipts === 1,
  };
}

function folderOf({ specialUse, subscribed, ...row }: FolderRow): Folder {
  return { ...row, ...(specialUse === null ? {} : { specialUse }), subscribed: subscribed === 1 };
}

function messageOf(folder: FolderId, row: MessageRow): MessageEntry {
  const [uid, modseq, content, sizeBytes, flags, receivedAt, savedAt, counted] = row;
  return {
    folder,
    uid,
    modseq,
    content,
    sizeBytes,
    flags: flagsOfText(flags),
    receivedAt,
    savedAt,
    counted: counted === 1,
    emailId: emailIdOf(content),
  };
}
