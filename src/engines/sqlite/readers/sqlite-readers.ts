// SPDX-License-Identifier: EUPL-1.2
import type { AvailabilityReader, ServingSpan } from '../../../evidence/availability/availability-store.ts';
import type { LogReader, LogRecord } from '../../../evidence/certification-log/log-store.ts';
import type {
  RecordText,
  SealedLogReader,
  StoredSeal,
} from '../../../evidence/certification-log/sealed-log-store.ts';
import type { ContentId, ContentReader, StoredContent } from '../../../mailroom/contents/content-store.ts';
import type { FrameReader, KeptFrame } from '../../../mailroom/frames/frame-store.ts';
import type {
  Folder,
  FolderId,
  Mailbox,
  MailboxId,
  MailboxReader,
  MessageEntry,
  MessageRange,
} from '../../../mailroom/mailboxes/mailbox-store.ts';
import type {
  Quarantined,
  QuarantineId,
  QuarantineReader,
} from '../../../mailroom/quarantine/quarantine-store.ts';
import type {
  DueFilter,
  QueueEntry,
  QueueEntryId,
  QueueFigure,
  QueueReader,
} from '../../../mailroom/queue/queue-store.ts';
import type {
  DeliveryOutcome,
  SilenceQuery,
  Submission,
  Tracking,
  TrackingReader,
} from '../../../mailroom/tracking/tracking-store.ts';
import type { Instant } from '../../../platform/clock.ts';
import type {
  ArchivedList,
  RevocationArchiveReader,
} from '../../../trust/signing/revocation-archive-store.ts';
import type { BlobFiles } from '../../blobs/blobs.ts';
import type { Database } from '../driver.ts';
import { SqliteAvailabilityReader } from './availability-reader.ts';
import { SqliteContentReader } from './content-reader.ts';
import { SqliteFrameReader } from './frame-reader.ts';
import { SqliteLogReader } from './log-reader.ts';
import { SqliteMailboxReader } from './mailbox-reader.ts';
import { SqliteQuarantineReader } from './quarantine-reader.ts';
import { SqliteQueueReader } from './queue-reader.ts';
import { SqliteRevocationReader } from './revocation-reader.ts';
import { SqliteSealedLogReader } from './sealed-log-reader.ts';
import { SqliteTrackingReader } from './tracking-reader.ts';

