// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADDRESS, openPop3House, PASSWORD } from '../../../test/pop3/house.ts';
import { LineClient } from '../../../test/pop3/line-client.ts';

test('SEC-1 who is logged in to a mailbox that is disabled is shut out, and removes nothing', async () => {
  await using house = await openPop3House();
  await house.deliver('Subject: uno\r\n\r\nprimo\r\n');
  const client = LineClient.implicit(house.pop3s);
  assert.match(await client.logIn(ADDRESS, PASSWORD), /^\+OK /);
  assert.match(await client.ask('DELE 1'), /^\+OK/);
  const { id: _, ...mailbox } = house.store.getMailbox(house.mailbox);
  const put = (status: 'active' | 'disabled') => {
    const acts = [{ do: 'put-mailbox', mailbox: { ...mailbox, status }, folders: [] }] as const;
    return house.store.commit({ blobs: [], contents: [], parts: [{ acts }] });
  };
  await put('active');
  assert.match(await client.ask('NOOP'), /^\+OK/);
  await put('disabled');
  assert.equal(await client.hearTheEnd(), '');
  while (house.front.sessions > 0) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(house.store.listMessages(house.inbox).length, 1);
});
