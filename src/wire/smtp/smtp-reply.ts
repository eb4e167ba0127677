// SPDX-License-Identifier: EUPL-1.2

/** An SMTP reply of one line (RFC 5321 section 4.2) with its enhanced status code (RFC 3463). */
export interface SmtpReply {
  readonly code: number;
  readonly enhanced: string;
  /** ASCII, without line ends. */
  readonly text: string;
}

/** Any text as the text of a reply: one line of printable ASCII, accents dropped. */
export function replyText(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .replace(/[^ -~]/gu, '?')
    .trim()
    .slice(0, 400);
}
