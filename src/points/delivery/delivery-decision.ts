// SPDX-License-Identifier: EUPL-1.2
import type { ReceiptType } from '../../evidence/certification-data/certification-data.ts';
import { chooseReceipt } from '../../evidence/receipts/receipt-choice.ts';
import type { NonDeliveryCause } from '../../evidence/wording/errors.ts';
import type { Mailbox } from '../../mailroom/mailboxes/mailbox-store.ts';

export interface DeliveryInput {
  readonly recipient: string;
  /** What the envelope asks for (DP-6). */
  readonly requested: ReceiptType;
  /** Values of the envelope's To and Cc fields. */
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly sizeBytes: number;
}

export interface DeliveryFacts {
  /** The recipient's mailbox; absent when there is none. */
  readonly mailbox?: Mailbox;
  /** Counted octets in the mailbox now. */
  readonly usedBytes: number;
}

export type DeliveryDecision =
  | {
      readonly decided: 'deliver';
      readonly mailbox: Mailbox;
      readonly receipt: ReceiptType;
    }
  | { readonly decided: 'fail'; readonly cause: NonDeliveryCause };

/** Storage and a receipt, or M13 (DP-21, DP-24, DP-29): there is no third way for a correct envelope. */
export function decideDelivery(input: DeliveryInput, facts: DeliveryFacts): DeliveryDecision {
  const { mailbox } = facts;
  // DP-26: users have no access to the service mailbox, so to a sender it does not exist.
  if (mailbox === undefined || mailbox.role === 'service')
    return { decided: 'fail', cause: 'unknown-mailbox' };
  if (mailbox.status === 'disabled') return { decided: 'fail', cause: 'mailbox-disabled' };
  if (facts.usedBytes + input.sizeBytes > mailbox.quotaBytes)
    return { decided: 'fail', cause: 'mailbox-full' };
  return {
    decided: 'deliver',
    mailbox,
    // DP-7, DP-8, DP-9
    receipt: chooseReceipt({
      requested: input.requested,
      recipient: input.recipient,
      to: input.to,
      cc: input.cc,
    }),
  };
}
