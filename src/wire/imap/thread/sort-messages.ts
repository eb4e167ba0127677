// SPDX-License-Identifier: EUPL-1.2
import type { SortCriterion, SortField } from '../commands/search.ts';
import type { OrderingFacts } from '../imap-backend.ts';
import { unicodeCasemap } from '../search/unicode-casemap.ts';
import { baseSubject } from './base-subject.ts';

/** Date field as an instant, or INTERNALDATE when it cannot be read (RFC 5256 section 2.2). */
export function sentDateOf(message: OrderingFacts): number {
  return message.sentDate ?? message.internalDate;
}

/** The base subject in the form in which subjects are compared. */
export function subjectKey(message: OrderingFacts): string {
  return unicodeCasemap(baseSubject(message.subject).base);
}

function sortKey(field: SortField, message: OrderingFacts): string | number {
  switch (field) {
    case 'ARRIVAL':
      return message.internalDate;
    case 'CC':
      return unicodeCasemap(message.cc);
    case 'DATE':
      return sentDateOf(message);
    case 'FROM':
      return unicodeCasemap(message.from);
    case 'SIZE':
      return message.sizeBytes;
    case 'SUBJECT':
      return subjectKey(message);
    case 'TO':
      return unicodeCasemap(message.to);
  }
}

/** UIDs in the order of SORT (RFC 5256 section 3); equals stay in mailbox order, reversed or not. */
export function sortMessages(
  messages: readonly OrderingFacts[],
  criteria: readonly SortCriterion[],
): number[] {
  const keyed = messages.map((message) => ({
    uid: message.uid,
    keys: criteria.map(({ field }) => sortKey(field, message)),
  }));
  keyed.sort((a, b) => {
    for (let i = 0; i < criteria.length; i++) {
      const order = compare(a.keys[i] ?? 0, b.keys[i] ?? 0);
      if (order !== 0) return criteria[i]?.reverse === true ? -order : order;
    }
    return a.uid - b.uid;
  });
  return keyed.map(({ uid }) => uid);
}

function compare(a: string | number, b: string | number): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
