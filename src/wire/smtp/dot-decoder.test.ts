// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { DotDecoder } from './dot-decoder.ts';

/** Decodes in chunks of these lengths, the last one repeated. */
function decode(
  wire: string,
  lengths: readonly number[] = [wire.length],
): { octets: string; rest: string | undefined } {
  const decoder = new DotDecoder();
  const octets: string[] = [];
  for (let at = 0, turn = 0; at < wire.length; turn++) {
    const length = lengths[Math.min(turn, lengths.length - 1)] ?? 1;
    const decoded = decoder.decode(Buffer.from(wire.slice(at, at + length), 'latin1'));
    octets.push(decoded.octets.toString('latin1'));
    at += length;
    if (decoded.rest !== undefined) {
      return { octets: octets.join(''), rest: decoded.rest.toString('latin1') + wire.slice(at) };
    }
  }
  return { octets: octets.join(''), rest: undefined };
}

/** RFC 5321 section 4.5.2, word by word: lines end with CRLF only. */
function reference(wire: string): { octets: string; rest: string | undefined } {
  const lines: string[] = [];
  let at = 0;
  for (let end = wire.indexOf('\r\n'); end >= 0; end = wire.indexOf('\r\n', at)) {
    const line = wire.slice(at, end);
    at = end + 2;
    if (line === '.') return { octets: lines.join(''), rest: wire.slice(at) };
    lines.push(`${line.startsWith('.') ? line.slice(1) : line}\r\n`);
  }
  return { octets: lines.join(''), rest: undefined };
}

function stuff(message: string): string {
  return `${message.replace(/(^|\r\n)\./g, '$1..')}.\r\n`;
}

suite('dot decoder', () => {
  test('RFC 5321 4.5.2: stuffed dots go, the end is found, what follows is given back', () => {
    assert.deepEqual(decode('a\r\n..\r\n...b\r\n.\r\nQUIT\r\n'), {
      octets: 'a\r\n.\r\n..b\r\n',
      rest: 'QUIT\r\n',
    });
    assert.deepEqual(decode('.\r\n'), { octets: '', rest: '' });
    assert.deepEqual(decode('.a\r\n.\r\n'), { octets: 'a\r\n', rest: '' });
  });

  test('bare CR and LF neither end a line nor the message', () => {
    for (const wire of ['a\n.\n', 'a\n.\r\n', 'a\r.\r', 'a\r\n.\n', 'a\r\n.\r.\r\n', '\n.\r\n']) {
      assert.equal(decode(wire).rest, undefined, JSON.stringify(wire));
    }
    assert.equal(decode('a\n..b\r\n.\r\n').octets, 'a\n..b\r\n');
    assert.equal(decode('a\r..b\r\n.\r\n').octets, 'a\r..b\r\n');
  });

  const octets = fc.string({ unit: fc.constantFrom('.', '\r', '\n', '\r\n', '\r\n.', 'a'), maxLength: 40 });
  const lengths = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 20 });

  test('however it is cut into chunks, the result is that of the definition', () => {
    fc.assert(
      fc.property(octets, lengths, (wire, cuts) => {
        const expected = reference(wire);
        const decoded = decode(wire, cuts);
        assert.equal(decoded.rest, expected.rest);
        if (expected.rest !== undefined) assert.equal(decoded.octets, expected.octets);
      }),
      { numRuns: 1000 },
    );
  });

  test('what was stuffed comes out as it was', () => {
    fc.assert(
      fc.property(octets, lengths, (text, cuts) => {
        const message = `${text}\r\n`;
        assert.deepEqual(decode(stuff(message), cuts), { octets: message, rest: '' });
      }),
      { numRuns: 1000 },
    );
  });
});
