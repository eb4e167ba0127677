// SPDX-License-Identifier: EUPL-1.2
import type { SmtpReply } from './smtp-reply.ts';

/** Who talks to us. */
export interface SmtpPeer {
  /** Names the connection in the journal and in what a peer is told to quote. */
  readonly session: string;
  readonly address: string;
  /** What it calls itself in HELO or EHLO; empty before that. */
  readonly helo: string;
  readonly tls: boolean;
}

export interface SmtpContext<User> {
  readonly peer: SmtpPeer;
  /** Who logged in; always there when the host has `authenticate`. */
  readonly user: User | undefined;
}

/** A transaction whose recipients are still being named. */
export interface SmtpBegun<User> extends SmtpContext<User> {
  /** Empty for the null path. */
  readonly reversePath: string;
  /** Those accepted so far. */
  readonly forwardPaths: readonly string[];
}

export interface SmtpTransaction<User> extends SmtpContext<User> {
  /** Empty for the null path. */
  readonly reversePath: string;
  /** At least one; each address once, whatever its letter case. */
  readonly forwardPaths: readonly string[];
}

export interface SmtpCredentials {
  readonly username: string;
  readonly password: string;
}

/**
 * What a door does with what it hears. Whatever a method rejects with is turned into a reply by
 * `translate`, the one place that does so.
 */
export interface SmtpHost<User> {
  /** AUTH is offered, within TLS only, and required, when this is there. */
  authenticate?(
    credentials: SmtpCredentials,
    peer: SmtpPeer,
  ): Promise<{ readonly user: User } | { readonly refused: SmtpReply }>;
  /** A refusal of the reverse path, or undefined. */
  checkSender(reversePath: string, context: SmtpContext<User>): SmtpReply | undefined;
  /** A refusal of the forward path, or undefined. */
  checkRecipient(forwardPath: string, begun: SmtpBegun<User>): SmtpReply | undefined;
  /**
   * Takes the message and says what became of it. It need not be read to its end: the rest is thrown
   * away. Reading throws when the peer goes away before the end.
   */
  takeMessage(octets: AsyncIterable<Buffer>, transaction: SmtpTransaction<User>): Promise<SmtpReply>;
  translate(error: unknown, peer: SmtpPeer): SmtpReply;
  /** Told of a connection that failed: a handshake, a socket. */
  onDisturbance(error: unknown): void;
}
