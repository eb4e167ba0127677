// SPDX-License-Identifier: EUPL-1.2

/** How much one POP3 session may ask of us. */
export interface Pop3Limits {
  /**
   * Octets of a command line, CRLF included. RFC 2449 section 4 asks for 255; an address of 254 octets
   * after USER needs some more.
   */
  readonly commandOctets: number;
  /** Octets of a line of a SASL exchange, CRLF included (RFC 4616: three fields of 255, in base64). */
  readonly saslOctets: number;
  /** Octets of an over-long line that are skipped in search of its end before the session is closed. */
  readonly skippedOctets: number;
  /** Octets received and not yet looked at; a caller that stops reading while work is under way stays below. */
  readonly pendingOctets: number;
  /** Commands that were none, or came at the wrong time; one more closes the session. */
  readonly badCommands: number;
  /** Failed log-ins; the last of them closes the session. */
  readonly failedLogIns: number;
}

export const DEFAULT_POP3_LIMITS: Pop3Limits = {
  commandOctets: 512,
  saslOctets: 2048,
  skippedOctets: 64 * 1024,
  pendingOctets: 1024 * 1024,
  badCommands: 20,
  failedLogIns: 3,
};
