// SPDX-License-Identifier: EUPL-1.2
import type { FolderId, Mailbox, MailboxId } from '../../../mailroom/mailboxes/mailbox-store.ts';
import type { Act, ActResult, Condition, NewFolder } from '../../../mailroom/steps/step-store.ts';
import { stepFault } from '../../step-faults.ts';
import type { Database } from '../driver.ts';
import type { ContentWriter } from './content-writer.ts';

export interface FolderRow {
  readonly id: FolderId;
  readonly mailbox: MailboxId;
  readonly name: string;
  readonly uidValidity: number;
  readonly uidNext: number;
  readonly highestModseq: number;
}

/** What messages that come count, in octets. */
export interface Usage {
  readonly countedBytes: number;
  readonly totalBytes: number;
}

interface RoomRow {
  readonly status: string;
  readonly quotaBytes: number;
  readonly countedBytes: number;
}

const NO_USAGE: Usage = { countedBytes: 0, totalBytes: 0 };

/** Mailboxes and their trees of folders. */
export class FolderWriter {
  readonly #contents: ContentWriter;
  readonly #findMailbox;
  readonly #insertMailbox;
  readonly #updateMailbox;
  readonly #room;
  readonly #modseq;
  readonly #setModseq;
  readonly #byId;
  readonly #byName;
  readonly #siblings;
  readonly #nextId;
  readonly #insert;
  readonly #rename;
  readonly #subscribe;
  readonly #unsubscribe;
  readonly #hasMailbox;
  readonly #messagesOf;
  readonly #lessUsage;
  readonly #drop: readonly { run(folder: number): void }[];

