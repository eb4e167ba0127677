// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { ReplyReader, type ServerReply } from './reply-reader.ts';

function read(chunks: readonly (string | Buffer)[]): readonly ServerReply[] {
  const replies: ServerReply[] = [];
  const reader = new ReplyReader((reply) => replies.push(reply));
  for (const chunk of chunks) reader.take(Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk, 'latin1'));
  return replies;
}

suite('reply reader', () => {
  test('RFC 5321 4.2.1: replies of one line and of several, in any pieces', () => {
    const wire = '250 ok\r\n250-mx.test\r\n250-SIZE\r\n250 8BITMIME\r\n\r\n354\r\n550 5.1.1 no\n';
    const expected = [
      { code: 250, text: '250 ok' },
      { code: 250, text: '250-mx.test\n250-SIZE\n250 8BITMIME' },
      { code: 354, text: '354' },
      { code: 550, text: '550 5.1.1 no' },
    ];
    assert.deepEqual(read([wire]), expected);
    fc.assert(
      fc.property(fc.array(fc.nat(wire.length)), (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), wire.length];
        assert.deepEqual(
          read(places.map((place, at) => wire.slice(place, places[at + 1] ?? place))),
          expected,
        );
      }),
      { numRuns: 100 },
    );
  });

  test('what is no reply ends the conversation: nothing is guessed', () => {
    const wrong = [
      'hello\r\n',
      '99 ok\r\n',
      '2500 ok\r\n',
      '150 ok\r\n',
      '600 no\r\n',
      '250:ok\r\n',
      ' 250 ok\r\n',
    ];
    for (const words of [...wrong, '250-a\r\n550 b\r\n', '250-a\r\nb\r\n', '\0\r\n'])
      assert.throws(() => read([words]), /no SMTP reply/, words);
    assert.deepEqual(read(['250 half a li']), []);
  });

  test('a reply may be UTF-8; what is not keeps its octets', () => {
    assert.equal(read([Buffer.from('550 è così\r\n')])[0]?.text, '550 è così');
    assert.equal(read(['550 \xe8 cos\xec\r\n'])[0]?.text, '550 \xe8 cos\xec');
  });

  test('lines, replies and talk without end are cut off; limits count anew for each transaction', () => {
    assert.throws(() => read(['2'.repeat(65_537)]), /too many/);
    assert.throws(() => read(Array.from({ length: 700 }, () => `250-${'x'.repeat(100)}\r\n`)), /too many/);
    assert.throws(() => read(['\r\n'.repeat(4097)]), /too many/);
    assert.equal(read(['250 ok\r\n'.repeat(4096)]).length, 4096);
    const reader = new ReplyReader(() => undefined);
    for (let turn = 0; turn < 3; turn++) {
      reader.countAnew(10);
      reader.take(Buffer.from('250 ok\r\n'.repeat(4096 + 80)));
    }
    assert.throws(() => reader.take(Buffer.from('250 ok\r\n')), /too many/);
  });
});
