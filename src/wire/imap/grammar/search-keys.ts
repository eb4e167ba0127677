// SPDX-License-Identifier: EUPL-1.2

import { type CalendarDay, date } from './dates.ts';
import type { Decoder } from './decoder.ts';
import { flag } from './flags.ts';
import { DIGIT, DOLLAR, DQUOTE, isOf, OPEN_PAREN, SP, STAR } from './octet-classes.ts';
import { type SequenceSet, sequenceSet } from './sequence-set.ts';

/** Which date a date key looks at: INTERNALDATE, the Date header field, or RFC 8514's. */
export type DatedBy = 'internal' | 'sent' | 'saved';

/** search-key (RFC 9051 section 6.4.4) with those of RFC 5032, 7162, 8474 and 8514. */
export type SearchKey =
  | { readonly key: 'all' }
  | { readonly key: 'and'; readonly keys: readonly SearchKey[] }
  | { readonly key: 'or'; readonly keys: readonly SearchKey[] }
  | { readonly key: 'not'; readonly of: SearchKey }
  | { readonly key: 'flag'; readonly flag: string }
  | { readonly key: 'recent' }
  | { readonly key: 'sequence'; readonly set: SequenceSet }
  | { readonly key: 'uid'; readonly set: SequenceSet }
  /** The field holds the text; an empty text asks only whether the field is there. */
  | { readonly key: 'header'; readonly field: string; readonly text: string }
  | { readonly key: 'body'; readonly text: string }
  | { readonly key: 'text'; readonly text: string }
  | { readonly key: 'larger' | 'smaller'; readonly sizeBytes: number }
  | { readonly key: 'before' | 'on' | 'since'; readonly by: DatedBy; readonly day: CalendarDay }
  | { readonly key: 'savedate-supported' }
  | { readonly key: 'younger' | 'older'; readonly seconds: number }
  | { readonly key: 'modseq'; readonly modseq: number }
  | { readonly key: 'email-id' | 'thread-id'; readonly id: string };

/** Most keys of one program, nested ones counted. */
const KEY_LIMIT = 2000;

const FLAGS: ReadonlyMap<string, string> = new Map([
  ['ANSWERED', '\\Answered'],
  ['DELETED', '\\Deleted'],
  ['DRAFT', '\\Draft'],
  ['FLAGGED', '\\Flagged'],
  ['SEEN', '\\Seen'],
]);

const FIELDS: ReadonlySet<string> = new Set(['BCC', 'CC', 'FROM', 'SUBJECT', 'TO']);

const DATES: ReadonlyMap<string, { key: 'before' | 'on' | 'since'; by: DatedBy }> = new Map([
  ['BEFORE', { key: 'before', by: 'internal' }],
  ['ON', { key: 'on', by: 'internal' }],
  ['SINCE', { key: 'since', by: 'internal' }],
  ['SENTBEFORE', { key: 'before', by: 'sent' }],
  ['SENTON', { key: 'on', by: 'sent' }],
  ['SENTSINCE', { key: 'since', by: 'sent' }],
  ['SAVEDBEFORE', { key: 'before', by: 'saved' }],
  ['SAVEDON', { key: 'on', by: 'saved' }],
  ['SAVEDSINCE', { key: 'since', by: 'saved' }],
]);

/** search-key *(SP search-key), to the end of the command. */
export function searchProgram(decoder: Decoder): SearchKey {
  const count = { keys: 0 };
  const keys = [searchKey(decoder, count)];
  while (decoder.takes(SP)) keys.push(searchKey(decoder, count));
  return conjunction(keys);
}

function conjunction(keys: readonly SearchKey[]): SearchKey {
  const [only] = keys;
  return keys.length === 1 && only !== undefined ? only : { key: 'and', keys };
}

function searchKey(decoder: Decoder, count: { keys: number }): SearchKey {
  if (++count.keys > KEY_LIMIT) decoder.fail('Too many search keys', { status: 'NO', code: 'LIMIT' });
  const octet = decoder.peek();
  if (octet === OPEN_PAREN) {
    return conjunction(decoder.list(() => searchKey(decoder, count), { atLeast: 1 }));
  }
  if (isOf(DIGIT, octet) || octet === STAR || octet === DOLLAR) {
    return { key: 'sequence', set: sequenceSet(decoder) };
  }
  const word = decoder.word();
  return compound(decoder, { word, count }) ?? flagKey(decoder, word) ?? argumentKey(decoder, word);
}

/** NOT and OR nest without parentheses, so they count as levels too. */
function compound(decoder: Decoder, at: { word: string; count: { keys: number } }): SearchKey | undefined {
  const inner = (): SearchKey => {
    decoder.sp();
    return searchKey(decoder, at.count);
  };
  if (at.word !== 'NOT' && at.word !== 'OR') return undefined;
  decoder.deeper();
  const key: SearchKey =
    at.word === 'NOT' ? { key: 'not', of: inner() } : { key: 'or', keys: [inner(), inner()] };
  decoder.shallower();
  return key;
}

