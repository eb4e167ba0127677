// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ADDRESS, type ImapHouse, openImapHouse, PASSWORD } from './house.ts';
import { RawClient } from './raw-client.ts';

const QUOTA = 10 * 1024;
const message = (octets: number): string => `x:${'y'.repeat(octets - 4)}\r\n`;
const append = (octets: number): string => `APPEND INBOX {${octets}+}\r\n${message(octets)}`;

async function openSelected(house: ImapHouse): Promise<RawClient> {
  const client = await RawClient.open({ port: house.imaps, caFile: house.caFile });
  await client.command('login', `LOGIN ${ADDRESS} "${PASSWORD}"`);
  await client.command('select', 'SELECT INBOX');
  return client;
}

for (const engine of ['memory', 'sqlite'] as const) {
  suite(`QUOTA (RFC 9208), ${engine}`, { timeout: 60_000 }, () => {
    test('receipts and notices take no room, nor do their copies', async () => {
      await using house = await openImapHouse({ engine, quotaBytes: QUOTA });
      for (let number = 0; number < 5; number++) await house.deliver(message(5000), { counted: false });
      await house.deliver(message(2048));
      using client = await openSelected(house);
      assert.match(
        await client.command('a', 'GETQUOTAROOT INBOX'),
        /^\* QUOTAROOT "INBOX" ""\r\n\* QUOTA "" \(STORAGE 2 10\)\r\na OK /,
      );
      assert.match(await client.command('b', 'COPY 1:5 Archivio'), /^b OK /);
      assert.match(await client.command('c', 'COPY 6 Archivio'), /^c OK /);
      assert.match(await client.command('d', 'GETQUOTA ""'), /\(STORAGE 4 10\)/);
    });

    test('what does not fit is refused before it comes, and nothing of it is kept', async () => {
      await using house = await openImapHouse({ engine, quotaBytes: QUOTA });
      using client = await openSelected(house);
      assert.match(await client.command('a', append(QUOTA)), /^a OK \[APPENDUID/m);
      client.send('b APPEND INBOX {1}\r\n');
      // No invitation to send it.
      assert.equal(await client.until(/^b .*\r\n/m), "b NO [OVERQUOTA] La casella e' piena\r\n");
      const two = `APPEND INBOX {3+}\r\nx:y {3+}\r\nx:z`;
      assert.match(await client.command('c', two), /^c NO \[OVERQUOTA\]/m);
      assert.match(await client.command('d', 'COPY 1 Archivio'), /^d NO \[OVERQUOTA\]/m);
      // What is only moved takes no more room.
      assert.match(await client.command('e', 'MOVE 1 Archivio'), /^\* OK \[COPYUID/);
      assert.match(await client.command('f', 'STATUS Archivio (MESSAGES SIZE)'), /MESSAGES 1 SIZE 10240/);
      await house.deliver(message(500), { counted: false });
      assert.match(await client.command('g', 'NOOP'), /^\* 1 EXISTS\r\n/);
    });

    test('of two sessions that fill a mailbox at once one is refused', async () => {
      await using house = await openImapHouse({ engine, quotaBytes: QUOTA });
      using one = await openSelected(house);
      using other = await openSelected(house);
      const answers = await Promise.all([one.command('a', append(6000)), other.command('a', append(6000))]);
      const codes = answers.map((answer) => /^a (OK \[APPENDUID|NO \[OVERQUOTA)/m.exec(answer)?.[1]).sort();
      assert.deepEqual(codes, ['NO [OVERQUOTA', 'OK [APPENDUID']);
      assert.equal(house.store.usage(house.mailbox).countedBytes, 6000);
    });
  });
}

test('the usual folders are there, with their uses, for clients that never heard of them', async () => {
  await using house = await openImapHouse();
  using client = await RawClient.open({ port: house.imaps, caFile: house.caFile });
  await client.command('a', `LOGIN ${ADDRESS} "${PASSWORD}"`);
  assert.equal(
    await client.command('b', 'LIST "" *'),
    [
      '* LIST (\\HasNoChildren) "/" "INBOX"',
      '* LIST (\\HasNoChildren \\Archive) "/" "Archivio"',
      '* LIST (\\HasNoChildren \\Drafts) "/" "Bozze"',
      '* LIST (\\HasNoChildren \\Trash) "/" "Cestino"',
      '* LIST (\\HasNoChildren \\Junk) "/" "Indesiderata"',
      '* LIST (\\HasNoChildren \\Sent) "/" "Inviata"',
      'b OK Mailboxes listed',
      '',
    ].join('\r\n'),
  );
});
