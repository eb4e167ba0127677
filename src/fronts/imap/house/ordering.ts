// SPDX-License-Identifier: EUPL-1.2
import type { OrderingFacts } from '../../../wire/imap/imap-backend.ts';
import { orderingFactsOf } from '../../../wire/imap/thread/ordering-facts.ts';
import type { ImagedMessage } from '../folder/message-columns.ts';
import type { ImapHouse } from './imap-house.ts';
import { readHeader } from './searching.ts';

/** What SORT and THREAD compare; messages that went meanwhile are left out. */
export async function orderingFacts(
  house: ImapHouse,
  messages: readonly ImagedMessage[],
): Promise<readonly OrderingFacts[]> {
  const facts: OrderingFacts[] = [];
  for (const message of messages) {
    const content = house.store.findContent(message.contentId);
    if (content === undefined) continue;
    facts.push(orderingFactsOf(pick(message), await readHeader(content)));
  }
  return facts;
}

function pick({ uid, internalDate, sizeBytes }: ImagedMessage) {
  return { uid, internalDate, sizeBytes };
}
