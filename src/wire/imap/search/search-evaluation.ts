// SPDX-License-Identifier: EUPL-1.2
import { type CalendarDay, calendarDay, DAY_MS } from '../grammar/dates.ts';
import type { ResolvedSearchKey } from './resolved-search-key.ts';
import { unicodeCasemap } from './unicode-casemap.ts';

/**
 * What is known of a message that is searched. Parts that cost something to get may be left out: the
 * outcome is then undefined where it would depend on them.
 */
export interface SearchFacts {
  readonly uid: number;
  readonly modseq: number;
  readonly flags: readonly string[];
  readonly internalDate: number;
  readonly savedDate?: number;
  readonly sizeBytes: number;
  readonly emailId: string;
  readonly threadId?: string;
  readonly header?: SearchHeader;
  readonly text?: SearchText;
}

export interface SearchHeader {
  /** The decoded values of the fields with that lower-case name. */
  values(name: string): readonly string[];
  /**
   * Whether one of them holds the text, in `unicodeCasemap` form; undefined where that is not known. Asked instead of
   * `values` where it is there.
   */
  holds?(name: string, text: string): boolean | undefined;
  /** Date as written, zone disregarded (RFC 9051: SENTBEFORE, SENTON, SENTSINCE). */
  readonly sentDay?: CalendarDay;
}

export interface SearchText {
  /**
   * Whether the decoded text of the body holds the text, already in `unicodeCasemap` form; undefined where that is not
   * known.
   */
  bodyHolds(text: string): boolean | undefined;
  /** The same for header and body together. */
  anywhereHolds(text: string): boolean | undefined;
}

/** Whether the key holds for the message; undefined when more must be known. */
export function evaluateSearch(key: ResolvedSearchKey, facts: SearchFacts): boolean | undefined {
  switch (key.key) {
    case 'all':
      return true;
    case 'and':
      return every(key.keys, facts);
    case 'or':
      return some(key.keys, facts);
    case 'not': {
      const inner = evaluateSearch(key.of, facts);
      return inner === undefined ? undefined : !inner;
    }
    case 'header':
      return facts.header === undefined ? undefined : headerHolds(facts.header, key);
    case 'body':
      return facts.text?.bodyHolds(unicodeCasemap(key.text));
    case 'text':
      return facts.text?.anywhereHolds(unicodeCasemap(key.text));
    case 'before':
    case 'on':
    case 'since':
      return evaluateDate(key, facts);
    default:
      return evaluateEntry(key, facts);
  }
}

/** Stops at the first that fails; what is unknown leaves the whole unknown unless one fails. */
function every(keys: readonly ResolvedSearchKey[], facts: SearchFacts): boolean | undefined {
  let outcome: boolean | undefined = true;
  for (const key of keys) {
    const one = evaluateSearch(key, facts);
    if (one === false) return false;
    if (one === undefined) outcome = undefined;
  }
  return outcome;
}

function some(keys: readonly ResolvedSearchKey[], facts: SearchFacts): boolean | undefined {
  let outcome: boolean | undefined = false;
  for (const key of keys) {
    const one = evaluateSearch(key, facts);
    if (one === true) return true;
    if (one === undefined) outcome = undefined;
  }
  return outcome;
}

type EntryKey = Exclude<
  ResolvedSearchKey,
  { readonly key: 'all' | 'and' | 'or' | 'not' | 'header' | 'body' | 'text' | 'before' | 'on' | 'since' }
>;

/** Keys about what the mailbox itself keeps of a message. */
function evaluateEntry(key: EntryKey, facts: SearchFacts): boolean {
  switch (key.key) {
    case 'uids':
      return key.uids.has(facts.uid);
    case 'flag':
      return hasFlag(facts.flags, key.flag);
    case 'larger':
      return facts.sizeBytes > key.sizeBytes;
    case 'smaller':
      return facts.sizeBytes < key.sizeBytes;
    case 'received':
      return facts.internalDate >= key.instant === key.after;
    case 'modseq':
      return facts.modseq >= key.modseq;
    case 'email-id':
      return facts.emailId === key.id;
    default:
      return facts.threadId === key.id;
  }
}

/** Keywords are the same in any letter case (RFC 9051 section 2.3.2). */
export function hasFlag(flags: readonly string[], flag: string): boolean {
  if (flags.includes(flag)) return true;
  if (flag.startsWith('\\')) return false;
  const folded = flag.toLowerCase();
  return flags.some((one) => one.toLowerCase() === folded);
}

function headerHolds(
  header: SearchHeader,
  key: { readonly field: string; readonly text: string },
): boolean | undefined {
  const wanted = unicodeCasemap(key.text);
  if (header.holds !== undefined) return header.holds(key.field, wanted);
  const values = header.values(key.field);
  if (wanted === '') return values.length > 0;
  return values.some((value) => unicodeCasemap(value).includes(wanted));
}

function evaluateDate(
  key: Extract<ResolvedSearchKey, { readonly by: string }>,
  facts: SearchFacts,
): boolean | undefined {
  if (key.by === 'sent') {
    if (facts.header === undefined) return undefined;
    const { sentDay } = facts.header;
    return sentDay !== undefined && compareDay(key, sentDay);
  }
  const instant = key.by === 'internal' ? facts.internalDate : (facts.savedDate ?? facts.internalDate);
  return compareDay(key, calendarDay(instant));
}

function compareDay(
  key: { readonly key: 'before' | 'on' | 'since'; readonly day: number },
  day: number,
): boolean {
  if (key.key === 'before') return day < key.day;
  return key.key === 'on' ? day === key.day : day >= key.day;
}

/** The day a Date field names, given its instant and its zone. */
export function writtenDay(date: { readonly instant: number; readonly offsetMinutes: number }): CalendarDay {
  return Math.floor((date.instant + date.offsetMinutes * 60_000) / DAY_MS);
}
