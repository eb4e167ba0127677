// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../platform/clock.ts';
import type { Ids } from '../platform/ids.ts';
import { formatDate } from '../wire/mime/dates.ts';
import type { SmtpReply } from '../wire/smtp/smtp-reply.ts';

/** A recipient that an ordinary host could not serve. */
export interface Undelivered {
  readonly address: string;
  readonly reply: SmtpReply;
}

/** Octets of the returned message's header that a bounce shows. */
const HEADER_SHOWN = 4096;

/** The delivery status notification that ordinary mail systems send (RFC 3464), in plain English like theirs. */
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
  const boundary = `=_bounce-${ids.token()}`;
  const words = failures.map(({ address, reply }) => `<${address}>: ${reply.enhanced} ${reply.text}`);
  const fields = failures.flatMap(({ address, reply }) => [
    '',
    `Final-Recipient: rfc822;${address}`,
    'Action: failed',
    `Status: ${reply.enhanced}`,
    `Diagnostic-Code: smtp; ${reply.code} ${reply.enhanced} ${reply.text}`,
  ]);
  const lines = [
    `From: Mail Delivery System <MAILER-DAEMON@${hostname}>`,
    `To: ${to}`,
    'Subject: Undelivered Mail Returned to Sender',
    `Date: ${formatDate(instant, 0)}`,
    `Message-ID: <${ids.token()}@${hostname}>`,
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status;',
    ` boundary="${boundary}"`,
    '',
    `--${boundary}`,
    'Content-Type: text/plain; charset=us-ascii',
    '',
    'Your message could not be delivered to these recipients:',
    '',
    ...words,
    '',
    `--${boundary}`,
    'Content-Type: message/delivery-status',
    '',
    `Reporting-MTA: dns; ${hostname}`,
    ...fields,
    '',
    `--${boundary}`,
    'Content-Type: text/rfc822-headers',
    '',
    wholeLines(header),
    `--${boundary}--`,
    '',
  ];
  return Buffer.from(lines.join('\r\n'), 'latin1');
}

/** As many whole lines as fit, without the empty one at the end. */
function wholeLines(header: Buffer): string {
  const text = header.toString('latin1', 0, HEADER_SHOWN);
  const end = text.lastIndexOf('\r\n');
  return text.slice(0, Math.max(end, 0)).replace(/(\r\n)+$/, '');
}
