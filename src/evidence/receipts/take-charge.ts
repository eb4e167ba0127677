// SPDX-License-Identifier: EUPL-1.2
import type { Draft, DraftFacts } from '../draft.ts';

export interface TakeChargeFacts extends DraftFacts {
  /** Service mailbox of the sender's provider (`mailReceipt` of the index). */
  readonly serviceMailbox: string;
  /** Our recipients of this SMTP transaction (IP-12). */
  readonly takenInCharge: readonly string[];
}

/** M6: tells the sender's provider that we answer for the message now (RFC 6109 section 3.2.1). */
export function draftTakeCharge(_facts: TakeChargeFacts): Draft {
  throw new Error('not written yet');
}
