// SPDX-License-Identifier: EUPL-1.2
import type { ContentId } from '../../../mailroom/contents/content-store.ts';
import type {
  DeliveryOutcome,
  SilenceQuery,
  Submission,
  Tracking,
  TrackingReader,
} from '../../../mailroom/tracking/tracking-store.ts';
import type { Database } from '../driver.ts';

type TrackingRow = { readonly [Name in keyof Tracking]-?: Exclude<Tracking[Name], undefined> | null };

type OutcomeRow = DeliveryOutcome & { readonly signer: string };

const TRACKING = `SELECT identifier, recipient, dispatchedAt, takenInChargeAt, firstNoticeAt, secondNoticeAt,
  outcome, outcomeAt FROM trackings`;

/** Submissions, trackings and outcomes, read on the caller's thread. */
export class SqliteTrackingReader implements TrackingReader {
  readonly #submission;
  readonly #tracking;
  readonly #trackings;
  readonly #awaited;
  readonly #silent;
  readonly #outcome;
  readonly #outcomes;
  readonly #identifiers;

  constructor(db: Database) {
    this.#submission = db.prepare<{ submission: string }>(
      'SELECT submission FROM submissions WHERE identifier = ?',
    );
    this.#tracking = db.prepare<TrackingRow>(`${TRACKING} WHERE identifier = ? AND recipientKey = ?`);
    this.#trackings = db.prepare<TrackingRow>(`${TRACKING} WHERE identifier = ? ORDER BY id`);
    this.#awaited = db.prepare<{ content: number }>(
      'SELECT content FROM awaitedEnvelopes WHERE identifier = ? LIMIT 1',
    );
    // The bound over both keeps the search within the part of trackingsOpen that may be due.
    this.#silent = db.prepare<TrackingRow>(
      `${TRACKING} INDEXED BY trackingsOpen
       WHERE outcome IS NULL AND secondNoticeAt IS NULL AND dispatchedAt <= max(?1, ?2)
         AND (dispatchedAt <= ?2 OR (firstNoticeAt IS NULL AND takenInChargeAt IS NULL))
       ORDER BY dispatchedAt, identifier, recipientKey LIMIT ?3`,
    );
    this.#outcome = db.prepare<OutcomeRow>(
      `SELECT identifier, signer, recipient, outcome, at FROM deliveryOutcomes
        WHERE identifier = ?1 AND recipientKey = ?2 AND (?3 IS NULL OR signer IN (?3, ''))
        ORDER BY number LIMIT 1`,
    );
    this.#outcomes = db.prepare<OutcomeRow>(
      `SELECT identifier, signer, recipient, outcome, at FROM deliveryOutcomes
        WHERE identifier = ? ORDER BY number`,
    );
    this.#identifiers = db.prepare<{ identifier: string }>(
      `SELECT identifier FROM submissions UNION SELECT identifier FROM trackings
       UNION SELECT identifier FROM deliveryOutcomes`,
    );
  }

  findSubmission(identifier: string): Submission | undefined {
    const row = this.#submission.get(identifier);
    return row && (JSON.parse(row.submission) as Submission);
  }

  findTracking(identifier: string, recipient: string): Tracking | undefined {
    const row = this.#tracking.get(identifier, recipient.toLowerCase());
    return row && trackingOf(row);
  }

  listTrackings(identifier: string): readonly Tracking[] {
    return this.#trackings.all(identifier).map(trackingOf);
  }

  findAwaitedEnvelope(identifier: string): ContentId | undefined {
    return this.#awaited.get(identifier)?.content;
  }

  listSilent({ firstBefore, secondBefore, limit }: SilenceQuery): readonly Tracking[] {
    return this.#silent.all(firstBefore, secondBefore, limit).map(trackingOf);
  }

  findDeliveryOutcome(identifier: string, recipient: string, signer?: string): DeliveryOutcome | undefined {
    const row = this.#outcome.get(identifier, recipient.toLowerCase(), signer ?? null);
    return row && outcomeOf(row);
  }

  listDeliveryOutcomes(identifier: string): readonly DeliveryOutcome[] {
    return this.#outcomes.all(identifier).map(outcomeOf);
  }

  *identifiers(): Iterable<string> {
    for (const { identifier } of this.#identifiers.each()) yield identifier;
  }
}

function outcomeOf({ signer, ...outcome }: OutcomeRow): DeliveryOutcome {
  return { ...outcome, ...(signer !== '' && { signer }) };
}

/** The columns that hold something: what has not happened has no property. */
function trackingOf(row: TrackingRow): Tracking {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as unknown as Tracking;
}
