// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../platform/clock.ts';
import type { ContentId } from '../contents/content-store.ts';

/** Number of a PEC mailbox (casella). */
export type MailboxId = number;
/** Number of a folder of a mailbox; never used twice. */
export type FolderId = number;

/** What is done with ordinary (not certified) mail for a mailbox; IP-22. */
export type OrdinaryMailPolicy = 'refuse' | 'deliver' | 'discard';

/** A PEC mailbox: one address, one holder, a tree of folders. */
export interface Mailbox {
  readonly id: MailboxId;
  /** Lower-case address, the only one under which mail is delivered. */
  readonly address: string;
  /** Who the mailbox is registered to (titolare). */
  readonly holder: string;
  readonly status: 'active' | 'disabled';
  /** `service`: receives M6 and M8 only and has no user (SRV-1, DP-26). */
  readonly role: 'user' | 'service';
  /** PHC string of argon2id; absent when nobody can log in. */
  readonly passwordHash?: string;
  /** Octets that counted messages may take; receipts and notices never count. */
  readonly quotaBytes: number;
  /** Overrides the provider's policy when present. */
  readonly ordinaryMail?: OrdinaryMailPolicy;
  /** Files receipts into the folder Ricevute rather than INBOX. */
  readonly filesReceipts: boolean;
}

/** A folder as IMAP sees it (RFC 9051 calls it a mailbox). */
export interface Folder {
  readonly id: FolderId;
  readonly mailbox: MailboxId;
  /** Unicode name, levels separated by `/`; `INBOX` in capitals. */
  readonly name: string;
  readonly uidValidity: number;
  readonly uidNext: number;
  /** Highest MODSEQ given in this folder (RFC 7162). */
  readonly highestModseq: number;
  /** RFC 6154 attribute such as `\Sent`, if any. */
  readonly specialUse?: string;
  /** Whether its name is subscribed. */
  readonly subscribed: boolean;
  /** Number of messages, of unseen ones, of ones marked \Deleted, and their octets (RFC 8438). */
  readonly messages: number;
  readonly unseen: number;
  readonly deleted: number;
  readonly sizeBytes: number;
}

/** A message of a folder. */
export interface MessageEntry {
  readonly folder: FolderId;
  readonly uid: number;
  readonly modseq: number;
  readonly content: ContentId;
  readonly sizeBytes: number;
  /** System flags with backslash (`\Seen`), keywords bare; sorted. */
  readonly flags: readonly string[];
  /** INTERNALDATE. */
  readonly receivedAt: Instant;
  /** When it was put into this folder (RFC 8514). */
  readonly savedAt: Instant;
  /** Whether it counts against the quota. */
  readonly counted: boolean;
  /** Stable across copies and moves (RFC 8474 EMAILID). */
  readonly emailId: string;
}

export interface MessageRange {
  /** Lowest UID, included; default 1. */
  readonly fromUid?: number;
  /** Highest UID, included. */
  readonly toUid?: number;
  /** Only messages whose MODSEQ is greater. */
  readonly changedSince?: number;
  readonly limit?: number;
}

/** The EMAILID of a content: it never changes and its number is never used again, so all its copies share it. */
export function emailIdOf(content: ContentId): string {
  return `M${content}`;
}

/** Reading side of mailboxes; synchronous, from the caller's thread. Everything committed is seen. */
export interface MailboxReader {
  /** Runs a function whose readings of this store all see the same instant; it must not wait. */
  atOnce<Value>(read: () => Value): Value;
  /** By address, any letter case. */
  findMailbox(address: string): Mailbox | undefined;
  getMailbox(id: MailboxId): Mailbox;
  /** All mailboxes, by address. */
  listMailboxes(): readonly Mailbox[];
  /** What counts against the quota, and all there is, in octets. */
  usage(id: MailboxId): { readonly countedBytes: number; readonly totalBytes: number };
  listFolders(mailbox: MailboxId): readonly Folder[];
  /** Subscribed names in order, also of folders that are gone. */
  listSubscriptions(mailbox: MailboxId): readonly string[];
  findFolder(mailbox: MailboxId, name: string): Folder | undefined;
  findFolderById(id: FolderId): Folder | undefined;
  /** Messages in UID order. */
  listMessages(folder: FolderId, range?: MessageRange): readonly MessageEntry[];
  /** UIDs removed after that MODSEQ, ascending; undefined when the store no longer knows (RFC 7162). */
  listExpunged(folder: FolderId, sinceModseq: number): readonly number[] | undefined;
}
