// SPDX-License-Identifier: EUPL-1.2
import type { StoredContent } from '../../../mailroom/contents/content-store.ts';
import type { MailboxId } from '../../../mailroom/mailboxes/mailbox-store.ts';
import { searchHeader } from '../../../wire/imap/search/message-header.ts';
import { readSearchText } from '../../../wire/imap/search/message-text.ts';
import type { ResolvedSearchKey } from '../../../wire/imap/search/resolved-search-key.ts';
import { evaluateSearch } from '../../../wire/imap/search/search-evaluation.ts';
import { UidSet } from '../../../wire/imap/view/uid-set.ts';
import type { FolderImage } from '../folder/folder-image.ts';
import type { ImagedMessage } from '../folder/message-columns.ts';
import { turnOfOthers } from '../turns.ts';
import type { ImapHouse } from './imap-house.ts';

export interface FolderSearch {
  readonly mailbox: MailboxId;
  readonly image: FolderImage;
  readonly key: ResolvedSearchKey;
  readonly within: UidSet;
}

/** Messages looked at before others have their turn. */
const LOOKED_AT_ONCE = 100;

/** The messages that the key holds for; asks for more about a message only where the answer depends on it. */
export async function searchFolder(house: ImapHouse, { image, key, within }: FolderSearch): Promise<UidSet> {
  const found: number[] = [];
  const open: ImagedMessage[] = [];
  for (const message of image.messages(within)) {
    const outcome = evaluateSearch(key, message);
    if (outcome === undefined) open.push(message);
    else if (outcome) found.push(message.uid);
  }
  for (const [at, message] of open.entries()) {
    if (await holds(house, key, message)) found.push(message.uid);
    if (at % LOOKED_AT_ONCE === LOOKED_AT_ONCE - 1) await turnOfOthers();
  }
  return UidSet.of(found);
}

async function holds(house: ImapHouse, key: ResolvedSearchKey, message: ImagedMessage): Promise<boolean> {
  const content = house.store.findContent(message.contentId);
  if (content === undefined) return false;
  const { uid, modseq, flags, internalDate, savedDate, sizeBytes, emailId } = message;
  const facts = { uid, modseq, flags, internalDate, savedDate, sizeBytes, emailId };
  const header = searchHeader(await readHeader(content));
  const withHeader = evaluateSearch(key, { ...facts, header });
  if (withHeader !== undefined) return withHeader;
  return evaluateSearch(key, { ...facts, header, text: await readSearchText(content) }) === true;
}

/** The message's own header with its empty line. */
export function readHeader({ index, octets }: StoredContent): Promise<Buffer> {
  return octets.read(index.root.headerStart, index.root.bodyStart);
}
