// SPDX-License-Identifier: EUPL-1.2
import { Fault } from '../../platform/faults.ts';
import type { Journal } from '../../platform/journal.ts';
import type { SmtpPeer } from '../../wire/smtp/smtp-host.ts';
import type { SmtpReply } from '../../wire/smtp/smtp-reply.ts';

/**
 * What a client is told when something that should have worked did not: vague, with a reference to
 * the journal, where the cause stands. What is not known to be hopeless may be tried again.
 */
export function replyToSubmissionFault(
  error: unknown,
  facts: { journal: Journal; peer: SmtpPeer },
): SmtpReply {
  const { journal, peer } = facts;
  journal.error({ session: peer.session, peer: peer.address, error }, 'submission failed');
  const reference = `reference ${peer.session}`;
  if (error instanceof Fault) {
    // RFC 4954 section 4.7.
    if (error.code === 'login-busy' || error.code === 'password-hash') {
      return { code: 454, enhanced: '4.7.0', text: `login is not possible now, ${reference}` };
    }
    if (error.code === 'store-full') {
      return { code: 452, enhanced: '4.3.1', text: `no room for the message now, ${reference}` };
    }
    if (!error.temporary) {
      return { code: 554, enhanced: '5.3.0', text: `the message cannot be processed, ${reference}` };
    }
  }
  return { code: 451, enhanced: '4.3.0', text: `not possible now, try again later, ${reference}` };
}
