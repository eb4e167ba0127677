// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../platform/clock.ts';
import type { ContentId } from '../contents/content-store.ts';

export type QueueEntryId = number;

/** A message that waits to be relayed to one destination. */
export interface NewQueueEntry {
  /** Where it goes: `local` (in process) or the mail domain, lower-case. */
  readonly destination: string;
  /** Whether the destination is a PEC provider: TLS required, 24 h of life (AP-32, AP-33). */
  readonly certified: boolean;
  /** SMTP reverse path; empty for the null path. */
  readonly reversePath: string;
  /** SMTP forward paths still to be served, all of this destination; never empty. */
  readonly forwardPaths: readonly string[];
  readonly content: ContentId;
  /** What it is, e.g. `transport-envelope`, `delivery-receipt`. */
  readonly kind: string;
  /** PEC msgid the message is about, without angle brackets. */
  readonly identifier: string;
  /** Whether it holds octets above 127 (BODY=8BITMIME). */
  readonly eightBit: boolean;
  readonly createdAt: Instant;
  /** When it is given up. */
  readonly expiresAt: Instant;
}

/** What one attempt met. */
export interface AttemptNote {
  readonly at: Instant;
  /** One line: the answer about the recipients that are tried again, or what went wrong. */
  readonly met: string;
  /** Whether those are a peer's own words, said in SMTP. */
  readonly peerSpoke: boolean;
  /** Machines that were tried without success before that, one line each. */
  readonly tried: readonly string[];
}

export interface QueueEntry extends NewQueueEntry {
  readonly id: QueueEntryId;
  /** Attempts made so far. */
  readonly attempts: number;
  /** Not tried before this instant. */
  readonly notBefore: Instant;
  /** What the last attempt met, one line. */
  readonly lastError?: string;
  /** What the attempts met, oldest first: the first few and the latest (`attempt-history.ts`). */
  readonly history: readonly AttemptNote[];
  /** Held back by the operator, or for him: not tried, but given up when its life ends. */
  readonly held: boolean;
}

/** Narrows `listDue`, so that one destination with a long queue never hides the others. */
export interface DueFilter {
  /** Only entries of this destination. */
  readonly only?: string;
  /** No entries of these destinations. */
  readonly except?: readonly string[];
}

/** What an entry waits for: its turn, the hour of its next attempt, or the operator. */
export const QUEUE_STATES = ['due', 'put-off', 'held'] as const;
export type QueueState = (typeof QUEUE_STATES)[number];

/** How many entries wait for the same, and since when the oldest of them is in the queue. */
export interface QueueFigure {
  readonly state: QueueState;
  readonly entries: number;
  /** Undefined when there is none. */
  readonly oldestAt: Instant | undefined;
}

/** Reading side of the queue; synchronous. */
export interface QueueReader {
  /** Entries not held, of any destination the filter lets through, due at `now`, oldest first. */
  listDue(now: Instant, limit: number, filter?: DueFilter): readonly QueueEntry[];
  /** Entries held whose life is over at `now`, oldest end first: they end like any other (AP-33). */
  listExpiredHeld(now: Instant, limit: number): readonly QueueEntry[];
  /**
   * The earliest `notBefore` of an entry not held, or end of one held; undefined when none waits. With
   * `after`, the earliest that is later than that instant.
   */
  nextDueAt(after?: Instant): Instant | undefined;
  findQueueEntry(id: QueueEntryId): QueueEntry | undefined;
  /** One for each state. Looks at every entry: for who watches, not for each message. */
  queueFigures(now: Instant): readonly QueueFigure[];
  /** All entries, oldest first. */
  listQueue(): readonly QueueEntry[];
  /** Destinations whose mail is held as it comes, in order. */
  listHeldDestinations(): readonly string[];
}