function flagKey(decoder: Decoder, word: string): SearchKey | undefined {
  const set = FLAGS.get(word);
  if (set !== undefined) return { key: 'flag', flag: set };
  const unset = word.startsWith('UN') ? FLAGS.get(word.slice(2)) : undefined;
  if (unset !== undefined) return { key: 'not', of: { key: 'flag', flag: unset } };
  switch (word) {
    case 'ALL':
      return { key: 'all' };
    case 'RECENT':
      return { key: 'recent' };
    case 'OLD':
      return { key: 'not', of: { key: 'recent' } };
    case 'NEW':
      return {
        key: 'and',
        keys: [{ key: 'recent' }, { key: 'not', of: { key: 'flag', flag: '\\Seen' } }],
      };
    case 'KEYWORD':
    case 'UNKEYWORD': {
      decoder.sp();
      const keyword: SearchKey = { key: 'flag', flag: flag(decoder) };
      return word === 'KEYWORD' ? keyword : { key: 'not', of: keyword };
    }
    default:
      return undefined;
  }
}

function argumentKey(decoder: Decoder, word: string): SearchKey {
  if (word === 'SAVEDATESUPPORTED') return { key: 'savedate-supported' };
  const dated = DATES.get(word);
  const field = FIELDS.has(word) ? word.toLowerCase() : undefined;
  if (dated === undefined && field === undefined && !ARGUMENT_WORDS.has(word)) {
    return decoder.fail('Unknown search key');
  }
  decoder.sp();
  if (dated !== undefined) return { ...dated, day: date(decoder) };
  if (field !== undefined) return { key: 'header', field, text: decoder.astring() };
  return otherKey(decoder, word);
}

const ARGUMENT_WORDS: ReadonlySet<string> = new Set([
  'BODY',
  'EMAILID',
  'HEADER',
  'LARGER',
  'MODSEQ',
  'OLDER',
  'SMALLER',
  'TEXT',
  'THREADID',
  'UID',
  'YOUNGER',
]);

function otherKey(decoder: Decoder, word: string): SearchKey {
  switch (word) {
    case 'BODY':
      return { key: 'body', text: decoder.astring() };
    case 'TEXT':
      return { key: 'text', text: decoder.astring() };
    case 'HEADER': {
      const field = decoder.astring().toLowerCase();
      decoder.sp();
      return { key: 'header', field, text: decoder.astring() };
    }
    case 'LARGER':
      return { key: 'larger', sizeBytes: decoder.number64() };
    case 'SMALLER':
      return { key: 'smaller', sizeBytes: decoder.number64() };
    case 'UID':
      return { key: 'uid', set: sequenceSet(decoder) };
    // RFC 5032
    case 'OLDER':
      return { key: 'older', seconds: decoder.nzNumber() };
    case 'YOUNGER':
      return { key: 'younger', seconds: decoder.nzNumber() };
    case 'MODSEQ':
      return modseqKey(decoder);
    // RFC 8474 section 4.3
    case 'EMAILID':
      return { key: 'email-id', id: decoder.astring() };
    default:
      return { key: 'thread-id', id: decoder.astring() };
  }
}

/** RFC 7162 section 3.1.5: MODSEQ [entry-name SP entry-type] mod-sequence-valzer; all entries share one. */
function modseqKey(decoder: Decoder): SearchKey {
  if (decoder.peek() === DQUOTE) {
    decoder.quoted();
    decoder.sp();
    if (!['PRIV', 'SHARED', 'ALL'].includes(decoder.word())) decoder.fail('Unknown metadata entry type');
    decoder.sp();
  }
  return { key: 'modseq', modseq: decoder.number64() };
}

/** Whether the program names messages by sequence number; then EXPUNGE must wait (RFC 9051 section 7.5.1). */
export function namesSequenceNumbers(key: SearchKey): boolean {
  switch (key.key) {
    case 'sequence':
      return !key.set.saved;
    case 'and':
    case 'or':
      return key.keys.some(namesSequenceNumbers);
    case 'not':
      return namesSequenceNumbers(key.of);
    default:
      return false;
  }
}

/** Whether the program asks for modification sequences, which enables CONDSTORE (RFC 7162 section 3.1). */
export function asksModseq(key: SearchKey): boolean {
  switch (key.key) {
    case 'modseq':
      return true;
    case 'and':
    case 'or':
      return key.keys.some(asksModseq);
    case 'not':
      return asksModseq(key.of);
    default:
      return false;
  }
}
