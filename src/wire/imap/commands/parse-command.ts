// SPDX-License-Identifier: EUPL-1.2
import { Decoder, type DecoderOptions } from '../grammar/decoder.ts';
import {
  type LiteralHeader,
  LiteralMissing,
  type ReadingRefusal,
  SyntaxRefusal,
} from '../grammar/refusals.ts';
import { compress, enable, id } from './any-state.ts';
import { append } from './append.ts';
import { authenticate, login } from './authentication.ts';
import type { Command } from './command.ts';
import { list, lsub } from './list.ts';
import { create, mailboxArgument, rename, select, status } from './mailboxes.ts';
import { copy, fetch, setArgument, store } from './messages.ts';
import { getMetadata, setMetadata } from './metadata.ts';
import { getQuota, getQuotaRoot, setQuota } from './quota.ts';
import { search, sort, thread } from './search.ts';

type Parser = (decoder: Decoder) => Command;

const UID_PARSERS: ReadonlyMap<string, Parser> = new Map<string, Parser>([
  ['COPY', (decoder) => copy(decoder, 'COPY', true)],
  ['EXPUNGE', (decoder) => ({ name: 'UID EXPUNGE', set: setArgument(decoder) })],
  ['FETCH', (decoder) => fetch(decoder, true)],
  ['MOVE', (decoder) => copy(decoder, 'MOVE', true)],
  ['SEARCH', (decoder) => search(decoder, true)],
  ['SORT', (decoder) => sort(decoder, true)],
  ['STORE', (decoder) => store(decoder, true)],
  ['THREAD', (decoder) => thread(decoder, true)],
]);

/** uid = "UID" SP (copy / move / fetch / search / store / uid-expunge) */
function uid(decoder: Decoder): Command {
  decoder.sp();
  const parser = UID_PARSERS.get(decoder.word());
  return parser === undefined ? decoder.fail('Unknown UID command') : parser(decoder);
}

const PARSERS: ReadonlyMap<string, Parser> = new Map<string, Parser>([
  ['APPEND', append],
  ['AUTHENTICATE', authenticate],
  ['CAPABILITY', () => ({ name: 'CAPABILITY' })],
  ['CHECK', () => ({ name: 'CHECK' })],
  ['CLOSE', () => ({ name: 'CLOSE' })],
  ['COMPRESS', compress],
  ['COPY', (decoder) => copy(decoder, 'COPY', false)],
  ['CREATE', create],
  ['DELETE', (decoder) => ({ name: 'DELETE', mailbox: mailboxArgument(decoder) })],
  ['ENABLE', enable],
  ['EXAMINE', (decoder) => select(decoder, 'EXAMINE')],
  ['EXPUNGE', () => ({ name: 'EXPUNGE' })],
  ['FETCH', (decoder) => fetch(decoder, false)],
  ['GETMETADATA', getMetadata],
  ['GETQUOTA', getQuota],
  ['GETQUOTAROOT', getQuotaRoot],
  ['ID', id],
  ['IDLE', () => ({ name: 'IDLE' })],
  ['LIST', list],
  ['LOGIN', login],
  ['LOGOUT', () => ({ name: 'LOGOUT' })],
  ['LSUB', lsub],
  ['MOVE', (decoder) => copy(decoder, 'MOVE', false)],
  ['NAMESPACE', () => ({ name: 'NAMESPACE' })],
  ['NOOP', () => ({ name: 'NOOP' })],
  ['RENAME', rename],
  ['SEARCH', (decoder) => search(decoder, false)],
  ['SELECT', (decoder) => select(decoder, 'SELECT')],
  ['SETMETADATA', setMetadata],
  ['SETQUOTA', setQuota],
  ['SORT', (decoder) => sort(decoder, false)],
  ['STARTTLS', () => ({ name: 'STARTTLS' })],
  ['STATUS', status],
  ['STORE', (decoder) => store(decoder, false)],
  ['SUBSCRIBE', (decoder) => ({ name: 'SUBSCRIBE', mailbox: mailboxArgument(decoder) })],
  ['THREAD', (decoder) => thread(decoder, false)],
  ['UID', uid],
  ['UNSELECT', () => ({ name: 'UNSELECT' })],
  ['UNSUBSCRIBE', (decoder) => ({ name: 'UNSUBSCRIBE', mailbox: mailboxArgument(decoder) })],
]);

/** Longest tag answered with; a longer one is no tag. */
const TAG_LIMIT = 255;

export type ParseOutcome =
  | { readonly is: 'command'; readonly tag: string; readonly command: Command }
  /** The octets end where a literal's octets are to come. */
  | { readonly is: 'incomplete'; readonly tag: string; readonly literal: LiteralHeader }
  /** `tag` is `*` when none could be read. */
  | { readonly is: 'refused'; readonly tag: string; readonly refusal: ReadingRefusal };

/**
 * Reads one command out of its octets (final line end taken off, literals in place). An APPEND ends at
 * its first message's literal: its octets must end there. Never throws, whatever the octets.
 */
export function parseCommand(octets: Buffer, options: DecoderOptions): ParseOutcome {
  const decoder = new Decoder(octets, options);
  let tag = '*';
  try {
    const read = decoder.tag();
    if (read.length > TAG_LIMIT) decoder.fail('Tag too long');
    tag = read;
    decoder.sp();
    const command = parserOf(decoder)(decoder);
    decoder.end();
    return { is: 'command', tag, command };
  } catch (error) {
    if (error instanceof LiteralMissing) return { is: 'incomplete', tag, literal: error.header };
    if (error instanceof SyntaxRefusal) return { is: 'refused', tag, refusal: error.refusal };
    throw error;
  }
}

function parserOf(decoder: Decoder): Parser {
  const parser = PARSERS.get(decoder.word());
  return parser === undefined ? decoder.fail('Unknown command') : parser;
}
