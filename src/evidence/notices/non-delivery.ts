// SPDX-License-Identifier: EUPL-1.2
import type { Draft, DraftFacts } from '../draft.ts';

/** Why a message could not be delivered (DP-22), each with its enhanced status code (RFC 3463). */
export type NonDeliveryCause =
  | 'unknown-mailbox'
  | 'unknown-domain'
  | 'mailbox-full'
  | 'mailbox-disabled'
  | 'message-too-large'
  | 'refused'
  | 'expired'
  | 'internal';

export interface NonDeliveryFacts extends DraftFacts {
  readonly recipient: string;
  readonly cause: NonDeliveryCause;
  /** What a peer answered, put after our own words; control characters and non-ASCII are dropped. */
  readonly detail?: string;
}

/** M13: a correct envelope could not be delivered (RFC 6109 section 3.3.3). */
export function draftNonDelivery(_facts: NonDeliveryFacts): Draft {
  throw new Error('not written yet');
}
