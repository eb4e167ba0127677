// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { imapDocuments } from '../../tools/protocols/imap-documents.ts';
import { ADDRESS, openImapHouse, PASSWORD } from './house.ts';
import { RawClient } from './raw-client.ts';

/** Names told to a stranger or a user, without values. */
function documented(who: 'stranger' | 'user'): string[] {
  const capabilities = imapDocuments.flatMap((document) => document.capabilities ?? []);
  return capabilities.flatMap(({ name, told }) => (told === who || told === 'both' ? [name] : [])).sort();
}

async function told(client: RawClient): Promise<string[]> {
  const answer = await client.command('c', 'CAPABILITY');
  const list = /^\* CAPABILITY (.*)\r\n/.exec(answer)?.[1] ?? assert.fail(answer);
  return list
    .split(' ')
    .map((name) => name.replace(/^APPENDLIMIT=\d+$/, 'APPENDLIMIT'))
    .sort();
}

suite('what the server says it can', () => {
  test('is what docs/protocols.md says, before and after the log-in', async () => {
    await using house = await openImapHouse();
    using client = await RawClient.open({ port: house.imaps, caFile: house.caFile });
    // STARTTLS is for who has no TLS yet.
    const withTls = documented('stranger').filter((name) => name !== 'STARTTLS' && name !== 'LOGINDISABLED');
    assert.deepEqual(await told(client), withTls);
    await client.command('l', `LOGIN ${ADDRESS} "${PASSWORD}"`);
    assert.deepEqual(await told(client), documented('user'));
  });

  test('before STARTTLS nobody is invited to send a password', async () => {
    await using house = await openImapHouse();
    using client = await RawClient.openPlain(house.imap);
    const expected = documented('stranger').filter((name) => name !== 'AUTH=PLAIN');
    assert.deepEqual(await told(client), expected);
    assert.match(await client.command('l', `LOGIN ${ADDRESS} "${PASSWORD}"`), /^l NO \[PRIVACYREQUIRED\]/);
    await client.startTls(house.caFile);
    const withTls = documented('stranger').filter((name) => name !== 'STARTTLS' && name !== 'LOGINDISABLED');
    assert.deepEqual(await told(client), withTls);
    assert.match(await client.command('l', `LOGIN ${ADDRESS} "${PASSWORD}"`), /^l OK /);
  });
});
