// SPDX-License-Identifier: EUPL-1.2
import type { MailboxId } from '../../../mailroom/mailboxes/mailbox-store.ts';
import type { OrderingFacts } from '../../../wire/imap/imap-backend.ts';
import { orderingFactsOf } from '../../../wire/imap/thread/ordering-facts.ts';
import type { ImagedMessage } from '../folder/message-columns.ts';
import { turnOfOthers } from '../turns.ts';
import { type ImapHouse, readHeader } from './imap-house.ts';

/** What the index keeps of a message for SORT, THREAD and searches by the Date field; JSON there. */
export type OrderingCard = Omit<OrderingFacts, 'uid' | 'internalDate' | 'sizeBytes'> & {
  /** The day the Date field names. */
  readonly sentDay?: number;
};

const LOOKED_AT_ONCE = 1000;

/** What SORT and THREAD compare; messages that went meanwhile are left out. */
export async function orderingFacts(
  house: ImapHouse,
  mailbox: MailboxId,
  messages: readonly ImagedMessage[],
): Promise<readonly OrderingFacts[]> {
  const facts: OrderingFacts[] = [];
  for (let at = 0; at < messages.length; at += LOOKED_AT_ONCE) {
    const some = messages.slice(at, at + LOOKED_AT_ONCE);
    const cards = orderingCards(house, mailbox, some);
    for (const [of, message] of some.entries()) {
      const { uid, internalDate, sizeBytes } = message;
      const card = cards[of];
      if (card !== undefined) {
        const { sentDay: _, ...ordering } = card;
        facts.push({ uid, internalDate, sizeBytes, ...ordering });
        continue;
      }
      const content = house.store.findContent(message.contentId);
      if (content === undefined) continue;
      facts.push(orderingFactsOf({ uid, internalDate, sizeBytes }, await readHeader(content)));
    }
    await turnOfOthers();
  }
  return facts;
}

/** The cards of these messages, undefined where there is none yet. */
export function orderingCards(
  { search }: ImapHouse,
  mailbox: MailboxId,
  messages: readonly ImagedMessage[],
): readonly (OrderingCard | undefined)[] {
  const contents = messages.map(({ contentId }) => contentId);
  const kept = search.listFacts(mailbox, 'ordering', contents);
  return contents.map((_, at) => {
    const text = kept[at];
    return text === undefined ? undefined : (JSON.parse(text) as OrderingCard);
  });
}
