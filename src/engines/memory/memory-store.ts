// SPDX-License-Identifier: EUPL-1.2
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { ServingSpan } from '../../evidence/availability/availability-store.ts';
import type { LogRecord } from '../../evidence/certification-log/log-store.ts';
import type { RecordText, StoredSeal } from '../../evidence/certification-log/sealed-log-store.ts';
import type { BlobId, ContentId, Slice, StoredContent } from '../../mailroom/contents/content-store.ts';
import type { KeptFrame } from '../../mailroom/frames/frame-store.ts';
import type {
  Folder,
  FolderId,
  Mailbox,
  MailboxId,
  MessageEntry,
  MessageRange,
} from '../../mailroom/mailboxes/mailbox-store.ts';
import type { Quarantined, QuarantineId } from '../../mailroom/quarantine/quarantine-store.ts';
import {
  type DueFilter,
  QUEUE_STATES,
  type QueueEntry,
  type QueueEntryId,
  type QueueFigure,
} from '../../mailroom/queue/queue-store.ts';
import type { HouseStore } from '../../mailroom/steps/house-store.ts';
import type { Committed, Step, StepOutcome } from '../../mailroom/steps/step-store.ts';
import type {
  DeliveryOutcome,
  SilenceQuery,
  Submission,
  Tracking,
} from '../../mailroom/tracking/tracking-store.ts';
import type { Instant } from '../../platform/clock.ts';
import { Fault } from '../../platform/faults.ts';
import type { ArchivedList } from '../../trust/signing/revocation-archive-store.ts';
import { CommitListeners } from '../commit-listeners.ts';
import { checkBlob, checkContent } from '../slices.ts';
import { bareMessageId, byOctets, DEFAULT_STORE_LIMITS, type StoreLimits } from '../store-rules.ts';
import { spansInOrder } from './availability-acts.ts';
import { folderNamed, foldersOfMailbox, requireMailbox } from './folder-acts.ts';
import { framesInOrder } from './frame-acts.ts';
import { lastSequence, listRecords, textOf, treeSize } from './log-acts.ts';
import { MemorySlicedOctets, octetsOf } from './memory-octets.ts';
import { performStep } from './perform.ts';
import { findOutcome, isAbout, isSilent } from './relay-acts.ts';
import { revocationListsInOrder } from './revocation-acts.ts';
import { recipientKey, Tables } from './tables.ts';
import { countedBytes, countFolder, totalBytes } from './usage.ts';

/** An empty store that forgets everything with the process: the reference of the other engines. */
export function openMemoryStore(options: { limits?: Partial<StoreLimits> } = {}): HouseStore {
  return new MemoryStore({ ...DEFAULT_STORE_LIMITS, ...options.limits });
}

class MemoryStore implements HouseStore {
  readonly #tables = new Tables();
  readonly #listeners = new CommitListeners();
  readonly #limits: StoreLimits;
  #lastBlobId = 0;
  #lastContentId = 0;
  #closed = false;

  constructor(limits: StoreLimits) {
    this.#limits = limits;
  }

  nextBlobId(): BlobId {
    return ++this.#lastBlobId;
  }

  nextContentId(): ContentId {
    return ++this.#lastContentId;
  }

