// SPDX-License-Identifier: EUPL-1.2

/** A message as a POP3 session sees it. */
export interface MaildropMessage {
  /** Octets as stored; a client may count two more when the message does not end with CRLF. */
  readonly sizeBytes: number;
  /** 1 to 70 characters from 0x21 to 0x7E, the same in every session and never of another message (RFC 1939 section 7). */
  readonly uniqueId: string;
}

/** The messages of a mailbox as they were at the log-in; message number n is the one at n - 1. */
export type Maildrop = readonly MaildropMessage[];
