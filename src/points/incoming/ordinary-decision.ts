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
 * Recipients of unlike fate are kept apart before (`goesApart`), so that this meets few.
 */
export function decideOrdinary(
  recipients: readonly OrdinaryRecipient[],
  policy: OrdinaryMailPolicy,
): OrdinaryDecision {
  const refusals = recipients.flatMap((recipient) => refusalFor(recipient, policy) ?? []);
  const [first] = refusals;
  if (first !== undefined) {
    const text = refusals.slice(0, REASONS_TOLD).map((refusal) => refusal.text);
    return { decided: 'refuse', refusal: { ...first, text: text.join('; ') } };
  }
  const wanted: Mailbox[] = [];
  const left: string[] = [];
  for (const { address, mailbox } of recipients) {
    if (mailbox !== undefined && wishOf(mailbox, policy) === 'deliver') wanted.push(mailbox);
    else left.push(address);
  }
  return wanted.length === 0 ? { decided: 'discard' } : { decided: 'deliver', mailboxes: wanted, left };
}

/** More would not fit into a reply. */
const REASONS_TOLD = 3;

/**
 * Whether a recipient must not share a transaction with those named before: one of them would be served and the
 * other refused if the mail turns out to be ordinary. `recipients` are at least one.
 */
export function goesApart(
  recipient: OrdinaryRecipient,
  recipients: readonly OrdinaryRecipient[],
  policy: OrdinaryMailPolicy,
): boolean {
  const isRefused = (one: OrdinaryRecipient) => refusalFor(one, policy) !== undefined;
  return recipients.some((other) => isRefused(other) !== isRefused(recipient));
}

function wishOf(mailbox: Mailbox, policy: OrdinaryMailPolicy): OrdinaryMailPolicy {
  return mailbox.ordinaryMail ?? policy;
}

function refusalFor(recipient: OrdinaryRecipient, policy: OrdinaryMailPolicy): Refusal | undefined {
  const { mailbox, address, hasRoom } = recipient;
  if (mailbox === undefined || mailbox.role === 'service')
    return { code: 550, enhanced: '5.1.1', text: `no mailbox ${address} here` };
  const wish = wishOf(mailbox, policy);
  if (wish === 'refuse')
    return { code: 550, enhanced: '5.7.1', text: `${address} takes certified mail only` };
  if (mailbox.status === 'disabled')
    return { code: 550, enhanced: '5.2.1', text: `the mailbox ${address} is disabled` };
  if (wish === 'deliver' && !hasRoom)
    return { code: 552, enhanced: '5.2.2', text: `the mailbox ${address} is full` };
  return undefined;
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
