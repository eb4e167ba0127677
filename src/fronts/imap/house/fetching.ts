// SPDX-License-Identifier: EUPL-1.2
import type { FolderId } from '../../../mailroom/mailboxes/mailbox-store.ts';
import type { FetchedMessage, FetchRequest } from '../../../wire/imap/imap-backend.ts';
import type { ImagedMessage } from '../folder/message-columns.ts';
import type { ImapHouse } from './imap-house.ts';
import { previewOf } from './preview.ts';

/** Messages in a batch; few where contents are looked up, which another session may remove while they wait. */
const BATCH = 1000;
const BATCH_WITH_CONTENTS = 16;

/** The messages asked for, as they are when their batch is due. */
export async function* fetchMessages(
  house: ImapHouse,
  folder: FolderId,
  request: FetchRequest,
): AsyncGenerator<readonly FetchedMessage[]> {
  const { uids, changedSince = 0, content, preview } = request;
  const needsContent = content || preview !== undefined;
  const limit = needsContent ? BATCH_WITH_CONTENTS : BATCH;
  for (let after = 0; ; ) {
    const image = await house.images.open(folder);
    const batch = image?.batch(uids, { after, limit, changedSince }) ?? [];
    const last = batch.at(-1);
    if (last === undefined) return;
    after = last.uid;
    yield needsContent ? await withContents(house, batch, request) : batch;
    if (batch.length < limit) return;
  }
}

/** Messages that went meanwhile are left out. */
async function withContents(
  house: ImapHouse,
  batch: readonly ImagedMessage[],
  request: FetchRequest,
): Promise<readonly FetchedMessage[]> {
  const messages: FetchedMessage[] = [];
  for (const message of batch) {
    const content = house.store.findContent(message.contentId);
    if (content === undefined) continue;
    const preview = request.preview === undefined ? undefined : await previewOf(content);
    const { emailId } = message;
    messages.push({ ...message, emailId, content, ...(preview === undefined ? {} : { preview }) });
  }
  return messages;
}
