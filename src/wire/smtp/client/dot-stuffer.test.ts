// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { DotDecoder } from '../dot-decoder.ts';
import { DotStuffer } from './dot-stuffer.ts';

/** Cut into chunks of these lengths, the last one repeated. */
function stuffed(message: Buffer, lengths: readonly number[]): Buffer {
  const stuffer = new DotStuffer();
  const pieces: Buffer[] = [];
  for (let at = 0, turn = 0; at < message.length; turn++) {
    const length = lengths[Math.min(turn, lengths.length - 1)] ?? 1;
    pieces.push(stuffer.stuff(message.subarray(at, at + length)));
    at += length;
  }
  return Buffer.concat([...pieces, stuffer.end()]);
}

suite('dot stuffer', () => {
  test('RFC 5321 4.5.2: dots that begin a line are doubled, and the end is a line of its own', () => {
    const cases = [
      ['', '.\r\n'],
      ['a\r\n', 'a\r\n.\r\n'],
      ['a', 'a\r\n.\r\n'],
      ['a\r', 'a\r\n.\r\n'],
      ['.', '..\r\n.\r\n'],
      ['.\r\n..\r\nb.c\r\n.\r\n', '..\r\n...\r\nb.c\r\n..\r\n.\r\n'],
    ] as const;
    for (const [message, expected] of cases)
      assert.equal(stuffed(Buffer.from(message), [100]).toString(), expected, JSON.stringify(message));
  });

  test('a chunk without a dot at the start of a line is not copied', () => {
    const chunk = Buffer.from('a.b\r\nc..\r\n');
    assert.equal(new DotStuffer().stuff(chunk), chunk);
  });

  const lines = fc.array(fc.string({ unit: fc.constantFrom('.', '\r\n', '\r\n.', 'a'), maxLength: 8 }));
  const lengths = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 20 });

  test('however it is cut into chunks, a server finds the message and its end', () => {
    fc.assert(
      fc.property(lines, lengths, (words, cuts) => {
        const message = Buffer.from(`${words.join('')}\r\n`);
        const { octets, rest } = new DotDecoder().decode(stuffed(message, cuts));
        assert.equal(octets.toString(), message.toString());
        assert.equal(rest?.length, 0);
      }),
      { numRuns: 500 },
    );
  });
});
