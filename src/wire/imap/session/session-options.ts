// SPDX-License-Identifier: EUPL-1.2
import type { Awaitable, ImapBackend } from '../imap-backend.ts';
import {
  AUTHENTICATED_READER_LIMITS,
  type ReaderLimits,
  STRANGER_READER_LIMITS,
} from '../reader/reader-limits.ts';
import type { ImapOutput } from '../responses/response-writer.ts';

/** The connection a session talks over; whoever binds it to a socket declares nothing else. */
export interface ImapConnection extends ImapOutput {
  /** Begins TLS as the server; the next octets given to the session are the decrypted ones. */
  startTls(): Awaitable<void>;
  /**
   * From now on what is written is deflated, and what is received inflated before it is given to the
   * session (RFC 4978). `waiting` came already and is to be inflated first.
   */
  compress(waiting: Buffer): Awaitable<void>;
  /** No more octets, please, until `resume`. */
  pause(): void;
  resume(): void;
  /** Ends the connection once all that was written is sent. */
  close(): void;
}

export interface SessionLimits {
  readonly stranger: ReaderLimits;
  readonly authenticated: ReaderLimits;
  /** Refused logins before the connection ends. */
  readonly failedLogins: number;
  /** Commands answered BAD one after the other before the connection ends. */
  readonly badCommands: number;
  /** Octets of one SASL response. */
  readonly saslBytes: number;
}

export const DEFAULT_SESSION_LIMITS: SessionLimits = {
  stranger: STRANGER_READER_LIMITS,
  authenticated: AUTHENTICATED_READER_LIMITS,
  failedLogins: 5,
  badCommands: 50,
  saslBytes: 12 * 1024,
};

export interface ImapSessionOptions {
  readonly backend: ImapBackend;
  readonly connection: ImapConnection;
  /** The connection is encrypted from the start. */
  readonly encrypted: boolean;
  /** STARTTLS is offered while the connection is not encrypted. */
  readonly startTls: boolean;
  /** Passwords are taken on a connection that is not encrypted: for tests only. */
  readonly insecureLogin?: boolean;
  /** COMPRESS=DEFLATE is offered. */
  readonly compress: boolean;
  /** What ID tells: field and value. */
  readonly id?: Readonly<Record<string, string>>;
  readonly greeting?: string;
  readonly limits?: Partial<SessionLimits>;
  /** Now, in ms since the epoch; only for ages in SEARCH (RFC 5032). */
  readonly now: () => number;
  /** Hears of a fault behind a NO [SERVERBUG]. */
  readonly onFault?: (fault: unknown, command: string) => void;
}
