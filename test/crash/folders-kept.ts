// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { DEMO_PASSWORD } from '../../src/demo/roster.ts';
import { RawClient } from '../imap/raw-client.ts';
import type { Chronicle } from './chronicle.ts';
import type { Ledger } from './ledger.ts';

/** What a mail program was told is appended lies there under the UID it was told; nothing lies there twice. */
export function requireAppended(ledger: Ledger, chronicle: Chronicle): void {
  for (const [mailbox, all] of ledger.appended) {
    const there = [...chronicle.folder(`${mailbox}/Bozze`)];
    const tried = new Map(all.map(({ messageId, uid }) => [messageId.slice(1, -1), uid]));
    for (const [messageId, uid] of tried) {
      if (uid === undefined) continue;
      const found = there.find(([one]) => one === uid);
      assert.equal(found?.[1].messageId, messageId, `${mailbox}: UID ${uid} was appended`);
    }
    const found = there.map(([, sight]) => sight.messageId);
    assert.equal(new Set(found).size, found.length, `${mailbox}: a draft is there twice`);
    for (const messageId of found) assert.ok(tried.has(messageId), `${mailbox}: ${messageId} from nowhere`);
  }
}

/** What a search by IMAP finds of the text of messages in an INBOX, UIDs in order. */
export async function searchInbox(
  at: { readonly port: number; readonly caFile: string; readonly mailbox: string },
  words: string,
): Promise<readonly number[]> {
  using client = await RawClient.open(at);
  await client.command('a', `LOGIN ${at.mailbox} ${DEMO_PASSWORD}`);
  await client.command('b', 'SELECT INBOX');
  const answer = await client.command('c', `UID SEARCH TEXT "${words}"`);
  assert.match(answer, /(?:^|\r\n)c OK /);
  const [, found = ''] = /\* SEARCH([ \d]*)/.exec(answer) ?? [];
  return found.trim().split(' ').filter(Boolean).map(Number);
}
