// SPDX-License-Identifier: EUPL-1.2

/** How much of POP3 we serve at once, and for how long. */
export interface Pop3FrontLimits {
  /** Connections at the same time; one more is closed before a word. */
  readonly sessions: number;
  /** Connections from one IP address; an office behind one address has many. */
  readonly sessionsPerPeer: number;
  /** Messages a session shows. */
  readonly maildropMessages: number;
  /** From the connection to a log-in, TLS included. */
  readonly logInMs: number;
  /** Without a word from the client, or without its taking what is sent; RFC 1939 section 3 asks for 10 minutes. */
  readonly idleMs: number;
  /** How long a connection may take to close, and work under way to end when we stop. */
  readonly closeMs: number;
}

export const DEFAULT_POP3_FRONT_LIMITS: Pop3FrontLimits = {
  sessions: 2000,
  sessionsPerPeer: 200,
  maildropMessages: 100_000,
  logInMs: 2 * 60_000,
  idleMs: 10 * 60_000,
  closeMs: 5_000,
};
