// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../platform/clock.ts';
import type { Ids } from '../platform/ids.ts';
import { writeDeliveryReport } from '../wire/mime/delivery-report.ts';
import type { SmtpReply } from '../wire/smtp/smtp-reply.ts';

/** A recipient that an ordinary host could not serve. */
export interface Undelivered {
  readonly address: string;
  readonly reply: SmtpReply;
}

/** Octets of the returned message's header that a bounce shows. */
const HEADER_SHOWN = 4096;

/** The report of an ordinary mail system, in plain English like theirs. */
export function writeBounce(facts: {
  readonly hostname: string;
  readonly instant: Instant;
  readonly ids: Ids;
  readonly to: string;
  readonly failures: readonly Undelivered[];
  /** Header of the message that comes back. */
  readonly header: Buffer;
}): Buffer {
  const { hostname, instant, ids, to, failures, header } = facts;
  const words = failures.map(({ address, reply }) => `<${address}>: ${reply.enhanced} ${reply.text}`);
  return writeDeliveryReport({
    hostname,
    to,
    instantMs: instant,
    messageId: `${ids.token()}@${hostname}`,
    boundary: `=_bounce-${ids.token()}`,
    text: ['Your message could not be delivered to these recipients:', '', ...words, ''].join('\r\n'),
    failures: failures.map(({ address, reply: { code, enhanced, text } }) => ({
      address,
      status: enhanced,
      reply: `${code} ${enhanced} ${text}`,
    })),
    header: wholeLines(header),
  });
}

/** As many whole lines as fit, without the empty one at the end. */
function wholeLines(header: Buffer): Buffer {
  const text = header.toString('latin1', 0, HEADER_SHOWN);
  const end = text.lastIndexOf('\r\n');
  return Buffer.from(`${text.slice(0, Math.max(end, 0)).replace(/(\r\n)+$/, '')}\r\n`, 'latin1');
}
