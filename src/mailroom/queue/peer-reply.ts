// SPDX-License-Identifier: EUPL-1.2
import type { RefusedPath, TransactionEnd } from '../../wire/smtp/client/outgoing.ts';
import { type Refusal, refusal } from './courier.ts';

/** A peer's reply, or our own in its place, taken apart. */
export interface PeerReply {
  readonly code: number;
  readonly enhanced: string | undefined;
  readonly text: string;
  readonly peerSpoke: boolean;
}

/** The refusal of one recipient, out of the peer's reply to its RCPT. */
export function recipientRefusal({ path, reply }: RefusedPath): Refusal {
  return refusal({ address: path, ...readReply(reply) });
}

/** The reply that decides about all recipients not yet refused. */
export function decidingReply(
  end: Extract<TransactionEnd, { readonly end: 'refused' | 'not-asked' }>,
): PeerReply {
  if (end.end === 'refused') return readReply(end.reply);
  // RFC 1870 section 6.2: the size was compared with the peer's SIZE.
  if (end.because === 'size')
    return {
      code: 552,
      enhanced: '5.3.4',
      text: 'message exceeds the size the peer takes',
      peerSpoke: false,
    };
  const text = `${JSON.stringify(end.path)} cannot be written into a command`;
  return { code: 553, enhanced: '5.1.3', text, peerSpoke: false };
}

/** What is no refusal in SMTP's words says nothing for good. */
function readReply(reply: { readonly code: number; readonly text: string }): PeerReply {
  const line = oneLine(reply.text);
  const match = /^(\d{3})[ -]?(?:([245]\.\d{1,3}\.\d{1,3})(?: |$))?(.*)$/.exec(line);
  // RFC 5321 section 4.2.1: what says no begins with 4 or 5.
  const known = reply.code >= 400;
  return {
    code: known ? reply.code : 451,
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
