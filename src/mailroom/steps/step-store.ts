// SPDX-License-Identifier: EUPL-1.2
import type { AvailabilityAct } from '../../evidence/availability/availability-store.ts';
import type { NewLogRecord } from '../../evidence/certification-log/log-store.ts';
import type { LogAct } from '../../evidence/certification-log/sealed-log-store.ts';
import type { Instant } from '../../platform/clock.ts';
import type { RevocationAct } from '../../trust/signing/revocation-archive-store.ts';
import type { ContentId, ContentNumbers, NewBlob, NewContent } from '../contents/content-store.ts';
import type { NewFrame } from '../frames/frame-store.ts';
import type { FolderId, Mailbox, MailboxId } from '../mailboxes/mailbox-store.ts';
import type { NewQuarantined, QuarantineId } from '../quarantine/quarantine-store.ts';
import type { AttemptNote, NewQueueEntry, QueueEntryId } from '../queue/queue-store.ts';
import type { DeliveryOutcome, Submission, Tracking, TrackingOutcome } from '../tracking/tracking-store.ts';

/**
 * What one step of a message's life changes, as a plain value. `commit` performs it in one
 * transaction: all of it or nothing. It is made of structured-cloneable data only, because it
 * crosses to the writer's thread.
 */
export interface Step {
  readonly blobs: readonly NewBlob[];
  readonly contents: readonly NewContent[];
  readonly parts: readonly StepPart[];
}

/**
 * Acts done together, or left out together when a condition does not hold at the commit. Parts and
 * acts are taken in order: each sees what those before it did.
 */
export interface StepPart {
  readonly onlyIf?: readonly Condition[];
  readonly acts: readonly Act[];
}

export type Condition =
  /** The envelope has no outcome yet for this recipient of ours (DP-24, IP-28); of any signer, unless one is named. */
  | {
      readonly is: 'no-delivery-outcome';
      readonly identifier: string;
      readonly recipient: string;
      readonly signer?: string;
    }
  /** That part of the step, an earlier one, was done. */
  | { readonly is: 'part-done'; readonly part: number }
  /**
   * The tracked recipient has no outcome yet (AP-39, AP-40) and, with `untaken`, no take-charge either (AP-37),
   * with `unexpired` no second notice (AP-40).
   */
  | {
      readonly is: 'no-tracking-outcome';
      readonly identifier: string;
      readonly recipient: string;
      readonly untaken?: true;
      readonly unexpired?: true;
    }
  /** The queue still holds the entry. */
  | { readonly is: 'queued'; readonly entry: QueueEntryId }
  /** The entry of the quarantine is there, and its time is over at that instant (LOG-9). */
  | { readonly is: 'quarantine-over'; readonly entry: QuarantineId; readonly at: Instant }
  /** The mailbox exists, is active, and has room for so many counted octets; for none there is always room. */
  | { readonly is: 'room'; readonly mailbox: MailboxId; readonly sizeBytes: number }
  /** The folder exists (`wanted` true) or does not. */
  | {
      readonly is: 'folder';
      readonly mailbox: MailboxId;
      readonly name: string;
      readonly wanted: boolean;
    };

/** Which entries of the queue are meant. */
export type QueueChoice =
  | { readonly entry: QueueEntryId }
  | { readonly destination: string }
  | { readonly all: true };

export type FlagsMode = 'set' | 'add' | 'remove';

/**
 * One change. An act that names a mailbox, folder or content that is not there makes the commit
 * reject with a permanent `Fault` (`no-such-mailbox`, `no-such-folder`, `no-such-content`,
 * `no-such-blob`, `folder-exists`, `step-malformed`) and nothing of the step is kept. UIDs and queue
 * entries that are gone are passed over.
 */
