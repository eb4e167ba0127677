// SPDX-License-Identifier: EUPL-1.2
import type { Folder, MailboxId } from '../../mailroom/mailboxes/mailbox-store.ts';
import { foldersOfMailbox } from './folder-acts.ts';
import type { FolderRow, Tables } from './tables.ts';

/** Octets that count against the quota of a mailbox. */
export function countedBytes(tables: Tables, mailbox: MailboxId): number {
  return bytes(tables, { mailbox, onlyCounted: true });
}

/** Octets of all messages of a mailbox. */
export function totalBytes(tables: Tables, mailbox: MailboxId): number {
  return bytes(tables, { mailbox, onlyCounted: false });
}

function bytes(tables: Tables, what: { mailbox: MailboxId; onlyCounted: boolean }): number {
  let sum = 0;
  for (const folder of foldersOfMailbox(tables, what.mailbox)) {
    for (const message of folder.messages.values())
      if (message.counted || !what.onlyCounted) sum += message.sizeBytes;
  }
  return sum;
}

/** The folder as readers see it. */
export function countFolder(tables: Tables, row: FolderRow): Folder {
  const { messages, expunged: _, expungedFloor: __, ...folder } = row;
  const all = messages.values();
  return {
    ...folder,
    subscribed: tables.subscriptions.get(row.mailbox)?.has(row.name) ?? false,
    messages: all.length,
    unseen: all.filter((message) => !message.flags.includes('\\Seen')).length,
    deleted: all.filter((message) => message.flags.includes('\\Deleted')).length,
    sizeBytes: all.reduce((sum, message) => sum + message.sizeBytes, 0),
  };
}
