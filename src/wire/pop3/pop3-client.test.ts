// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { Duplex, PassThrough } from 'node:stream';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { DotStuffer } from './multiline.ts';
import { Pop3Client } from './pop3-client.ts';

const LOGIN = { username: 'anna@pec.alfa.test', password: 'segreto' };

/** A connection on which the server has said all this already, in chunks of this size. */
function served(said: readonly (string | Buffer)[], chunkOctets = 1_000_000) {
  const heard = new PassThrough();
  const octets = Buffer.concat(said.map((text) => Buffer.from(text)));
  const chunks: Buffer[] = [];
  for (let at = 0; at < octets.length; at += chunkOctets) chunks.push(octets.subarray(at, at + chunkOctets));
  const incoming = new PassThrough({ objectMode: true });
  for (const chunk of chunks) incoming.write(chunk);
  incoming.end();
  return { stream: Duplex.from({ readable: incoming, writable: heard }), heard };
}

const WELCOME = ['+OK ready\r\n', '+OK name\r\n', '+OK 2 messages\r\n'];

suite('the client of POP3', () => {
  test('logs in, lists, fetches and leaves', async () => {
    const said = [
      ...WELCOME,
      '+OK\r\n1 a\r\n2 b!\r\n.\r\n',
      '+OK\r\nSubject: x\r\n\r\n..\r\n.\r\n',
      '+OK bye\r\n',
    ];
    const { stream, heard } = served(said);
    const client = await Pop3Client.open(stream, LOGIN);
    const listed = await client.list();
    assert.deepEqual(listed, [
      { number: 1, uid: 'a' },
      { number: 2, uid: 'b!' },
    ]);
    assert.equal((await client.retrieve({ number: 2, uid: 'b!' })).toString(), 'Subject: x\r\n\r\n.\r\n');
    await client.quit();
    const commands = heard.read()?.toString() ?? '';
    assert.equal(commands, 'USER anna@pec.alfa.test\r\nPASS segreto\r\nUIDL\r\nRETR 2\r\nQUIT\r\n');
  });

  test('an empty maildrop is an empty list', async () => {
    const client = await Pop3Client.open(served([...WELCOME, '+OK\r\n.\r\n'], 1).stream, LOGIN);
    assert.deepEqual(await client.list(), []);
  });

  test('a message comes through octet by octet, however it is cut into chunks', async () => {
    const text = fc.array(fc.constantFrom('.', '\r\n', 'x', '\n', '\r', '..', '\xff'), { maxLength: 30 });
    const property = fc.asyncProperty(text, fc.integer({ min: 1, max: 9 }), async (pieces, chunkOctets) => {
      const message = Buffer.from(pieces.join(''), 'latin1');
      const stuffer = new DotStuffer();
      const response = Buffer.concat([Buffer.from('+OK\r\n'), stuffer.push(message), stuffer.end()]);
      const { stream } = served([...WELCOME, response], chunkOctets);
      const client = await Pop3Client.open(stream, LOGIN);
      const fetched = await client.retrieve({ number: 1, uid: 'a' });
      const ended = message.length === 0 || message.subarray(-2).toString('latin1') === '\r\n';
      assert.deepEqual(fetched, ended ? message : Buffer.concat([message, Buffer.from('\r\n')]));
    });
    await fc.assert(property, { numRuns: 100 });
  });

  test('a refusal, and a server that leaves, are errors', async () => {
    await assert.rejects(() => Pop3Client.open(served(['+OK\r\n', '-ERR no\r\n']).stream, LOGIN), /-ERR no/);
    await assert.rejects(() => Pop3Client.open(served(['+OK\r\n']).stream, LOGIN), /closed the connection/);
    const client = await Pop3Client.open(served([...WELCOME, '+OK\r\nSubject']).stream, LOGIN);
    await assert.rejects(() => client.retrieve({ number: 1, uid: 'a' }), /closed the connection/);
  });
});
