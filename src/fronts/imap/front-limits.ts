// SPDX-License-Identifier: EUPL-1.2

/** How much of IMAP we serve at once, and for how long. */
export interface ImapFrontLimits {
  /** Connections at the same time; one more is told BYE. */
  readonly sessions: number;
  /** Connections from one IP address; an office behind one address has many. */
  readonly sessionsPerPeer: number;
  /** Sessions logged in to one mailbox: programs open several, and an office shares its mailbox. */
  readonly sessionsPerMailbox: number;
  /** Folders of a mailbox, and names subscribed. */
  readonly foldersPerMailbox: number;
  /** Refused connections that are told why at the same time; further ones are closed without a word. */
  readonly farewells: number;
  /** From the connection to a log-in, TLS included. */
  readonly logInMs: number;
  /** Without a word from the client, or without its taking what is sent; RFC 9051 section 5.4 asks for 30 minutes. */
  readonly idleMs: number;
  /** The same while it waits in IDLE, where TCP itself asks whether it is still there. */
  readonly idlingMs: number;
  /** How long a connection may take to close, and work under way to end when we stop. */
  readonly closeMs: number;
  /** Octets of one message that APPEND takes. */
  readonly appendBytes: number;
  /** Messages whose flags and places are held in memory, over all folders; about 50 octets each. */
  readonly imagedMessages: number;
}

export const DEFAULT_IMAP_FRONT_LIMITS: ImapFrontLimits = {
  sessions: 5000,
  sessionsPerPeer: 500,
  sessionsPerMailbox: 100,
  foldersPerMailbox: 10_000,
  farewells: 20,
  logInMs: 2 * 60_000,
  idleMs: 30 * 60_000,
  idlingMs: 24 * 60 * 60_000,
  closeMs: 5_000,
  appendBytes: 150 * 1024 * 1024,
  imagedMessages: 2_000_000,
};
