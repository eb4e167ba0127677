// SPDX-License-Identifier: EUPL-1.2
import { parseAddressList } from '../../mime/addresses.ts';
import { parseDate } from '../../mime/dates.ts';
import { decodeWords } from '../../mime/encoded-words.ts';
import type { Header } from '../../mime/header.ts';
import { parseMessageId, parseMessageIds } from '../../mime/message-ids.ts';
import type { OrderingFacts } from '../imap-backend.ts';
import { plainAddresses } from '../responses/plain-addresses.ts';

/** Message ids of one References field that are looked at; longer chains count by their end. */
const REFERENCE_LIMIT = 1000;

/** What SORT and THREAD need to know of a message, from its header (RFC 5256 sections 2.2 and 3). */
export function orderingFactsOf(
  entry: { readonly uid: number; readonly internalDate: number; readonly sizeBytes: number },
  header: Header,
): OrderingFacts {
  const value = (name: string): string => header.first(name)?.value ?? '';
  // RFC 5256: the first address, a group's name counting as one.
  const localPart = (name: string): string => {
    const list = value(name);
    const plain = plainAddresses(list);
    if (plain !== undefined) return plain[0]?.localPart ?? '';
    const [first] = parseAddressList(list).entries;
    if (first === undefined) return '';
    return 'mailboxes' in first ? first.name : first.localPart;
  };
  const sentDate = parseDate(value('date'))?.instant;
  const messageId = parseMessageId(value('message-id'));
  const references = parseMessageIds(value('references')).slice(-REFERENCE_LIMIT);
  return {
    ...entry,
    subject: decodeWords(value('subject')),
    from: localPart('from'),
    to: localPart('to'),
    cc: localPart('cc'),
    references: references.length > 0 ? references : parseMessageIds(value('in-reply-to')).slice(0, 1),
    ...(sentDate === undefined ? {} : { sentDate }),
    ...(messageId === undefined ? {} : { messageId }),
  };
}
