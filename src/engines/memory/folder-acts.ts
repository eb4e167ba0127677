// SPDX-License-Identifier: EUPL-1.2

import type { FolderId, MailboxId } from '../../mailroom/mailboxes/mailbox-store.ts';
import type { ActResult, NewFolder } from '../../mailroom/steps/step-store.ts';
import { stepFault } from '../step-faults.ts';
import { releaseContent } from './content-acts.ts';
import { Table } from './table.ts';
import type { FolderRow, MailboxRow, Tables } from './tables.ts';

export function requireMailbox(tables: Tables, id: MailboxId): MailboxRow {
  const row = tables.mailboxes.get(id);
  if (row === undefined) throw stepFault('no-such-mailbox', `there is no mailbox ${id}`);
  return row;
}

export function requireFolder(tables: Tables, id: FolderId): FolderRow {
  const row = tables.folders.get(id);
  if (row === undefined) throw stepFault('no-such-folder', `there is no folder ${id}`);
  return row;
}

export function foldersOfMailbox(tables: Tables, mailbox: MailboxId): FolderRow[] {
  return (tables.foldersOf.get(mailbox) ?? []).flatMap((id) => tables.folders.get(id) ?? []);
}

export function folderNamed(
  tables: Tables,
  place: { mailbox: MailboxId; name: string },
): FolderRow | undefined {
  return foldersOfMailbox(tables, place.mailbox).find((folder) => folder.name === place.name);
}

/** MODSEQs grow over the whole mailbox, so that one number orders the changes of all its folders. */
export function nextModseq(tables: Tables, mailbox: MailboxId): number {
  const row = requireMailbox(tables, mailbox);
  const modseq = row.modseq + 1;
  tables.mailboxes.set(mailbox, { ...row, modseq });
  return modseq;
}

export function createFolder(tables: Tables, place: { mailbox: MailboxId; folder: NewFolder }): FolderRow {
  const { mailbox, folder } = place;
  requireMailbox(tables, mailbox);
  if (folderNamed(tables, { mailbox, name: folder.name }) !== undefined)
    throw stepFault('folder-exists', `mailbox ${mailbox} has a folder ${folder.name} already`);
  const id = tables.next('folder');
  const row: FolderRow = {
    id,
    mailbox,
    name: folder.name,
    // RFC 9051 section 2.3.1.1: a folder made anew under an old name has a greater UIDVALIDITY.
    uidValidity: id,
    uidNext: 1,
    highestModseq: nextModseq(tables, mailbox),
    ...(folder.specialUse === undefined ? {} : { specialUse: folder.specialUse }),
    messages: new Table(tables.undo),
    expunged: [],
    expungedFloor: 0,
  };
  tables.folders.set(id, row);
  if (folder.subscribed) subscribe(tables, { mailbox, name: folder.name, subscribed: true });
  tables.foldersOf.set(mailbox, [...(tables.foldersOf.get(mailbox) ?? []), id]);
  return row;
}

export function subscribe(
  tables: Tables,
  change: { mailbox: MailboxId; name: string; subscribed: boolean },
): void {
  const { mailbox, name, subscribed } = change;
  requireMailbox(tables, mailbox);
  const names = new Set(tables.subscriptions.get(mailbox));
  if (subscribed) names.add(name);
  else names.delete(name);
  tables.subscriptions.set(mailbox, names);
}

/** RFC 9051 section 6.3.6: inferior names go along, but for those of INBOX. */
export function renameFolder(tables: Tables, change: { folder: FolderId; name: string }): void {
  const folder = requireFolder(tables, change.folder);
  if (folder.name === change.name) return;
  const siblings = foldersOfMailbox(tables, folder.mailbox);
  const prefix = `${folder.name}/`;
  const moving = siblings.filter(
    (other) => other.id === folder.id || (folder.name !== 'INBOX' && other.name.startsWith(prefix)),
  );
  for (const each of moving) {
    const name = change.name + each.name.slice(folder.name.length);
    if (siblings.some((other) => other.name === name && !moving.includes(other)))
      throw stepFault('folder-exists', `mailbox ${folder.mailbox} has a folder ${name} already`);
    tables.folders.set(each.id, { ...each, name });
  }
}

/** Removes the folder and its messages; folders below it stay. Nothing happens when it is gone already. */
export function deleteFolder(tables: Tables, id: FolderId): ActResult {
  const folder = tables.folders.get(id);
  if (folder === undefined) return undefined;
  for (const message of folder.messages.values()) releaseContent(tables, message.content);
  tables.folders.delete(id);
  const others = (tables.foldersOf.get(folder.mailbox) ?? []).filter((other) => other !== id);
  tables.foldersOf.set(folder.mailbox, others);
  return { gave: 'mailbox', mailbox: folder.mailbox };
}