  async commit(step: Step): Promise<StepOutcome> {
    if (this.#closed) throw new Fault('store-unavailable', 'the store is closed', { temporary: true });
    // A step crosses to other threads and machines elsewhere; what could not cross is found here too.
    const { contents, parts } = structuredClone({ contents: step.contents, parts: step.parts });
    const brought = {
      contents: new Map(contents.map((content) => [content.id, content])),
      blobs: await this.#readBlobs(step),
    };
    contents.forEach(checkContent);
    const outcome = this.#perform({ parts, brought, expungedKept: this.#limits.expungedKept });
    this.#listeners.tell({ step, outcome });
    await this.#removeSpoolFiles(step);
    return outcome;
  }

  #perform(task: Parameters<typeof performStep>[1]): StepOutcome {
    try {
      const outcome = performStep(this.#tables, task);
      this.#tables.undo.forget();
      return outcome;
    } catch (fault) {
      this.#tables.undo.takeBack();
      throw fault;
    }
  }

  async #readBlobs(step: Step): Promise<Map<BlobId, Buffer>> {
    const octets = new Map<BlobId, Buffer>();
    for (const blob of step.blobs) {
      if (this.#tables.blobs.has(blob.id)) continue;
      const inMemory = { ...blob, source: { kind: 'memory', octets: await octetsOf(blob) } } as const;
      checkBlob(inMemory);
      octets.set(blob.id, inMemory.source.octets);
    }
    return octets;
  }

  /** A spool file whose blob was kept has done its service; the others remain their writer's. */
  async #removeSpoolFiles(step: Step): Promise<void> {
    for (const { id, source } of step.blobs)
      if (source.kind === 'file' && this.#tables.blobs.has(id)) await rm(source.path, { force: true });
  }

  onCommitted(listener: (committed: Committed) => void): () => void {
    return this.#listeners.add(listener);
  }

  findContent(id: ContentId): StoredContent | undefined {
    const content = this.#tables.contents.get(id)?.content;
    if (content === undefined) return undefined;
    const { size, slices, index } = content;
    return { id, size, index, octets: this.#sliced(size, slices) };
  }

  #sliced(size: number, slices: readonly Slice[]): MemorySlicedOctets {
    const octetsOf = ({ blob, offset, length }: Slice) => this.#blob(blob).subarray(offset, offset + length);
    return new MemorySlicedOctets(size, { slices, octetsOf });
  }

  #blob(id: BlobId): Buffer {
    const octets = this.#tables.blobs.get(id)?.octets;
    if (octets !== undefined) return octets;
    throw new Fault('content-gone', `blob ${id} is no longer kept`, { temporary: false });
  }

  /** Nothing else runs while a function does. */
  atOnce<Value>(read: () => Value): Value {
    return read();
  }

  findMailbox(address: string): Mailbox | undefined {
    const id = this.#tables.mailboxesByAddress.get(address.toLowerCase());
    return id === undefined ? undefined : this.getMailbox(id);
  }

