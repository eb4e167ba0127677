// SPDX-License-Identifier: EUPL-1.2
import { dateTime } from '../grammar/dates.ts';
import type { Decoder } from '../grammar/decoder.ts';
import { flagList } from '../grammar/flags.ts';
import { CLOSE_PAREN, DQUOTE, SP } from '../grammar/octet-classes.ts';
import type { LiteralHeader } from '../grammar/refusals.ts';
import { mailboxArgument } from './mailboxes.ts';

/** One message of an APPEND; its octets come as events of their own. */
export interface AppendMessage {
  readonly flags: readonly string[];
  /** INTERNALDATE wanted, in ms since the epoch. */
  readonly internalDate?: number;
  readonly literal: LiteralHeader;
  /** Written as `UTF8 (~{...})` (RFC 6855): the header holds UTF-8. */
  readonly utf8: boolean;
}

/** APPEND with its first message; MULTIAPPEND (RFC 3502) brings further ones. */
export interface AppendCommand {
  readonly name: 'APPEND';
  readonly mailbox: string;
  readonly message: AppendMessage;
}

/** append = "APPEND" SP mailbox SP append-message; read up to the literal's octets. */
export function append(decoder: Decoder): AppendCommand {
  const mailbox = mailboxArgument(decoder);
  decoder.sp();
  return { name: 'APPEND', mailbox, message: appendMessage(decoder) };
}

/** append-message = [flag-list SP] [date-time SP] append-data */
function appendMessage(decoder: Decoder): AppendMessage {
  let flags: readonly string[] = [];
  if (decoder.atList) {
    flags = flagList(decoder);
    decoder.sp();
  }
  let internalDate: number | undefined;
  if (decoder.peek() === DQUOTE) {
    internalDate = dateTime(decoder);
    decoder.sp();
  }
  const utf8 = decoder.takesWord('UTF8');
  if (utf8) {
    decoder.sp();
    decoder.enter();
  }
  if (!decoder.atLiteral) decoder.fail('Expected a literal');
  const literal = decoder.literalHeader();
  if (utf8 && !literal.binary) decoder.fail('Expected a binary literal');
  const message = { flags, literal, utf8 };
  return internalDate === undefined ? message : { ...message, internalDate };
}

/** What follows a message's octets: the next message, or undefined at the command's end. */
export function appendContinuation(decoder: Decoder, previous: AppendMessage): AppendMessage | undefined {
  if (previous.utf8) decoder.expect(CLOSE_PAREN, 'a closing parenthesis');
  if (decoder.atEnd) return undefined;
  decoder.expect(SP, 'a space');
  return appendMessage(decoder);
}
