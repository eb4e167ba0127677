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

/** What finds our name in the value of a field, made once. */
const OWN_NAMES = new Map<string, RegExp>();

function writtenBy(ownName: string): RegExp {
  let found = OWN_NAMES.get(ownName);
  if (found === undefined) {
    found = new RegExp(`(?:^|\\s)by\\s+${ownName.replaceAll('.', '\\.')}(?=[\\s;]|$)`, 'i');
    OWN_NAMES.set(ownName, found);
  }
  return found;
}

/** A refusal of a message that runs in a loop, or undefined. */
export function refuseLoop(header: Header, ownName: string): SmtpReply | undefined {
  const hops = header.all('received');
  if (hops.length > RECEIVED_LIMIT) return LOOP;
  if (hops.length <= OWN_RECEIVED_LIMIT) return undefined;
  const by = writtenBy(ownName);
  return hops.filter(({ value }) => by.test(value)).length > OWN_RECEIVED_LIMIT ? LOOP : undefined;
}