export type Act =
  /** An address that has a mailbox already keeps number, folders and messages; missing folders are made. */
  | {
      readonly do: 'put-mailbox';
      readonly mailbox: Omit<Mailbox, 'id'>;
      readonly folders: readonly NewFolder[];
    }
  | {
      readonly do: 'append';
      readonly mailbox: MailboxId;
      /** Folder name; made when missing. */
      readonly folder: string;
      readonly content: ContentId;
      readonly flags: readonly string[];
      readonly receivedAt: Instant;
      readonly savedAt: Instant;
      /** Whether it counts against the quota. */
      readonly counted: boolean;
    }
  | {
      readonly do: 'set-flags';
      readonly folder: FolderId;
      readonly uids: readonly number[];
      readonly mode: FlagsMode;
      readonly flags: readonly string[];
      readonly unchangedSince?: number;
    }
  | { readonly do: 'expunge'; readonly folder: FolderId; readonly uids: readonly number[] }
  /** Copies keep flags, receivedAt, counted and emailId. `move` removes the originals: one MODSEQ for both. */
  | {
      readonly do: 'copy';
      readonly folder: FolderId;
      readonly uids: readonly number[];
      readonly to: FolderId;
      readonly savedAt: Instant;
      readonly move: boolean;
    }
  | { readonly do: 'create-folder'; readonly mailbox: MailboxId; readonly folder: NewFolder }
  /** Folders below it go along, but for those of INBOX (RFC 9051 section 6.3.6). */
  | { readonly do: 'rename-folder'; readonly folder: FolderId; readonly name: string }
  /** Its messages go with it; folders below it stay. Nothing happens when it is gone already. */
  | { readonly do: 'delete-folder'; readonly folder: FolderId }
  /** By name: it stays when its folder is renamed or deleted (RFC 9051 section 6.3.7). */
  | {
      readonly do: 'subscribe';
      readonly mailbox: MailboxId;
      readonly name: string;
      readonly subscribed: boolean;
    }
  | { readonly do: 'enqueue'; readonly entry: NewQueueEntry }
  /** Takes forward paths off an entry; the entry goes with the last of them. */
  | { readonly do: 'settle'; readonly entry: QueueEntryId; readonly forwardPaths: readonly string[] }
  | {
      readonly do: 'retry-later';
      readonly entry: QueueEntryId;
      readonly notBefore: Instant;
      readonly error: string;
      /** In the place of what was known of the attempts before. */
      readonly history?: readonly AttemptNote[];
    }
  | { readonly do: 'hold'; readonly entry: QueueEntryId; readonly held: boolean }
  /** All that waits for the destination, and all that comes for it until it is released. */
  | { readonly do: 'hold-destination'; readonly destination: string; readonly held: boolean }
  /** Entries are due from that instant on, held ones too once they are released. */
  | { readonly do: 'make-due'; readonly entries: QueueChoice; readonly notBefore: Instant }
  /** Of submissions, trackings and delivery outcomes the first one put for a key stays. */
  | { readonly do: 'put-submission'; readonly submission: Submission }
  /**
   * The envelope, when named, is kept until the recipient has an outcome or a second notice: a receipt that brings
   * its octets back refers to them.
   */
  | { readonly do: 'track'; readonly tracking: Tracking; readonly envelope?: ContentId }
  /** Sets only what is given and not set before: the first event of a kind counts. */
  | {
      readonly do: 'mark-tracking';
      readonly identifier: string;
      readonly recipient: string;
      readonly takenInChargeAt?: Instant;
      readonly firstNoticeAt?: Instant;
      readonly secondNoticeAt?: Instant;
      readonly outcome?: TrackingOutcome;
      readonly outcomeAt?: Instant;
    }
  | { readonly do: 'put-delivery-outcome'; readonly outcome: DeliveryOutcome }
  /** Keeps a message with a virus, apart from all mailboxes. */
  | { readonly do: 'quarantine'; readonly infected: NewQuarantined }
  /** Removes it again; nothing happens before its time is over at that instant, whoever asks. */
  | { readonly do: 'end-quarantine'; readonly entry: QuarantineId; readonly at: Instant }
  /** Keeps the frame of a generated message; nothing happens when that frame is kept already. */
  | { readonly do: 'keep-frame'; readonly frame: NewFrame }
  /** Removes the oldest frames of before that instant, so many at a time that nobody waits for long. */
  | { readonly do: 'forget-frames'; readonly before: Instant }
  | { readonly do: 'record'; readonly record: NewLogRecord }
  | LogAct
  | RevocationAct
  | AvailabilityAct;

export interface NewFolder {
  readonly name: string;
  readonly specialUse?: string;
  readonly subscribed: boolean;
}

/** What the store gave for an act, in the acts' order; undefined where there is nothing to tell. */
export type ActResult =
  /** The one that was put, or that a deleted folder was in. */
  | { readonly gave: 'mailbox'; readonly mailbox: MailboxId }
  | {
      readonly gave: 'message';
      readonly folder: FolderId;
      readonly uid: number;
      readonly modseq: number;
      readonly uidValidity: number;
    }
  | {
      readonly gave: 'flags';
      readonly modseq: number;
      readonly changed: readonly number[];
      readonly refused: readonly number[];
    }
  | { readonly gave: 'expunged'; readonly uids: readonly number[]; readonly modseq: number }
  | {
      readonly gave: 'copied';
      readonly from: readonly number[];
      readonly to: readonly number[];
      readonly uidValidity: number;
      readonly modseq: number;
    }
  | { readonly gave: 'folder'; readonly folder: FolderId }
  /** `held`: its destination is held, and so is what comes for it. */
  | { readonly gave: 'entry'; readonly entry: QueueEntryId; readonly held: boolean }
  | { readonly gave: 'record'; readonly sequence: number }
  | undefined;

export type PartOutcome =
  | { readonly done: true; readonly results: readonly ActResult[] }
  | { readonly done: false; readonly failed: Condition };

export interface StepOutcome {
  /** One per part, in order. */
  readonly parts: readonly PartOutcome[];
}

/** What changed, told after the commit to whoever listens in this process. */
export interface Committed {
  readonly step: Step;
  readonly outcome: StepOutcome;
}

/**
 * The one way to change the store. Contents that no done part refers to are not kept.
 * The promise resolves only when all of it is on stable storage; it rejects with a temporary
 * `Fault` (`store-unavailable`, `store-full`, `store-overloaded`) when nothing was kept. Octets and
 * spool files are left alone until then; a spool file whose blob was kept is gone afterwards, any
 * other remains its writer's.
 */
export interface StepStore extends ContentNumbers {
  commit(step: Step): Promise<StepOutcome>;
  /** Calls the listener after each commit, in order; returns how to stop that. */
  onCommitted(listener: (committed: Committed) => void): () => void;
}
