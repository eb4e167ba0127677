// SPDX-License-Identifier: EUPL-1.2
import type { NewQueueEntry, QueueEntryId } from '../../../mailroom/queue/queue-store.ts';
import type { Act, ActResult, Condition } from '../../../mailroom/steps/step-store.ts';
import type { DeliveryOutcome, Tracking } from '../../../mailroom/tracking/tracking-store.ts';
import type { Database } from '../driver.ts';
import type { PackedAct } from '../packed-step.ts';
import { AwaitedWriter } from './awaited-writer.ts';
import type { Brought, ContentWriter } from './content-writer.ts';

type Keyed = { readonly identifier: string; readonly recipient: string; readonly signer?: string };

/** The queue, and what is known of each recipient. */
export class RelayWriter {
  readonly #contents: ContentWriter;
  readonly #awaited: AwaitedWriter;
  readonly #enqueue;
  readonly #entry;
  readonly #setPaths;
  readonly #dequeue;
  readonly #retryLater;
  readonly #hold;
  readonly #holdAll;
  readonly #holdDestination;
  readonly #releaseDestination;
  readonly #isHeld;
  readonly #makeDue;
  readonly #putSubmission;
  readonly #track;
  readonly #markTracking;
  readonly #trackingOutcome;
  readonly #putOutcome;
  readonly #outcome;