/** The nine ways to read, over one read-only connection. */
export class SqliteReaders
  implements
    ContentReader,
    MailboxReader,
    QueueReader,
    TrackingReader,
    LogReader,
    SealedLogReader,
    QuarantineReader,
    FrameReader,
    RevocationArchiveReader,
    AvailabilityReader
{
  protected readonly contents: SqliteContentReader;
  readonly #mailboxes: SqliteMailboxReader;
  readonly #queue: SqliteQueueReader;
  readonly #tracking: SqliteTrackingReader;
  readonly #log: SqliteLogReader;
  readonly #quarantine: SqliteQuarantineReader;
  readonly #frames: SqliteFrameReader;
  readonly #sealedLog: SqliteSealedLogReader;
  readonly #revocation: SqliteRevocationReader;
  readonly #availability: SqliteAvailabilityReader;

  constructor(db: Database, files: BlobFiles) {
    this.contents = new SqliteContentReader(db, files);
    this.#mailboxes = new SqliteMailboxReader(db);
    this.#queue = new SqliteQueueReader(db);
    this.#tracking = new SqliteTrackingReader(db);
    this.#log = new SqliteLogReader(db);
    this.#quarantine = new SqliteQuarantineReader(db);
    this.#frames = new SqliteFrameReader(db, this.contents);
    this.#sealedLog = new SqliteSealedLogReader(db);
    this.#revocation = new SqliteRevocationReader(db);
    this.#availability = new SqliteAvailabilityReader(db);
  }

  findContent(id: ContentId): StoredContent | undefined {
    return this.contents.findContent(id);
  }

  atOnce<Value>(read: () => Value): Value {
    return this.#mailboxes.atOnce(read);
  }

  findMailbox(address: string): Mailbox | undefined {
    return this.#mailboxes.findMailbox(address);
  }

  getMailbox(id: MailboxId): Mailbox {
    return this.#mailboxes.getMailbox(id);
  }

  listMailboxes(): readonly Mailbox[] {
    return this.#mailboxes.listMailboxes();
  }

  usage(id: MailboxId): { readonly countedBytes: number; readonly totalBytes: number } {
    return this.#mailboxes.usage(id);
  }

  listFolders(mailbox: MailboxId): readonly Folder[] {
    return this.#mailboxes.listFolders(mailbox);
  }

  listSubscriptions(mailbox: MailboxId): readonly string[] {
    return this.#mailboxes.listSubscriptions(mailbox);
  }

  findFolder(mailbox: MailboxId, name: string): Folder | undefined {
    return this.#mailboxes.findFolder(mailbox, name);
  }

  findFolderById(id: FolderId): Folder | undefined {
    return this.#mailboxes.findFolderById(id);
  }

  listMessages(folder: FolderId, range?: MessageRange): readonly MessageEntry[] {
    return this.#mailboxes.listMessages(folder, range);
  }

  listExpunged(folder: FolderId, sinceModseq: number): readonly number[] | undefined {
    return this.#mailboxes.listExpunged(folder, sinceModseq);
  }

  listDue(now: Instant, limit: number, filter?: DueFilter): readonly QueueEntry[] {
    return this.#queue.listDue(now, limit, filter);
  }

  listExpiredHeld(now: Instant, limit: number): readonly QueueEntry[] {
    return this.#queue.listExpiredHeld(now, limit);
  }

  nextDueAt(after?: Instant): Instant | undefined {
    return this.#queue.nextDueAt(after);
  }

  listHeldDestinations(): readonly string[] {
    return this.#queue.listHeldDestinations();
  }

  findQueueEntry(id: QueueEntryId): QueueEntry | undefined {
    return this.#queue.findQueueEntry(id);
  }

  queueFigures(now: Instant): readonly QueueFigure[] {
    return this.#queue.queueFigures(now);
  }

  listQueue(): readonly QueueEntry[] {
    return this.#queue.listQueue();
  }

  findSubmission(identifier: string): Submission | undefined {
    return this.#tracking.findSubmission(identifier);
  }

  findTracking(identifier: string, recipient: string): Tracking | undefined {
    return this.#tracking.findTracking(identifier, recipient);
  }

  listTrackings(identifier: string): readonly Tracking[] {
    return this.#tracking.listTrackings(identifier);
  }

  findAwaitedEnvelope(identifier: string): ContentId | undefined {
    return this.#tracking.findAwaitedEnvelope(identifier);
  }

  listSilent(query: SilenceQuery): readonly Tracking[] {
    return this.#tracking.listSilent(query);
  }

  findDeliveryOutcome(identifier: string, recipient: string, signer?: string): DeliveryOutcome | undefined {
    return this.#tracking.findDeliveryOutcome(identifier, recipient, signer);
  }

  listDeliveryOutcomes(identifier: string): readonly DeliveryOutcome[] {
    return this.#tracking.listDeliveryOutcomes(identifier);
  }

  identifiers(): Iterable<string> {
    return this.#tracking.identifiers();
  }

  findQuarantined(id: QuarantineId): Quarantined | undefined {
    return this.#quarantine.findQuarantined(id);
  }

  listQuarantined(after: QuarantineId, limit: number): readonly Quarantined[] {
    return this.#quarantine.listQuarantined(after, limit);
  }

  listQuarantineOver(at: Instant, limit: number): readonly Quarantined[] {
    return this.#quarantine.listQuarantineOver(at, limit);
  }

  findFrames(messageId: string): readonly KeptFrame[] {
    return this.#frames.findFrames(messageId);
  }

  hasFramesBefore(instant: Instant): boolean {
    return this.#frames.hasFramesBefore(instant);
  }

  recordsAbout(id: string): readonly LogRecord[] {
    return this.#log.recordsAbout(id);
  }

  listRecords(fromSequence: number, limit: number): readonly LogRecord[] {
    return this.#log.listRecords(fromSequence, limit);
  }

  lastSequence(): number {
    return this.#log.lastSequence();
  }

  stories(): Iterable<readonly LogRecord[]> {
    return this.#log.stories();
  }

  listRecordTexts(fromSequence: number, limit: number): readonly RecordText[] {
    return this.#sealedLog.listRecordTexts(fromSequence, limit);
  }

  leavesOf(block: number): Buffer | undefined {
    return this.#sealedLog.leavesOf(block);
  }

  node(level: number, index: number): Buffer | undefined {
    return this.#sealedLog.node(level, index);
  }

  treeSize(): number {
    return this.#sealedLog.treeSize();
  }

  listSeals(fromNumber: number, limit: number): readonly StoredSeal[] {
    return this.#sealedLog.listSeals(fromNumber, limit);
  }

  lastSeal(): StoredSeal | undefined {
    return this.#sealedLog.lastSeal();
  }

  findSealOf(sequence: number): StoredSeal | undefined {
    return this.#sealedLog.findSealOf(sequence);
  }

  forgottenUpTo(): number {
    return this.#sealedLog.forgottenUpTo();
  }

  listServingSpans(): readonly ServingSpan[] {
    return this.#availability.listServingSpans();
  }

  listRevocationIssuers(): readonly string[] {
    return this.#revocation.listRevocationIssuers();
  }

  listRevocationLists(issuer: string): readonly ArchivedList[] {
    return this.#revocation.listRevocationLists(issuer);
  }

  revocationListOctets(sha256: string): Buffer | undefined {
    return this.#revocation.revocationListOctets(sha256);
  }
}
