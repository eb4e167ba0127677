// SPDX-License-Identifier: EUPL-1.2
import { Fault } from '../../platform/faults.ts';
import type { Journal } from '../../platform/journal.ts';
import type { SmtpPeer } from '../../wire/smtp/smtp-host.ts';
import type { SmtpReply } from '../../wire/smtp/smtp-reply.ts';

/**
 * What another provider is told when something that should have worked did not: vague, with a
 * reference to the journal, where the cause stands. Its queue tries again for a day, so 4xx is the
 * answer to everything but what is known to be hopeless.
 */
export function replyToExchangeFault(error: unknown, facts: { journal: Journal; peer: SmtpPeer }): SmtpReply {
  const { journal, peer } = facts;
  journal.error({ session: peer.session, peer: peer.address, helo: peer.helo, error }, 'exchange failed');
  const reference = `reference ${peer.session}`;
  if (error instanceof Fault && error.code === 'store-full') {
    return { code: 452, enhanced: '4.3.1', text: `no room for the message now, ${reference}` };
  }
  if (error instanceof Fault && !error.temporary) {
    return { code: 554, enhanced: '5.3.0', text: `the message cannot be processed, ${reference}` };
  }
  return { code: 451, enhanced: '4.3.0', text: `not possible now, try again later, ${reference}` };
}
