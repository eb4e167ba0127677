// SPDX-License-Identifier: EUPL-1.2
import type { ActResult, Condition, PartOutcome, StepOutcome } from '../../../mailroom/steps/step-store.ts';
import type { Database } from '../driver.ts';
import type { BlobFileName, PackedAct, PackedPart } from '../packed-step.ts';
import { AvailabilityWriter } from './availability-writer.ts';
import { type Brought, ContentWriter } from './content-writer.ts';
import { FolderWriter } from './folder-writer.ts';
import { FrameWriter } from './frame-writer.ts';
import { LogWriter } from './log-writer.ts';
import { MessageWriter } from './message-writer.ts';
import { QuarantineWriter } from './quarantine-writer.ts';
import { RelayWriter } from './relay-writer.ts';
import { RevocationWriter } from './revocation-writer.ts';

/** Performs steps within the transaction that is open on the connection. */
export class StepPerformer {
  readonly #contents: ContentWriter;
  readonly #folders: FolderWriter;
  readonly #messages: MessageWriter;
  readonly #relay: RelayWriter;
  readonly #quarantine: QuarantineWriter;
  readonly #frames: FrameWriter;
  readonly #log: LogWriter;
  readonly #revocation: RevocationWriter;
  readonly #availability: AvailabilityWriter;

  constructor(db: Database, limits: { expungedKept: number }) {
    this.#contents = new ContentWriter(db);
    this.#folders = new FolderWriter(db, this.#contents);
    this.#messages = new MessageWriter(db, {
      contents: this.#contents,
      folders: this.#folders,
      expungedKept: limits.expungedKept,
    });
    this.#relay = new RelayWriter(db, this.#contents);
    this.#quarantine = new QuarantineWriter(db, this.#contents);
    this.#frames = new FrameWriter(db, this.#contents);
    this.#log = new LogWriter(db);
    this.#revocation = new RevocationWriter(db);
    this.#availability = new AvailabilityWriter(db);
  }

  /** Performs a step, part after part: later parts see what earlier ones did. Throws when it cannot. */
  perform(brought: Brought): StepOutcome {
    this.#contents.forgetArriving();
    const parts: PartOutcome[] = [];
    for (const part of brought.step.parts) parts.push(this.#performPart(part, brought, parts));
    this.#contents.settleArriving();
    return { parts };
  }

  /** Files of blobs that went since it was last asked; they are removed after the commit. */
  takeFilesToRemove(): readonly BlobFileName[] {
    return this.#contents.takeFilesToRemove();
  }

  #performPart(part: PackedPart, brought: Brought, earlier: readonly PartOutcome[]): PartOutcome {
    const failed = part.onlyIf?.find((condition) =>
      condition.is === 'part-done' ? earlier[condition.part]?.done !== true : !this.#holds(condition),
    );
    if (failed !== undefined) return { done: false, failed };
    return { done: true, results: part.acts.map((act) => this.#performAct(act, brought)) };
  }

  #holds(condition: Exclude<Condition, { is: 'part-done' }>): boolean {
    switch (condition.is) {
      case 'no-delivery-outcome':
        return !this.#relay.hasDeliveryOutcome(condition);
      case 'no-tracking-outcome':
        return !this.#relay.hasTrackingOutcome(condition);
      case 'queued':
        return this.#relay.isQueued(condition.entry);
      case 'quarantine-over':
        return this.#quarantine.isOver(condition.entry, condition.at);
      case 'room':
        return this.#folders.hasRoom(condition);
      case 'folder':
        return (this.#folders.find(condition.mailbox, condition.name) !== undefined) === condition.wanted;
    }
  }

  #performAct(act: PackedAct, brought: Brought): ActResult {
    switch (act.do) {
      case 'put-mailbox':
        return this.#folders.putMailbox(act.mailbox, act.folders);
      case 'append':
        return this.#messages.append(act, brought);
      case 'set-flags':
        return this.#messages.setFlags(act);
      case 'expunge':
        return this.#messages.expunge(act);
      case 'copy':
        return this.#messages.copy(act);
      case 'create-folder':
        return { gave: 'folder', folder: this.#folders.create(act.mailbox, act.folder) };
      case 'delete-folder':
        return this.#folders.delete(act.folder);
      case 'enqueue':
        return this.#relay.enqueue(act.entry, brought);
      case 'quarantine':
        this.#quarantine.put(act.infected, brought);
        return undefined;
      case 'keep-frame':
        this.#frames.keep(act, brought);
        return undefined;
      case 'track':
        this.#relay.track(act, brought);
        return undefined;
      case 'record':
        return { gave: 'record', sequence: this.#log.record(act) };
      default:
        this.#performSilently(act);
        return undefined;
    }
  }

  /** The acts the store has nothing to tell about. */
  #performSilently(act: SilentAct): void {
    switch (act.do) {
      case 'rename-folder':
        this.#folders.rename(act.folder, act.name);
        break;
      case 'subscribe':
        this.#folders.subscribe(act);
        break;
      case 'settle':
        this.#relay.settle(act);
        break;
      case 'retry-later':
        this.#relay.retryLater(act);
        break;
      case 'hold':
        this.#relay.hold(act);
        break;
      case 'hold-destination':
        this.#relay.holdDestination(act);
        break;
      case 'make-due':
        this.#relay.makeDue(act);
        break;
      case 'end-quarantine':
        this.#quarantine.end(act.entry, act.at);
        break;
      case 'forget-frames':
        this.#frames.forget(act.before);
        break;
      case 'put-submission':
        this.#relay.putSubmission(act);
        break;
      case 'mark-tracking':
        this.#relay.markTracking(act);
        break;
      case 'put-delivery-outcome':
        this.#relay.putDeliveryOutcome(act.outcome);
        break;
      case 'keep-revocation-list':
      case 'forget-revocation-list':
        this.#revocation.perform(act);
        break;
      case 'put-serving-span':
      case 'forget-serving-spans':
        this.#availability.perform(act);
        break;
      default:
        this.#log.perform(act);
    }
  }
}

type SilentAct = Exclude<
  PackedAct,
  {
    do:
      | 'put-mailbox'
      | 'append'
      | 'set-flags'
      | 'expunge'
      | 'copy'
      | 'create-folder'
      | 'delete-folder'
      | 'enqueue'
      | 'record'
      | 'quarantine'
      | 'keep-frame'
      | 'track';
  }
>;
