// SPDX-License-Identifier: EUPL-1.2
import type { ServingSpan } from '../../evidence/availability/availability-store.ts';
import type { LogRecord } from '../../evidence/certification-log/log-store.ts';
import type { StoredSeal } from '../../evidence/certification-log/sealed-log-store.ts';
import type { BlobId, ContentId, NewContent } from '../../mailroom/contents/content-store.ts';
import type { NewFrame } from '../../mailroom/frames/frame-store.ts';
import type { FolderId, Mailbox, MailboxId, MessageEntry } from '../../mailroom/mailboxes/mailbox-store.ts';
import type { Quarantined, QuarantineId } from '../../mailroom/quarantine/quarantine-store.ts';
import type { QueueEntry, QueueEntryId } from '../../mailroom/queue/queue-store.ts';
import type { DeliveryOutcome, Submission, Tracking } from '../../mailroom/tracking/tracking-store.ts';
import type { Instant } from '../../platform/clock.ts';
import type { ArchivedList } from '../../trust/signing/revocation-archive-store.ts';
import { Table, Undo } from './table.ts';

/** A mailbox and the highest MODSEQ given in any of its folders. */
export interface MailboxRow {
  readonly mailbox: Mailbox;
  readonly modseq: number;
}

export interface ExpungedRow {
  readonly uid: number;
  readonly modseq: number;
}

/** A folder; its counters are counted from its messages when asked for. */
export interface FolderRow {
  readonly id: FolderId;
  readonly mailbox: MailboxId;
  readonly name: string;
  readonly uidValidity: number;
  readonly uidNext: number;
  readonly highestModseq: number;
  readonly specialUse?: string;
  readonly messages: Table<number, MessageEntry>;
  /** What was removed, oldest first. */
  readonly expunged: readonly ExpungedRow[];
  /** Removals up to this MODSEQ are forgotten. */
  readonly expungedFloor: number;
}

export interface ContentRow {
  readonly content: NewContent;
  readonly references: number;
}

export interface BlobRow {
  readonly octets: Buffer;
  readonly references: number;
}

/** Everything the memory engine holds. */
export class Tables {
  readonly undo = new Undo();
  readonly mailboxes = new Table<MailboxId, MailboxRow>(this.undo);
  readonly mailboxesByAddress = new Table<string, MailboxId>(this.undo);
  readonly folders = new Table<FolderId, FolderRow>(this.undo);
  /** Names by mailbox. */
  readonly subscriptions = new Table<MailboxId, ReadonlySet<string>>(this.undo);
  readonly foldersOf = new Table<MailboxId, readonly FolderId[]>(this.undo);
  readonly contents = new Table<ContentId, ContentRow>(this.undo);
  readonly blobs = new Table<BlobId, BlobRow>(this.undo);
  readonly queue = new Table<QueueEntryId, QueueEntry>(this.undo);
  /** By destination. */
  readonly heldDestinations = new Table<string, { readonly destination: string }>(this.undo);
  readonly quarantine = new Table<QuarantineId, Quarantined>(this.undo);
  /** By the blob of the frame. */
  readonly frames = new Table<BlobId, NewFrame>(this.undo);
  /** By SHA-256. */
  readonly revocationLists = new Table<string, { readonly list: ArchivedList; readonly der: Buffer }>(
    this.undo,
  );
  /** By their beginning. */
  readonly servingSpans = new Table<Instant, ServingSpan>(this.undo);
  readonly submissions = new Table<string, Submission>(this.undo);
  readonly trackings = new Table<string, readonly Tracking[]>(this.undo);
  /** Those of `trackings` that a notice may still be due for; kept because they are looked through all the time. */
  readonly waiting = new Table<string, readonly Tracking[]>(this.undo);
  /** Envelopes kept until a recipient has an end, by identifier and recipient. */
  readonly awaitedEnvelopes = new Table<string, ContentId>(this.undo);
  readonly outcomes = new Table<string, readonly DeliveryOutcome[]>(this.undo);
  readonly log = new Table<number, LogRecord>(this.undo);
  /** Records by PEC msgid and by the client's Message-ID, both without angle brackets. */
  readonly logAbout = new Table<string, readonly LogRecord[]>(this.undo);
  /** Leaf hashes of the log's tree, by block. */
  readonly logBlocks = new Table<number, Buffer>(this.undo);
  /** By level and index. */
  readonly logNodes = new Table<string, Buffer>(this.undo);
  readonly seals = new Table<number, StoredSeal>(this.undo);
  readonly forgotten = new Table<'upTo', number>(this.undo);
  readonly #given = new Table<string, number>(this.undo);

  /** The next number of a series, from 1. */
  next(series: 'mailbox' | 'folder' | 'entry' | 'quarantine'): number {
    const number = (this.#given.get(series) ?? 0) + 1;
    this.#given.set(series, number);
    return number;
  }
}

/** Key of what is kept for one recipient of a message; letter case does not count. */
export function recipientKey(identifier: string, recipient: string): string {
  return `${identifier}\n${recipient.toLowerCase()}`;
}
