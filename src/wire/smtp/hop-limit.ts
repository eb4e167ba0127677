// SPDX-License-Identifier: EUPL-1.2
import type { Header } from '../mime/header.ts';
import type { SmtpReply } from './smtp-reply.ts';

/** IP-29, RFC 5321 section 6.3: more `Received` fields than this mean a loop. */
export const RECEIVED_LIMIT = 100;
/** A message that we wrote our own name on so often goes in circles through us. */
export const OWN_RECEIVED_LIMIT = 10;

const LOOP: SmtpReply = {
  code: 554,
  enhanced: '5.4.6',
  text: 'too many Received fields, the message runs in a loop',
};

/** A refusal of a message that runs in a loop, or undefined. */
export function refuseLoop(header: Header, ownName: string): SmtpReply | undefined {
  const hops = header.all('received').map(({ value }) => value.toLowerCase());
  const by = new RegExp(`(?:^|\\s)by\\s+${ownName.toLowerCase().replaceAll('.', '\\.')}(?=[\\s;]|$)`);
  const own = hops.filter((value) => by.test(value)).length;
  return hops.length > RECEIVED_LIMIT || own > OWN_RECEIVED_LIMIT ? LOOP : undefined;
}