  constructor(db: Database, contents: ContentWriter) {
    this.#contents = contents;
    this.#awaited = new AwaitedWriter(db, contents);
    this.#enqueue = db.prepare(
      `INSERT INTO queue (destination, certified, reversePath, forwardPaths, content, kind, identifier,
         eightBit, createdAt, expiresAt, notBefore, held) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#entry = db.prepare<{ forwardPaths: string; content: number }>(
      'SELECT forwardPaths, content FROM queue WHERE id = ?',
    );
    this.#setPaths = db.prepare('UPDATE queue SET forwardPaths = ? WHERE id = ?');
    this.#dequeue = db.prepare('DELETE FROM queue WHERE id = ?');
    this.#retryLater = db.prepare(
      `UPDATE queue SET attempts = attempts + 1, notBefore = ?, lastError = ?, history = coalesce(?, history)
        WHERE id = ?`,
    );
    this.#hold = db.prepare('UPDATE queue SET held = ? WHERE id = ?');
    this.#holdAll = db.prepare('UPDATE queue SET held = ? WHERE destination = ?');
    this.#holdDestination = db.prepare(
      'INSERT INTO heldDestinations (destination) VALUES (?) ON CONFLICT DO NOTHING',
    );
    this.#releaseDestination = db.prepare('DELETE FROM heldDestinations WHERE destination = ?');
    this.#isHeld = db.prepare('SELECT 1 FROM heldDestinations WHERE destination = ?');
    this.#makeDue = db.prepare(
      'UPDATE queue SET notBefore = ? WHERE id = coalesce(?, id) AND destination = coalesce(?, destination)',
    );
    this.#putSubmission = db.prepare(
      'INSERT INTO submissions (identifier, submission) VALUES (?, ?) ON CONFLICT DO NOTHING',
    );
    this.#track = db.prepare(
      `INSERT INTO trackings (identifier, recipientKey, recipient, dispatchedAt, takenInChargeAt,
         firstNoticeAt, secondNoticeAt, outcome, outcomeAt)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    );
    this.#markTracking = db.prepare(
      `UPDATE trackings SET takenInChargeAt = coalesce(takenInChargeAt, ?),
         firstNoticeAt = coalesce(firstNoticeAt, ?), secondNoticeAt = coalesce(secondNoticeAt, ?),
         outcome = coalesce(outcome, ?), outcomeAt = coalesce(outcomeAt, ?)
       WHERE identifier = ? AND recipientKey = ?`,
    );
    this.#trackingOutcome = db.prepare<{
      outcome: string | null;
      takenInChargeAt: number | null;
      secondNoticeAt: number | null;
    }>(
      `SELECT outcome, takenInChargeAt, secondNoticeAt FROM trackings
        WHERE identifier = ? AND recipientKey = ?`,
    );
    this.#putOutcome = db.prepare(
      `INSERT INTO deliveryOutcomes (identifier, signer, recipientKey, recipient, outcome, at)
       VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    );
    this.#outcome = db.prepare<{ outcome: string }>(
      `SELECT outcome FROM deliveryOutcomes
        WHERE identifier = ?1 AND recipientKey = ?2 AND (?3 IS NULL OR signer IN (?3, ''))`,
    );
  }

  enqueue(entry: NewQueueEntry, brought: Brought): ActResult {
    this.#contents.refer(entry.content, brought);
    const { destination, certified, reversePath, forwardPaths, content, kind, identifier } = entry;
    const held = this.#isHeld.get(destination) !== undefined;
    const id = this.#enqueue.run(
      destination,
      certified ? 1 : 0,
      reversePath,
      JSON.stringify(forwardPaths),
      content,
      kind,
      identifier,
      entry.eightBit ? 1 : 0,
      entry.createdAt,
      entry.expiresAt,
      entry.createdAt,
      held ? 1 : 0,
    );
    return { gave: 'entry', entry: id, held };
  }

  isQueued(entry: QueueEntryId): boolean {
    return this.#entry.get(entry) !== undefined;
  }

  settle(act: Extract<Act, { do: 'settle' }>): void {
    const entry = this.#entry.get(act.entry);
    if (entry === undefined) return;
    const all = JSON.parse(entry.forwardPaths) as string[];
    const left = all.filter((path) => !act.forwardPaths.includes(path));
    if (left.length > 0) {
      this.#setPaths.run(JSON.stringify(left), act.entry);
      return;
    }
    this.#dequeue.run(act.entry);
    this.#contents.release(entry.content);
  }

  retryLater(act: Extract<Act, { do: 'retry-later' }>): void {
    const history = act.history === undefined ? null : JSON.stringify(act.history);
    this.#retryLater.run(act.notBefore, act.error, history, act.entry);
  }

  hold(act: Extract<Act, { do: 'hold' }>): void {
    this.#hold.run(act.held ? 1 : 0, act.entry);
  }

  holdDestination({ destination, held }: Extract<Act, { do: 'hold-destination' }>): void {
    if (held) this.#holdDestination.run(destination);
    else this.#releaseDestination.run(destination);
    this.#holdAll.run(held ? 1 : 0, destination);
  }

  makeDue({ entries, notBefore }: Extract<Act, { do: 'make-due' }>): void {
    const entry = 'entry' in entries ? entries.entry : null;
    const destination = 'destination' in entries ? entries.destination : null;
    this.#makeDue.run(notBefore, entry, destination);
  }

  putSubmission(act: Extract<PackedAct, { do: 'put-submission' }>): void {
    this.#putSubmission.run(act.identifier, act.submission);
  }

  track({ tracking, envelope }: Extract<Act, { do: 'track' }>, brought: Brought): void {
    const { identifier, recipient, dispatchedAt } = tracking;
    const key = recipient.toLowerCase();
    if (envelope !== undefined && this.#trackingOutcome.get(identifier, key) === undefined)
      this.#awaited.begin({ identifier, recipientKey: key, envelope }, brought);
    this.#track.run(identifier, key, recipient, dispatchedAt, ...marksOf(tracking));
  }

  markTracking(act: Extract<Act, { do: 'mark-tracking' }>): void {
    const key = act.recipient.toLowerCase();
    this.#markTracking.run(...marksOf(act), act.identifier, key);
    if (act.outcome !== undefined || act.secondNoticeAt !== undefined) this.#awaited.end(act.identifier, key);
  }

  /** Whether the tracked recipient has come to an end or, when asked for, is taken in charge or expired. */
  hasTrackingOutcome(asked: Extract<Condition, { is: 'no-tracking-outcome' }>): boolean {
    const row = this.#trackingOutcome.get(asked.identifier, asked.recipient.toLowerCase());
    if (row === undefined) return false;
    if (asked.untaken && row.takenInChargeAt !== null) return true;
    return row.outcome !== null || (asked.unexpired === true && row.secondNoticeAt !== null);
  }

  putDeliveryOutcome({ identifier, signer = '', recipient, outcome, at }: DeliveryOutcome): void {
    this.#putOutcome.run(identifier, signer, recipient.toLowerCase(), recipient, outcome, at);
  }

  hasDeliveryOutcome({ identifier, recipient, signer }: Keyed): boolean {
    return this.#outcome.get(identifier, recipient.toLowerCase(), signer ?? null) !== undefined;
  }
}

function marksOf(marks: Extract<Act, { do: 'mark-tracking' }> | Tracking) {
  const { takenInChargeAt, firstNoticeAt, secondNoticeAt, outcome, outcomeAt } = marks;
  return [
    takenInChargeAt ?? null,
    firstNoticeAt ?? null,
    secondNoticeAt ?? null,
    outcome ?? null,
    outcomeAt ?? null,
  ] as const;
}
