// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../platform/clock.ts';
import type { ContentId } from '../contents/content-store.ts';
import type { MailboxId } from '../mailboxes/mailbox-store.ts';

/** What we keep of a message accepted from our own user, to answer for it later. */
export interface Submission {
  /** PEC msgid, without angle brackets. */
  readonly identifier: string;
  /** The sending user's mailbox. */
  readonly mailbox: MailboxId;
  /** Reverse path of the submission. */
  readonly sender: string;
  /** Client's Message-ID with angle brackets, when there was one. */
  readonly messageId?: string;
  /** Decoded subject, when there was one. */
  readonly subject?: string;
  /** Reply-To as written to daticert.xml. */
  readonly replyTo: string;
  readonly recipients: readonly { readonly address: string; readonly certified: boolean }[];
  readonly receiptType: 'completa' | 'breve' | 'sintetica';
  /** Instant of the acceptance, which is the dispatch the timers count from (AP-36). */
  readonly acceptedAt: Instant;
}

/** How a certified recipient's story ended at the sender's provider. */
export type TrackingOutcome = 'delivered' | 'not-delivered' | 'virus' | 'expired';

/** What the sender's provider knows of one certified recipient (AP-36, AP-42). */
export interface Tracking {
  readonly identifier: string;
  /** Recipient address as in the forward path. */
  readonly recipient: string;
  readonly dispatchedAt: Instant;
  readonly takenInChargeAt?: Instant;
  readonly firstNoticeAt?: Instant;
  readonly secondNoticeAt?: Instant;
  readonly outcome?: TrackingOutcome;
  readonly outcomeAt?: Instant;
}

/** How an envelope ended for one of our own recipients, at the receiver's provider (DP-24, IP-28). */
export interface DeliveryOutcome {
  readonly identifier: string;
  /**
   * Who signed the envelope, by its service address in lower case: identifiers are unique within a provider only.
   * An outcome without it counts for every signer.
   */
  readonly signer?: string;
  readonly recipient: string;
  readonly outcome: 'delivered' | 'not-delivered' | 'virus' | 'anomaly';
  readonly at: Instant;
}

/** Which silent recipients are looked for: those dispatched at or before these instants. */
export interface SilenceQuery {
  /** No outcome, not taken in charge, no first notice. */
  readonly firstBefore: Instant;
  /** No outcome, whether taken in charge or not (AP-38). */
  readonly secondBefore: Instant;
  readonly limit: number;
}

/** Reading side; synchronous. Addresses in any letter case. */
export interface TrackingReader {
  findSubmission(identifier: string): Submission | undefined;
  findTracking(identifier: string, recipient: string): Tracking | undefined;
  listTrackings(identifier: string): readonly Tracking[];
  /** The envelope of a message that is kept because receipts bring its original back (`track`). */
  findAwaitedEnvelope(identifier: string): ContentId | undefined;
  /** Recipients that a notice is due for, those without a second notice, longest waiting first. */
  listSilent(query: SilenceQuery): readonly Tracking[];
  /** With a `signer`, what happened to that provider's envelope; without, to the first one of that identifier. */
  findDeliveryOutcome(identifier: string, recipient: string, signer?: string): DeliveryOutcome | undefined;
  listDeliveryOutcomes(identifier: string): readonly DeliveryOutcome[];
  /** Each identifier once that a submission, a tracking or a delivery outcome names; to be gone through in one go. */
  identifiers(): Iterable<string>;
}
