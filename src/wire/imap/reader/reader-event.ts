// SPDX-License-Identifier: EUPL-1.2
import type { AppendCommand, AppendMessage } from '../commands/append.ts';
import type { Command } from '../commands/command.ts';
import type { ReadingRefusal } from '../grammar/refusals.ts';

/** What the reader tells, in the order of the octets. */
export type ReaderEvent =
  /** A whole command; never an APPEND. */
  | { readonly event: 'command'; readonly tag: string; readonly command: Exclude<Command, AppendCommand> }
  /** An APPEND up to its first literal; the reader waits for `acceptLiteral` or `refuseLiteral`. */
  | { readonly event: 'append'; readonly tag: string; readonly command: AppendCommand }
  /** Octets of the accepted literal. */
  | { readonly event: 'octets'; readonly octets: Buffer }
  /** The accepted literal is complete; whether the command is, tells the next event. */
  | { readonly event: 'literal-end' }
  /** A further message of the same APPEND (RFC 3502); again the reader waits for a decision. */
  | { readonly event: 'append-next'; readonly message: AppendMessage }
  | { readonly event: 'append-end' }
  /** The client waits for a continuation request before it sends a literal. */
  | { readonly event: 'continue' }
  /** The line asked for with `expectLine`, without its end; undefined when it was too long. */
  | { readonly event: 'line'; readonly octets: Buffer | undefined }
  /** The command, all of it now read, is to be answered with this; an APPEND under way is void. */
  | { readonly event: 'refused'; readonly tag: string; readonly refusal: ReadingRefusal }
  /** Nothing more can be read: BYE. */
  | { readonly event: 'fatal'; readonly code?: string; readonly text: string };
