// SPDX-License-Identifier: EUPL-1.2
import type { Decoder } from '../grammar/decoder.ts';
import { SP } from '../grammar/octet-classes.ts';
import { type SearchKey, searchProgram } from '../grammar/search-keys.ts';

/** RFC 9051 section 6.4.4, RFC 4731, RFC 5182. */
export type SearchReturn = 'MIN' | 'MAX' | 'ALL' | 'COUNT' | 'SAVE';

export interface SearchCommand {
  readonly name: 'SEARCH';
  readonly uid: boolean;
  /** Undefined for the old form, whose answer is an untagged SEARCH in IMAP4rev1. */
  readonly returns: ReadonlySet<SearchReturn> | undefined;
  readonly program: SearchKey;
}

export type SortField = 'ARRIVAL' | 'CC' | 'DATE' | 'FROM' | 'SIZE' | 'SUBJECT' | 'TO';

export interface SortCriterion {
  readonly field: SortField;
  readonly reverse: boolean;
}

/** RFC 5256, with the return options of ESORT (RFC 5267). */
export interface SortCommand {
  readonly name: 'SORT';
  readonly uid: boolean;
  readonly returns: ReadonlySet<SearchReturn> | undefined;
  readonly criteria: readonly SortCriterion[];
  readonly program: SearchKey;
}

type ThreadAlgorithm = 'ORDEREDSUBJECT' | 'REFERENCES';

export interface ThreadCommand {
  readonly name: 'THREAD';
  readonly uid: boolean;
  readonly algorithm: ThreadAlgorithm;
  readonly program: SearchKey;
}

export type SearchingCommand = SearchCommand | SortCommand | ThreadCommand;

const RETURNS: ReadonlySet<string> = new Set(['MIN', 'MAX', 'ALL', 'COUNT', 'SAVE']);
const SORT_FIELDS: ReadonlySet<string> = new Set(['ARRIVAL', 'CC', 'DATE', 'FROM', 'SIZE', 'SUBJECT', 'TO']);

function isReturn(word: string): word is SearchReturn {
  return RETURNS.has(word);
}

function isSortField(word: string): word is SortField {
  return SORT_FIELDS.has(word);
}

/** search = "SEARCH" [search-return-opts] SP ["CHARSET" SP charset SP] search-key *(SP search-key) */
export function search(decoder: Decoder, uid: boolean): SearchCommand {
  decoder.sp();
  const returns = searchReturns(decoder);
  if (decoder.takesWord('CHARSET')) {
    decoder.sp();
    charset(decoder);
    decoder.sp();
  }
  return { name: 'SEARCH', uid, returns, program: searchProgram(decoder) };
}

/** search-return-opts = SP "RETURN" SP "(" [search-return-opt *(SP search-return-opt)] ")"; empty means ALL */
function searchReturns(decoder: Decoder): ReadonlySet<SearchReturn> | undefined {
  if (!decoder.takesWord('RETURN')) return undefined;
  decoder.sp();
  const options = decoder.list(
    () => {
      const word = decoder.word();
      return isReturn(word) ? word : decoder.fail('Unknown SEARCH return option');
    },
    { atMost: 16 },
  );
  decoder.sp();
  return new Set(options.length === 0 ? ['ALL'] : options);
}

/** Text is compared as Unicode; what is not UTF-8 would have to be converted, and nobody sends it any more. */
function charset(decoder: Decoder): void {
  const name = decoder.astring().toUpperCase();
  if (name !== 'UTF-8' && name !== 'US-ASCII') {
    decoder.fail('Unknown charset', { status: 'NO', code: 'BADCHARSET (US-ASCII UTF-8)' });
  }
}

/** sort = "SORT" [search-return-opts] SP sort-criteria SP charset 1*(SP search-key) */
export function sort(decoder: Decoder, uid: boolean): SortCommand {
  decoder.sp();
  const returns = searchReturns(decoder);
  const criteria = decoder.list(() => sortCriterion(decoder), { atLeast: 1, atMost: 16 });
  decoder.sp();
  charset(decoder);
  decoder.sp();
  return { name: 'SORT', uid, returns, criteria, program: searchProgram(decoder) };
}

function sortCriterion(decoder: Decoder): SortCriterion {
  const first = decoder.word();
  const reverse = first === 'REVERSE';
  if (reverse) decoder.sp();
  const field = reverse ? decoder.word() : first;
  return isSortField(field) ? { field, reverse } : decoder.fail('Unknown sort criterion');
}

/** thread = "THREAD" SP thread-alg SP charset 1*(SP search-key) */
export function thread(decoder: Decoder, uid: boolean): ThreadCommand {
  decoder.sp();
  const algorithm = decoder.word();
  if (algorithm !== 'REFERENCES' && algorithm !== 'ORDEREDSUBJECT') {
    return decoder.fail('Unknown threading algorithm');
  }
  decoder.sp();
  charset(decoder);
  decoder.expect(SP, 'a space');
  return { name: 'THREAD', uid, algorithm, program: searchProgram(decoder) };
}
