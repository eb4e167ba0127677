// SPDX-License-Identifier: EUPL-1.2
import type { SMTPError } from 'nodemailer/lib/smtp-connection';
import { type Refusal, refusal } from './courier.ts';

/** A peer's reply, or our own in its place, taken apart. */
export interface PeerReply {
  readonly code: number;
  readonly enhanced: string | undefined;
  readonly text: string;
  readonly peerSpoke: boolean;
}

/** The refusal of one recipient, out of the peer's reply to its RCPT. */
export function recipientRefusal(error: SMTPError): Refusal {
  return refusal({ address: String(error.recipient), ...readReply(error.response, error.responseCode) });
}

/**
 * The reply that decides about all recipients not yet refused; undefined when there was none, or none that
 * SMTP knows.
 */
export function verdictOf(error: SMTPError): PeerReply | undefined {
  if (error.code !== 'EENVELOPE' && error.code !== 'EMESSAGE') return undefined;
  if (error.response !== undefined) {
    return isRefusal(error.responseCode) ? readReply(error.response, error.responseCode) : undefined;
  }
  // The library compares the size with the peer's SIZE and then asks nothing (RFC 1870 section 6.2).
  if (error.code === 'EMESSAGE')
    return {
      code: 552,
      enhanced: '5.3.4',
      text: 'message exceeds the size the peer takes',
      peerSpoke: false,
    };
  // A path that cannot be written into a command.
  return { code: 553, enhanced: '5.1.3', text: error.message, peerSpoke: false };
}

/** Whether the reply to the final dot says that the peer has the message: three digits, no more (RFC 5321 section 4.2). */
export function isTaken(reply: string): boolean {
  return /^2\d{2}(?:[ -]|$)/.test(reply);
}

/** RFC 5321 section 4.2.1: what says no begins with 4 or 5. */
function isRefusal(code: number | undefined): code is number {
  return code !== undefined && code >= 400 && code <= 599;
}

/** What is no refusal in SMTP's words says nothing for good. */
function readReply(response: string | undefined, code: number | undefined): PeerReply {
  const line = oneLine(response ?? '');
  const match = /^(\d{3})[ -]?(?:([245]\.\d{1,3}\.\d{1,3})(?: |$))?(.*)$/.exec(line);
  const known = isRefusal(code);
  return {
    code: known ? code : 451,
    enhanced: known ? match?.[2] : undefined,
    text: known ? (match?.[3] ?? line) : line,
    peerSpoke: true,
  };
}

/** A reply of several lines as one: code and enhanced code stay at the front only. */
export function oneLine(response: string): string {
  return response
    .split(/\r?\n/)
    .map((line, number) =>
      number === 0 ? line : line.replace(/^\d{3}[ -]?(?:[245]\.\d{1,3}\.\d{1,3} ?)?/, ''),
    )
    .join(' ')
    .slice(0, 1000);
}
