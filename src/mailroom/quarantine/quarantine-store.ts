// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../platform/clock.ts';
import type { ContentId } from '../contents/content-store.ts';

/** Number of an entry of the quarantine, from 1, never used twice within one store. */
export type QuarantineId = number;

/** A message with a virus, kept apart from all mailboxes (LOG-9). */
export interface NewQuarantined {
  /** The message, octet by octet as it came. */
  readonly content: ContentId;
  /** When the virus was found. */
  readonly at: Instant;
  /** Until then it cannot be removed. */
  readonly keepUntil: Instant;
  /** The dangerous content, as the antivirus names it. */
  readonly virus: string;
  /** What the message is: from our user; a correct envelope; a notification; certified mail not in order. */
  readonly kind: 'submission' | 'envelope' | 'notification' | 'damaged';
  /** PEC msgid, without angle brackets; empty when none could be read. */
  readonly identifier: string;
  /** Sender of the original. */
  readonly sender: string;
  /** The forward paths it was for. */
  readonly recipients: readonly string[];
  /** Descriptive name of the sending provider. */
  readonly provider: string;
}

export interface Quarantined extends NewQuarantined {
  readonly id: QuarantineId;
}

/** Reading side of the quarantine; synchronous. */
export interface QuarantineReader {
  findQuarantined(id: QuarantineId): Quarantined | undefined;
  /** Entries with greater numbers, in their order. */
  listQuarantined(after: QuarantineId, limit: number): readonly Quarantined[];
  /** Entries whose time is over at that instant, those that waited longest first. */
  listQuarantineOver(at: Instant, limit: number): readonly Quarantined[];
}
