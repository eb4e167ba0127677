// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { constants, createDeflateRaw, createInflateRaw, deflateRawSync } from 'node:zlib';
import { ADDRESS, type ImapHouse, openImapHouse, PASSWORD, sha256 } from './house.ts';
import { RawClient } from './raw-client.ts';

/** Logs in and switches compression on. */
async function openCompressed(house: ImapHouse): Promise<RawClient> {
  const client = await RawClient.open({ port: house.imaps, caFile: house.caFile });
  await client.command('a', `LOGIN ${ADDRESS} "${PASSWORD}"`);
  assert.match(await client.command('b', 'COMPRESS DEFLATE'), /^b OK /);
  client.through(createDeflateRaw(), createInflateRaw(), constants.Z_SYNC_FLUSH);
  return client;
}

suite('COMPRESS=DEFLATE (RFC 4978)', { timeout: 60_000 }, () => {
  test('a conversation goes on compressed, large messages and all', async () => {
    await using house = await openImapHouse();
    const message = Buffer.from(`Subject: grande\r\n\r\n${'0123456789'.repeat(300_000)}\r\n`);
    await house.deliver(message);
    using client = await openCompressed(house);
    assert.match(await client.command('c', 'SELECT INBOX'), /^\* 1 EXISTS\r\n/m);
    const said = await client.command('d', 'FETCH 1 BODY.PEEK[]');
    const start = said.indexOf('}\r\n') + 3;
    const fetched = Buffer.from(said.slice(start, start + message.length), 'latin1');
    assert.equal(sha256(fetched), sha256(message));
    const appended = `APPEND INBOX {${message.length}+}\r\n${message.toString('latin1')}`;
    assert.match(await client.command('e', appended), /^e OK \[APPENDUID /m);
    const [, second] = house.store.listMessages(house.store.findFolder(house.mailbox, 'INBOX')?.id ?? 0);
    const content = house.store.findContent(second?.content ?? 0);
    assert.equal(sha256((await content?.octets.read(0, message.length)) ?? ''), sha256(message));
    // It is switched on once, and no longer offered.
    assert.match(await client.command('f', 'COMPRESS DEFLATE'), /^f NO \[COMPRESSIONACTIVE\]/m);
    assert.doesNotMatch(await client.command('g', 'CAPABILITY'), /COMPRESS/);
    assert.match(await client.command('h', 'LOGOUT'), /^\* BYE/m);
  });

  test('news reach a compressed client in IDLE', async () => {
    await using house = await openImapHouse();
    using client = await openCompressed(house);
    await client.command('c', 'SELECT INBOX');
    client.send('d IDLE\r\n');
    await client.until(/^\+ /m);
    await house.deliver('Subject: ciao\r\n\r\nciao\r\n');
    await client.until(/^\* 1 EXISTS\r\n/m);
  });

  test('a little that inflates to much is stopped by the limits of a command', async () => {
    await using house = await openImapHouse();
    using client = await openCompressed(house);
    const before = process.memoryUsage().arrayBuffers;
    const much = Buffer.concat([Buffer.from('c '), Buffer.alloc(64 * 1024 * 1024, 'a'), Buffer.from('\r\n')]);
    const bomb = deflateRawSync(much, { finishFlush: constants.Z_SYNC_FLUSH });
    assert.ok(bomb.length < 100_000);
    client.sendRaw(bomb);
    const [refused, held] = [await client.until(/^c BAD .*\r\n/m), process.memoryUsage().arrayBuffers];
    assert.match(refused, /too long/i);
    assert.ok(held - before - much.length < 32 * 1024 * 1024);
  });

  test('what is no deflated data ends the connection, and no other', async () => {
    await using house = await openImapHouse();
    using other = await openCompressed(house);
    const client = await openCompressed(house);
    client.sendRaw(Buffer.from('c NOOP\r\n and not deflated at all\r\n'.repeat(10)));
    await client.closed();
    assert.match(await other.command('c', 'NOOP'), /^c OK /);
  });
});
