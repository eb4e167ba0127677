// SPDX-License-Identifier: EUPL-1.2
import type { CalendarDay } from '../grammar/dates.ts';
import type { DatedBy, SearchKey } from '../grammar/search-keys.ts';
import type { SequenceSet } from '../grammar/sequence-set.ts';
import type { UidSet } from '../view/uid-set.ts';

/**
 * A search program that means the same to everybody: sequence numbers, `*`, `$` and \Recent, which are
 * a session's own, have become UIDs, and ages instants.
 */
export type ResolvedSearchKey =
  | { readonly key: 'all' }
  | { readonly key: 'and'; readonly keys: readonly ResolvedSearchKey[] }
  | { readonly key: 'or'; readonly keys: readonly ResolvedSearchKey[] }
  | { readonly key: 'not'; readonly of: ResolvedSearchKey }
  | { readonly key: 'uids'; readonly uids: UidSet }
  | { readonly key: 'flag'; readonly flag: string }
  /** `field` in lower case. */
  | { readonly key: 'header'; readonly field: string; readonly text: string }
  | { readonly key: 'body'; readonly text: string }
  | { readonly key: 'text'; readonly text: string }
  | { readonly key: 'larger' | 'smaller'; readonly sizeBytes: number }
  | { readonly key: 'before' | 'on' | 'since'; readonly by: DatedBy; readonly day: CalendarDay }
  /** INTERNALDATE at or after (`true`), or before (`false`), an instant in ms. */
  | { readonly key: 'received'; readonly after: boolean; readonly instant: number }
  | { readonly key: 'modseq'; readonly modseq: number }
  | { readonly key: 'email-id' | 'thread-id'; readonly id: string };

/** What a session knows and its mailbox does not. */
export interface SearchScope {
  resolveSequence(set: SequenceSet): UidSet;
  resolveUids(set: SequenceSet): UidSet;
  readonly recent: UidSet;
  /** Now, in ms since the epoch. */
  readonly now: number;
}

export function resolveSearchKey(key: SearchKey, scope: SearchScope): ResolvedSearchKey {
  switch (key.key) {
    case 'and':
    case 'or':
      return { key: key.key, keys: key.keys.map((inner) => resolveSearchKey(inner, scope)) };
    case 'not':
      return { key: 'not', of: resolveSearchKey(key.of, scope) };
    case 'sequence':
      return { key: 'uids', uids: scope.resolveSequence(key.set) };
    case 'uid':
      return { key: 'uids', uids: scope.resolveUids(key.set) };
    case 'recent':
      return { key: 'uids', uids: scope.recent };
    // RFC 8514 section 4.3: every message here has a save date.
    case 'savedate-supported':
      return { key: 'all' };
    // RFC 5032: YOUNGER is "within the last so many seconds", OLDER the rest.
    case 'younger':
    case 'older':
      return { key: 'received', after: key.key === 'younger', instant: scope.now - key.seconds * 1000 };
    default:
      return key;
  }
}
