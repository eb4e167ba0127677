// SPDX-License-Identifier: EUPL-1.2
import type { Mailbox, OrdinaryMailPolicy } from '../../mailroom/mailboxes/mailbox-store.ts';

/** A recipient of mail that is not certified, or damaged. */
export interface OrdinaryRecipient {
  readonly address: string;
  /** Absent when there is none of that address. */
  readonly mailbox?: Mailbox;
  /** Whether the mailbox has room for the message. */
  readonly hasRoom: boolean;
}

export interface Refusal {
  readonly code: 550 | 552 | 554;
  /** RFC 3463. */
  readonly enhanced: string;
  readonly text: string;
}

export type OrdinaryDecision =
  | { readonly decided: 'refuse'; readonly refusal: Refusal }
  | {
      readonly decided: 'deliver';
      readonly mailboxes: readonly Mailbox[];
      /** Addresses that get nothing. */
      readonly left: readonly string[];
    }
  | { readonly decided: 'discard' };

/**
 * What becomes of ordinary mail (IP-22). SMTP gives one answer for all recipients of DATA, so one who
 * cannot be served refuses the whole transaction: its sender is told by SMTP, and nothing is lost in silence.
 */
export function decideOrdinary(
  recipients: readonly OrdinaryRecipient[],
  policy: OrdinaryMailPolicy,
): OrdinaryDecision {
  const wanted: Mailbox[] = [];
  const left: string[] = [];
  for (const recipient of recipients) {
    const { mailbox, address } = recipient;
    if (mailbox === undefined || mailbox.role === 'service')
      return refuse(550, '5.1.1', `no mailbox ${address} here`);
    const wish = mailbox.ordinaryMail ?? policy;
    if (wish === 'refuse') return refuse(550, '5.7.1', `${address} takes certified mail only`);
    if (mailbox.status === 'disabled') return refuse(550, '5.2.1', `the mailbox ${address} is disabled`);
    if (wish === 'deliver' && !recipient.hasRoom) return full(address);
    if (wish === 'deliver') wanted.push(mailbox);
    else left.push(address);
  }
  return wanted.length === 0 ? { decided: 'discard' } : { decided: 'deliver', mailboxes: wanted, left };
}

/**
 * Damaged certified mail is propagated whatever the mailbox says of ordinary mail (IP-10, IP-26), to
 * everyone who exists. It is refused only when nobody has it: not when a mailbox is full and others of the
 * transaction are not, since SMTP has one answer and nobody else would tell the sender.
 */
export function decideDamaged(
  recipients: readonly OrdinaryRecipient[],
  { othersServed = false } = {},
): OrdinaryDecision {
  const mailboxes: Mailbox[] = [];
  const left: string[] = [];
  let anyRoom = othersServed;
  for (const { address, mailbox, hasRoom } of recipients) {
    if (mailbox === undefined || obstacleTo(address, mailbox) !== undefined) {
      left.push(address);
    } else {
      mailboxes.push(mailbox);
      anyRoom ||= hasRoom;
    }
  }
  if (mailboxes.length > 0 && anyRoom) return { decided: 'deliver', mailboxes, left };
  const [first] = recipients;
  if (first === undefined) return { decided: 'discard' };
  return obstacleTo(first.address, first.mailbox) ?? full(first.address);
}

/** Why nothing at all can be put there; the service mailbox is none of anybody's (DP-26, SRV-1). */
function obstacleTo(address: string, mailbox: Mailbox | undefined): OrdinaryDecision | undefined {
  if (mailbox === undefined || mailbox.role === 'service')
    return refuse(550, '5.1.1', `no mailbox ${address} here`);
  if (mailbox.status === 'disabled') return refuse(550, '5.2.1', `the mailbox ${address} is disabled`);
  return undefined;
}

function full(address: string): OrdinaryDecision {
  return refuse(552, '5.2.2', `the mailbox ${address} is full`);
}

function refuse(code: Refusal['code'], enhanced: string, text: string): OrdinaryDecision {
  return { decided: 'refuse', refusal: { code, enhanced, text } };
}
