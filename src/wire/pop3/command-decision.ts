// SPDX-License-Identifier: EUPL-1.2
import type { MaildropMessage } from './pop3-maildrop.ts';
import type { Credentials } from './sasl-plain.ts';

/** What a command leads to. */
export type CommandDecision =
  | { readonly is: 'reply'; readonly octets: Buffer }
  /** An error of the client's making; too many of them end the session. */
  | { readonly is: 'bad'; readonly why: string }
  | { readonly is: 'listing'; readonly opening: Buffer; readonly lines: Iterator<string> }
  | { readonly is: 'retrieve'; readonly number: number; readonly bodyLines?: number }
  | { readonly is: 'update' }
  | { readonly is: 'goodbye' }
  | { readonly is: 'hang-up'; readonly why: string }
  | { readonly is: 'start-tls' }
  | { readonly is: 'user'; readonly address: string }
  /** The SASL response is on the next line. */
  | { readonly is: 'challenge' }
  | ({ readonly is: 'log-in' } & Credentials);

export function bad(why: string): CommandDecision {
  return { is: 'bad', why };
}

export function reply(octets: Buffer): CommandDecision {
  return { is: 'reply', octets };
}

/** How a listing shows a message. */
export type Description = (message: MaildropMessage) => string | number;
