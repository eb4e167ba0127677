// SPDX-License-Identifier: EUPL-1.2
import type { SmtpReply } from './smtp-reply.ts';

/** What is known of the octets of a message that came by DATA. */
export interface OctetFacts {
  /** A CR without LF or an LF without CR anywhere. */
  readonly bareLineEnds: boolean;
  /** A NUL octet anywhere. */
  readonly nul: boolean;
}

/**
 * The refusal of octets that SMTP cannot carry, or undefined. Servers differ in what they make of a
 * bare CR or LF, which is how messages are smuggled past them and signatures broken on the way.
 */
export function refuseOctets(facts: OctetFacts): SmtpReply | undefined {
  // RFC 5321 section 2.3.8: CR and LF appear together only.
  if (facts.bareLineEnds) {
    return { code: 554, enhanced: '5.6.0', text: 'bare CR or LF in the message; lines end with CRLF' };
  }
  // RFC 5322 section 2.2 and RFC 6152: neither 7-bit nor 8-bit content holds NUL.
  if (facts.nul) return { code: 554, enhanced: '5.6.0', text: 'NUL octet in the message' };
  return undefined;
}