  getMailbox(id: MailboxId): Mailbox {
    return requireMailbox(this.#tables, id).mailbox;
  }

  listMailboxes(): readonly Mailbox[] {
    const mailboxes = this.#tables.mailboxes.values().map((row) => row.mailbox);
    return mailboxes.sort((one, other) => byOctets(one.address, other.address));
  }

  usage(id: MailboxId): { readonly countedBytes: number; readonly totalBytes: number } {
    requireMailbox(this.#tables, id);
    return { countedBytes: countedBytes(this.#tables, id), totalBytes: totalBytes(this.#tables, id) };
  }

  listFolders(mailbox: MailboxId): readonly Folder[] {
    const folders = foldersOfMailbox(this.#tables, mailbox).map((row) => countFolder(this.#tables, row));
    return folders.sort((one, other) => byOctets(one.name, other.name));
  }

  listSubscriptions(mailbox: MailboxId): readonly string[] {
    return [...(this.#tables.subscriptions.get(mailbox) ?? [])].sort(byOctets);
  }

  findFolder(mailbox: MailboxId, name: string): Folder | undefined {
    const row = folderNamed(this.#tables, { mailbox, name });
    return row && countFolder(this.#tables, row);
  }

  findFolderById(id: FolderId): Folder | undefined {
    const row = this.#tables.folders.get(id);
    return row && countFolder(this.#tables, row);
  }

  listMessages(folder: FolderId, range: MessageRange = {}): readonly MessageEntry[] {
    const { fromUid = 1, toUid = Number.POSITIVE_INFINITY, changedSince = 0, limit } = range;
    const messages = this.#tables.folders.get(folder)?.messages.values() ?? [];
    return messages
      .filter(({ uid, modseq }) => uid >= fromUid && uid <= toUid && modseq > changedSince)
      .sort((one, other) => one.uid - other.uid)
      .slice(0, limit);
  }

  listExpunged(folder: FolderId, sinceModseq: number): readonly number[] | undefined {
    const row = this.#tables.folders.get(folder);
    if (row === undefined || sinceModseq < row.expungedFloor) return undefined;
    const gone = row.expunged.filter((expunged) => expunged.modseq > sinceModseq);
    return gone.map((expunged) => expunged.uid).sort((one, other) => one - other);
  }

  listDue(now: Instant, limit: number, { only, except = [] }: DueFilter = {}): readonly QueueEntry[] {
    const due = this.#tables.queue
      .values()
      .filter((entry) => !entry.held && entry.notBefore <= now)
      .filter(({ destination }) => only === undefined || destination === only)
      .filter(({ destination }) => !except.includes(destination));
    return due.sort((one, other) => one.notBefore - other.notBefore || one.id - other.id).slice(0, limit);
  }

  listExpiredHeld(now: Instant, limit: number): readonly QueueEntry[] {
    const ended = this.#tables.queue.values().filter((entry) => entry.held && entry.expiresAt <= now);
    return ended.sort((one, other) => one.expiresAt - other.expiresAt || one.id - other.id).slice(0, limit);
  }

  nextDueAt(after = Number.NEGATIVE_INFINITY): Instant | undefined {
    const instants = this.#tables.queue
      .values()
      .map(({ held, notBefore, expiresAt }) => (held ? expiresAt : notBefore))
      .filter((at) => at > after);
    return instants.length === 0 ? undefined : instants.reduce((one, other) => Math.min(one, other));
  }

  listHeldDestinations(): readonly string[] {
    return this.#tables.heldDestinations
      .values()
      .map(({ destination }) => destination)
      .sort();
  }

  findQueueEntry(id: QueueEntryId): QueueEntry | undefined {
    return this.#tables.queue.get(id);
  }

  queueFigures(now: Instant): readonly QueueFigure[] {
    const entries = this.listQueue();
    return QUEUE_STATES.map((state) => {
      const those = entries.filter(
        ({ held, notBefore }) => state === (held ? 'held' : notBefore > now ? 'put-off' : 'due'),
      );
      const oldestAt = those.length === 0 ? undefined : Math.min(...those.map(({ createdAt }) => createdAt));
      return { state, entries: those.length, oldestAt };
    });
  }

  listQueue(): readonly QueueEntry[] {
    return this.#tables.queue.values().sort((one, other) => one.id - other.id);
  }

  findSubmission(identifier: string): Submission | undefined {
    return this.#tables.submissions.get(identifier);
  }

  findTracking(identifier: string, recipient: string): Tracking | undefined {
    return this.listTrackings(identifier).find((tracking) => isAbout(tracking, recipient));
  }

  listTrackings(identifier: string): readonly Tracking[] {
    return this.#tables.trackings.get(identifier) ?? [];
  }

  findAwaitedEnvelope(identifier: string): ContentId | undefined {
    return this.listTrackings(identifier)
      .map(({ recipient }) => this.#tables.awaitedEnvelopes.get(recipientKey(identifier, recipient)))
      .find((envelope) => envelope !== undefined);
  }

  listSilent(query: SilenceQuery): readonly Tracking[] {
    return this.#tables.waiting
      .values()
      .flat()
      .filter((tracking) => isSilent(tracking, query))
      .sort(
        (one, other) =>
          one.dispatchedAt - other.dispatchedAt ||
          byOctets(one.identifier, other.identifier) ||
          byOctets(one.recipient.toLowerCase(), other.recipient.toLowerCase()),
      )
      .slice(0, query.limit);
  }

  findDeliveryOutcome(identifier: string, recipient: string, signer?: string): DeliveryOutcome | undefined {
    return findOutcome(this.#tables, { identifier, recipient, signer });
  }

  listDeliveryOutcomes(identifier: string): readonly DeliveryOutcome[] {
    const outcomes = this.#tables.outcomes.values().flat();
    return outcomes.filter((outcome) => outcome.identifier === identifier);
  }

  identifiers(): Iterable<string> {
    const { submissions, trackings, outcomes } = this.#tables;
    const named = [...submissions.values(), ...trackings.values().flat(), ...outcomes.values().flat()];
    return new Set(named.map(({ identifier }) => identifier));
  }

  findQuarantined(id: QuarantineId): Quarantined | undefined {
    return this.#tables.quarantine.get(id);
  }

  listQuarantined(after: QuarantineId, limit: number): readonly Quarantined[] {
    const later = this.#tables.quarantine.values().filter(({ id }) => id > after);
    return later.sort((one, other) => one.id - other.id).slice(0, limit);
  }

  listQuarantineOver(at: Instant, limit: number): readonly Quarantined[] {
    const over = this.#tables.quarantine.values().filter(({ keepUntil }) => keepUntil <= at);
    return over.sort((one, other) => one.keepUntil - other.keepUntil || one.id - other.id).slice(0, limit);
  }

  findFrames(messageId: string): readonly KeptFrame[] {
    const found = this.#tables.frames.values().filter((frame) => frame.messageId === messageId);
    return found
      .sort((one, other) => one.blob - other.blob)
      .map((frame) => {
        const { length } = this.#blob(frame.blob);
        const octets = this.#sliced(length, [{ blob: frame.blob, offset: 0, length }]);
        const sha256 = createHash('sha256').update(this.#blob(frame.blob)).digest();
        return { ...frame, octets, sha256 };
      });
  }

  hasFramesBefore(instant: Instant): boolean {
    return framesInOrder(this.#tables).some((frame) => frame.instant < instant);
  }

  recordsAbout(id: string): readonly LogRecord[] {
    return this.#tables.logAbout.get(bareMessageId(id)) ?? [];
  }

  listRecords(fromSequence: number, limit: number): readonly LogRecord[] {
    return listRecords(this.#tables, { fromSequence, limit });
  }

  lastSequence(): number {
    return lastSequence(this.#tables);
  }

  listRecordTexts(fromSequence: number, limit: number): readonly RecordText[] {
    return listRecords(this.#tables, { fromSequence, limit }).map(textOf);
  }

  leavesOf(block: number): Buffer | undefined {
    return this.#tables.logBlocks.get(block);
  }

  node(level: number, index: number): Buffer | undefined {
    return this.#tables.logNodes.get(`${level} ${index}`);
  }

  treeSize(): number {
    return treeSize(this.#tables);
  }

  listSeals(fromNumber: number, limit: number): readonly StoredSeal[] {
    const seals = this.#tables.seals.values().filter(({ number }) => number >= fromNumber);
    return seals.slice(0, limit);
  }

  lastSeal(): StoredSeal | undefined {
    return this.#tables.seals.values().at(-1);
  }

  findSealOf(sequence: number): StoredSeal | undefined {
    return this.#tables.seals.values().find(({ size }) => size >= sequence);
  }

  forgottenUpTo(): number {
    return this.#tables.forgotten.get('upTo') ?? 0;
  }

  listRevocationIssuers(): readonly string[] {
    return [...new Set(revocationListsInOrder(this.#tables).map(({ issuer }) => issuer))].sort();
  }

  listRevocationLists(issuer: string): readonly ArchivedList[] {
    return revocationListsInOrder(this.#tables).filter((list) => list.issuer === issuer);
  }

  revocationListOctets(sha256: string): Buffer | undefined {
    return this.#tables.revocationLists.get(sha256)?.der;
  }

  listServingSpans(): readonly ServingSpan[] {
    return spansInOrder(this.#tables);
  }

  stories(): Iterable<readonly LogRecord[]> {
    const records = this.#tables.log.values().filter(({ identifier }) => identifier !== '');
    return Map.groupBy(records, ({ identifier }) => identifier).values();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
  }
}
