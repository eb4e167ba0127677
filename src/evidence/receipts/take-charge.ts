// SPDX-License-Identifier: EUPL-1.2
import type { Draft, DraftFacts } from '../draft.ts';
import { draftNotification } from '../drafting/notification.ts';
import { takeChargeText } from '../wording/texts.ts';

export interface TakeChargeFacts extends DraftFacts {
  /** Service mailbox of the sender's provider (`mailReceipt` of the index). */
  readonly serviceMailbox: string;
  /** Our recipients of this SMTP transaction (IP-12). */
  readonly takenInCharge: readonly string[];
}

/**
 * M6: tells the sender's provider that we answer for the message now (RFC 6109 section 3.2.1). The data list
 * all recipients of the message, and among them those we take (IP-13).
 */
export function draftTakeCharge(facts: TakeChargeFacts): Draft {
  return draftNotification(facts, {
    kind: 'take-charge',
    to: facts.serviceMailbox,
    text: takeChargeText,
    error: 'nessuno',
    details: { takenInCharge: facts.takenInCharge },
  });
}