  constructor(db: Database, contents: ContentWriter) {
    this.#contents = contents;
    this.#findMailbox = db.prepare<{ id: MailboxId }>('SELECT id FROM mailboxes WHERE address = ?');
    this.#insertMailbox = db.prepare(
      `INSERT INTO mailboxes (holder, status, role, passwordHash, quotaBytes, ordinaryMail, filesReceipts, address)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#updateMailbox = db.prepare(
      `UPDATE mailboxes SET holder = ?, status = ?, role = ?, passwordHash = ?, quotaBytes = ?,
         ordinaryMail = ?, filesReceipts = ? WHERE id = ?`,
    );
    this.#room = db.prepare<RoomRow>('SELECT status, quotaBytes, countedBytes FROM mailboxes WHERE id = ?');
    this.#modseq = db.prepare<{ modseq: number }>('SELECT modseq FROM mailboxes WHERE id = ?');
    this.#setModseq = db.prepare(
      `UPDATE mailboxes SET modseq = ?, countedBytes = countedBytes + ?, totalBytes = totalBytes + ?
        WHERE id = ?`,
    );
    const columns = 'id, mailbox, name, uidValidity, uidNext, highestModseq';
    this.#byId = db.prepare<FolderRow>(`SELECT ${columns} FROM folders WHERE id = ?`);
    this.#byName = db.prepare<FolderRow>(`SELECT ${columns} FROM folders WHERE mailbox = ? AND name = ?`);
    this.#siblings = db.prepare<FolderRow>(`SELECT ${columns} FROM folders WHERE mailbox = ?`);
    this.#nextId = db.prepare<{ id: number }>(
      "SELECT coalesce(max(seq), 0) + 1 AS id FROM sqlite_sequence WHERE name = 'folders'",
    );
    this.#insert = db.prepare(
      `INSERT INTO folders (id, mailbox, name, uidValidity, highestModseq, specialUse)
       VALUES (?, ?, ?, ?, ?, ?)`,
    );
    this.#rename = db.prepare('UPDATE folders SET name = ? WHERE id = ?');
    this.#subscribe = db.prepare(
      'INSERT INTO subscriptions (mailbox, name) VALUES (?, ?) ON CONFLICT DO NOTHING',
    );
    this.#unsubscribe = db.prepare('DELETE FROM subscriptions WHERE mailbox = ? AND name = ?');
    this.#hasMailbox = db.prepare<{ id: MailboxId }>('SELECT id FROM mailboxes WHERE id = ?');
    this.#messagesOf = db.prepare<{ content: number; sizeBytes: number; counted: number }>(
      'SELECT content, sizeBytes, counted FROM messages WHERE folder = ?',
    );
    this.#lessUsage = db.prepare(
      'UPDATE mailboxes SET countedBytes = countedBytes - ?, totalBytes = totalBytes - ? WHERE id = ?',
    );
    this.#drop = [
      db.prepare('DELETE FROM messages WHERE folder = ?'),
      db.prepare('DELETE FROM expunged WHERE folder = ?'),
      db.prepare('DELETE FROM folders WHERE id = ?'),
    ];
  }

  /** An address that has a mailbox keeps its number and its folders; missing folders are made. */
  putMailbox(mailbox: Omit<Mailbox, 'id'>, folders: readonly NewFolder[]): ActResult {
    const { holder, status, role, passwordHash, quotaBytes, ordinaryMail, filesReceipts } = mailbox;
    const address = mailbox.address.toLowerCase();
    const values = [
      holder,
      status,
      role,
      passwordHash ?? null,
      quotaBytes,
      ordinaryMail ?? null,
      filesReceipts ? 1 : 0,
    ];
    const known = this.#findMailbox.get(address)?.id;
    if (known !== undefined) this.#updateMailbox.run(...values, known);
    const id = known ?? this.#insertMailbox.run(...values, address);
    for (const folder of folders) if (this.find(id, folder.name) === undefined) this.create(id, folder);
    return { gave: 'mailbox', mailbox: id };
  }

  hasRoom(wanted: Extract<Condition, { is: 'room' }>): boolean {
    const row = this.#room.get(wanted.mailbox);
    if (row?.status !== 'active') return false;
    // What does not count has always room, even where the quota was lowered below what is there.
    return wanted.sizeBytes === 0 || row.countedBytes + wanted.sizeBytes <= row.quotaBytes;
  }

  /**
   * MODSEQs grow over the whole mailbox, so that one number orders the changes of all its folders. The change may be
   * that messages come, or go.
   */
  nextModseq(mailbox: MailboxId, { countedBytes, totalBytes }: Usage = NO_USAGE): number {
    const row = this.#modseq.get(mailbox);
    if (row === undefined) throw stepFault('no-such-mailbox', `there is no mailbox ${mailbox}`);
    const modseq = row.modseq + 1;
    this.#setModseq.run(modseq, countedBytes, totalBytes, mailbox);
    return modseq;
  }

  find(mailbox: MailboxId, name: string): FolderRow | undefined {
    return this.#byName.get(mailbox, name);
  }

  require(id: FolderId): FolderRow {
    const row = this.#byId.get(id);
    if (row === undefined) throw stepFault('no-such-folder', `there is no folder ${id}`);
    return row;
  }

  create(mailbox: MailboxId, folder: NewFolder): FolderId {
    const highestModseq = this.nextModseq(mailbox);
    if (this.find(mailbox, folder.name) !== undefined)
      throw stepFault('folder-exists', `mailbox ${mailbox} has a folder ${folder.name} already`);
    const id = this.#nextId.get()?.id ?? 0;
    const { name, specialUse, subscribed } = folder;
    // RFC 9051 section 2.3.1.1: a folder made anew under an old name has a greater UIDVALIDITY.
    this.#insert.run(id, mailbox, name, id, highestModseq, specialUse ?? null);
    if (subscribed) this.#subscribe.run(mailbox, name);
    return id;
  }

  /** RFC 9051 section 6.3.6: inferior names go along, but for those of INBOX. */
  rename(id: FolderId, newName: string): void {
    const folder = this.require(id);
    if (folder.name === newName) return;
    const siblings = this.#siblings.all(folder.mailbox);
    const prefix = `${folder.name}/`;
    const isMoving = (other: FolderRow) =>
      other.id === id || (folder.name !== 'INBOX' && other.name.startsWith(prefix));
    const names = new Set(siblings.filter((other) => !isMoving(other)).map((other) => other.name));
    const moving = siblings.filter(isMoving);
    // Names are unique at every moment, and a tree may move below itself: first out of the way, then in.
    for (const each of moving) this.#rename.run(`\0${each.id}`, each.id);
    for (const each of moving) {
      const name = newName + each.name.slice(folder.name.length);
      if (names.has(name))
        throw stepFault('folder-exists', `mailbox ${folder.mailbox} has a folder ${name} already`);
      this.#rename.run(name, each.id);
    }
  }

  /** Removes the folder and its messages; folders below it stay. Nothing happens when it is gone already. */
  delete(id: FolderId): ActResult {
    const folder = this.#byId.get(id);
    if (folder === undefined) return undefined;
    let countedBytes = 0;
    let totalBytes = 0;
    for (const { content, sizeBytes, counted } of this.#messagesOf.all(id)) {
      this.#contents.release(content);
      totalBytes += sizeBytes;
      if (counted === 1) countedBytes += sizeBytes;
    }
    this.#lessUsage.run(countedBytes, totalBytes, folder.mailbox);
    for (const statement of this.#drop) statement.run(id);
    return { gave: 'mailbox', mailbox: folder.mailbox };
  }

  subscribe({ mailbox, name, subscribed }: Extract<Act, { do: 'subscribe' }>): void {
    if (this.#hasMailbox.get(mailbox) === undefined)
      throw stepFault('no-such-mailbox', `there is no mailbox ${mailbox}`);
    (subscribed ? this.#subscribe : this.#unsubscribe).run(mailbox, name);
  }
}
