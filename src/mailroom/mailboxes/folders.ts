// SPDX-License-Identifier: EUPL-1.2
import type { NewFolder } from '../steps/step-store.ts';
import type { Folder, Mailbox } from './mailbox-store.ts';

/** Where mail comes in. */
export const INBOX = 'INBOX';
/** Where receipts go when the holder wants them out of the way; made when first needed. */
export const RECEIPTS_FOLDER = 'Ricevute';

/** Where unwanted mail goes, unless the holder has it elsewhere. */
const JUNK_FOLDER = 'Indesiderata';

/** The folders every mailbox starts with, as Italians know them, with their RFC 6154 uses. */
export const DEFAULT_FOLDERS: readonly NewFolder[] = [
  { name: INBOX, subscribed: true },
  { name: 'Inviata', specialUse: '\\Sent', subscribed: true },
  { name: 'Bozze', specialUse: '\\Drafts', subscribed: true },
  { name: 'Cestino', specialUse: '\\Trash', subscribed: true },
  { name: JUNK_FOLDER, specialUse: '\\Junk', subscribed: true },
  { name: 'Archivio', specialUse: '\\Archive', subscribed: true },
];

/** Where receipts and notices of a mailbox are filed. */
export function receiptFolder(mailbox: Mailbox): string {
  return mailbox.filesReceipts ? RECEIPTS_FOLDER : INBOX;
}

/** Where unwanted mail of a mailbox with these folders is filed: where the holder has it (RFC 6154). */
export function junkFolder(folders: readonly Folder[]): string {
  return folders.find(({ specialUse }) => specialUse === '\\Junk')?.name ?? JUNK_FOLDER;
}
