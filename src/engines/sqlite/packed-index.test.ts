// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { MimeDefect, MimeIndex, MimePart } from '../../wire/mime/mime-index.ts';
import { indexMessage } from '../../wire/mime/mime-index.ts';
import { packIndex, unpackIndex } from './packed-index.ts';

const offset = fc.nat();
const word = fc.oneof(fc.constantFrom('a', '-', 'b--', '__proto__', ''), fc.string());
const params = fc.dictionary(fc.oneof(fc.constantFrom('boundary', 'charset', '__proto__'), word), word, {
  noNullPrototype: true,
});
const { part } = fc.letrec<{ part: MimePart }>((tie) => ({
  part: fc.record(
    {
      headerStart: offset,
      bodyStart: offset,
      bodyEnd: offset,
      bodyLines: offset,
      type: word,
      subtype: word,
      params,
      encoding: word,
      disposition: fc.record({ type: word, params }),
      id: word,
      description: word,
      md5: word,
      language: fc.array(word),
      location: word,
      parts: fc.oneof({ maxDepth: 3 }, fc.constant([]), fc.array(tie('part'), { maxLength: 3 })),
    },
    {
      requiredKeys: [
        'headerStart',
        'bodyStart',
        'bodyEnd',
        'bodyLines',
        'type',
        'subtype',
        'params',
        'encoding',
        'parts',
      ],
    },
  ) as fc.Arbitrary<MimePart>,
}));
const index: fc.Arbitrary<MimeIndex> = fc.record({
  size: offset,
  root: part,
  eightBit: fc.boolean(),
  bareLineEnds: fc.boolean(),
  nul: fc.boolean(),
  longestLine: offset,
  watched: fc.array(
    fc.oneof(
      word,
      word.map((each) => `--${each}`),
    ),
  ),
  defects: fc.subarray<MimeDefect>(['too-deep', 'malformed-header', 'too-many-watched']),
});

test('whatever an index holds, it is the same when it is read again', () => {
  fc.assert(
    fc.property(index, (given) => {
      assert.deepEqual(unpackIndex(packIndex(given)), JSON.parse(JSON.stringify(given)));
    }),
    { numRuns: 300 },
  );
});

test('an index that an older program wrote is read as it is', () => {
  const given = indexMessage(Buffer.from('Subject: a\r\n\r\nb\r\n'));
  assert.deepEqual(unpackIndex(JSON.stringify(given)), given);
  assert.throws(() => unpackIndex('no'));
});

test('boundaries are written once', () => {
  const message = [
    'Content-Type: multipart/mixed; boundary="=_long boundary of a message"',
    '',
    '--=_long boundary of a message',
    '',
    'text',
    '--=_long boundary of a message--',
    '',
  ].join('\r\n');
  const given = indexMessage(Buffer.from(message), { watchPrefix: '=_' });
  assert.equal(given.watched.length, 2);
  const packed = packIndex(given);
  assert.equal(packed.split('=_long').length - 1, 1);
  assert.deepEqual(unpackIndex(packed), given);
});
