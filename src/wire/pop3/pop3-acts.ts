// SPDX-License-Identifier: EUPL-1.2
import type { Maildrop } from './pop3-maildrop.ts';
import type { Credentials } from './sasl-plain.ts';

/** What a session asks whoever drives it to do next, in order. */
export type Pop3Act =
  | { readonly do: 'send'; readonly octets: Buffer }
  /** Begin TLS on the connection, after what was sent; then `tlsStarted`. */
  | { readonly do: 'start-tls' }
  /** Look at the password and open the mailbox; then `answerLogIn`. */
  | ({ readonly do: 'log-in' } & Credentials)
  /**
   * Send `opening`, then the message as `multilineBody(message, bodyLines)`, then `answerRetrieval(true)`;
   * or send nothing and `answerRetrieval(false)` when the message is no longer there.
   */
  | {
      readonly do: 'retrieve';
      /** Number of the message, from 1. */
      readonly message: number;
      readonly opening: Buffer;
      /** Lines of the body that TOP asks for; absent for all of it. */
      readonly bodyLines?: number;
    }
  /** Remove these messages, all or none; then `answerUpdate`. */
  | { readonly do: 'update'; readonly messages: readonly number[] }
  /** Close the connection once all is sent. */
  | { readonly do: 'close' };

/** How a log-in ended. */
export type LogInAnswer =
  | { readonly is: 'open'; readonly maildrop: Maildrop }
  /** Wrong address or password, without saying which. */
  | { readonly is: 'refused' }
  /** The password is right, and another session has the mailbox. */
  | { readonly is: 'in-use' }
  /** Something is wrong on our side, for now or until somebody mends it. */
  | { readonly is: 'try-later' }
  | { readonly is: 'broken' };
