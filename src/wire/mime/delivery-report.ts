// SPDX-License-Identifier: EUPL-1.2
import { formatDate } from './dates.ts';
import { encodeQuotedPrintable } from './transfer-encoding.ts';

/** A recipient that was not served (RFC 3464 section 2.3). */
export interface FailedRecipient {
  readonly address: string;
  /** RFC 3463. */
  readonly status: string;
  /** The words of the host that refused; absent when none spoke. */
  readonly reply?: string | undefined;
}

export interface DeliveryReport {
  /** Who reports, and its name in MAILER-DAEMON's address. */
  readonly hostname: string;
  readonly to: string;
  readonly instantMs: number;
  /** Without angle brackets. */
  readonly messageId: string;
  /** Must occur in no part. */
  readonly boundary: string;
  /** For a person. */
  readonly text: string;
  readonly failures: readonly FailedRecipient[];
  /** Header lines of the message that comes back, with their line ends. */
  readonly header: Buffer;
}

/**
 * The delivery status notification that mail systems send (RFC 3464 in the form of RFC 6522). To be sent with the null
 * path (RFC 5321 section 6.1), so that it causes no other.
 */
export function writeDeliveryReport(report: DeliveryReport): Buffer {
  const { boundary, text, header } = report;
  return Buffer.concat([
    lines([
      ...headerOf(report),
      `--${boundary}`,
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: quoted-printable',
      '',
    ]),
    encodeQuotedPrintable(Buffer.from(text)),
    lines([
      '',
      `--${boundary}`,
      'Content-Type: message/delivery-status',
      '',
      `Reporting-MTA: dns; ${report.hostname}`,
      ...report.failures.flatMap(fieldsOf),
      '',
      `--${boundary}`,
      'Content-Type: text/rfc822-headers',
      '',
    ]),
    header,
    lines(['', `--${boundary}--`]),
  ]);
}

function headerOf({ hostname, to, instantMs, messageId, boundary }: DeliveryReport): string[] {
  return [
    `From: Mail Delivery System <MAILER-DAEMON@${hostname}>`,
    `To: ${to}`,
    'Subject: Undelivered Mail Returned to Sender',
    `Date: ${formatDate(instantMs, 0)}`,
    `Message-ID: <${messageId}>`,
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status;',
    ` boundary="${boundary}"`,
    '',
  ];
}

/** One group for each recipient. No Original-Recipient: nobody gave us an ORCPT (RFC 3464 section 2.3.1). */
function fieldsOf({ address, status, reply }: FailedRecipient): string[] {
  return [
    '',
    `Final-Recipient: rfc822;${address}`,
    'Action: failed',
    `Status: ${status}`,
    ...(reply === undefined ? [] : [`Diagnostic-Code: smtp; ${reply}`]),
  ];
}

function lines(of: readonly string[]): Buffer {
  return Buffer.from(of.map((line) => `${line}\r\n`).join(''), 'latin1');
}
