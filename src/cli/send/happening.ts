// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../platform/clock.ts';

/** What may become of a message on its way, as its sender can see it. */
export type HappeningKind =
  /** The server took it. */
  | 'submitted'
  | 'accepted'
  /** Not accepted by the sender's provider: nobody gets it. */
  | 'refused'
  | 'relayed'
  | 'taken-in-charge'
  /** In the recipient's mailbox. */
  | 'delivered'
  /** The receipt of it is in the sender's mailbox. */
  | 'receipt'
  | 'failed'
  /** Twelve hours have gone by. */
  | 'late';

export interface Happening {
  readonly kind: HappeningKind;
  /** When, by the clock of the provider that says so. */
  readonly instant: Instant;
  /** Milliseconds since the message was handed in. */
  readonly sinceMs: number;
  /** Whom it is about; empty when it is about the message. */
  readonly recipients: readonly string[];
  /** The provider that says so, where it is known. */
  readonly house: string | null;
  /** A reason, a destination. */
  readonly detail: string;
}

/** A recipient and how far the message has come. */
export interface RecipientState {
  readonly address: string;
  /** Whether a receipt is to be expected; null while it is not known. */
  readonly certified: boolean | null;
  readonly state: 'waiting' | 'delivered' | 'relayed' | 'failed';
}

/** What is seen of a message at one look. */
export interface Sight {
  /** What has happened since the last look, in order. */
  readonly happenings: readonly Happening[];
  /** Addresses of certified recipients; null while they are not known. */
  readonly certified: readonly string[] | null;
  /** PEC msgid, once it is known. */
  readonly identifier: string | null;
  /** Whether the relay to ordinary recipients can be seen. */
  readonly seesRelay: boolean;
}

/** Looks again and again at what becomes of a message. */
export interface Watcher {
  /** How long to wait between two looks. */
  readonly intervalMs: number;
  look(): Promise<Sight>;
}
