// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseMessageId, parseMessageIds } from './message-ids.ts';

const rows: readonly (readonly [text: string, ids: readonly string[]])[] = [
  ['<a@x.test>', ['a@x.test']],
  [' <a@x.test>\r\n <B.c@X.test>\t<a@x.test>', ['a@x.test', 'B.c@X.test']],
  ['<a@x.test><b@x.test>', ['a@x.test', 'b@x.test']],
  ['(c <no@x.test>) <a@x.test> (d)', ['a@x.test']],
  ['Message of "Fri <no@x.test>" <a@x.test>', ['a@x.test']],
  ['<"a>b"@x.test>', ['"a>b"@x.test']],
  ['<a@[192.0.2.1]>', ['a@[192.0.2.1]']],
  ['<no-at-sign>', ['no-at-sign']],
  ['< a@x.test >', ['a@x.test']],
  ['<a\r\n b@x.test>', ['ab@x.test']],
  ['<a b@x.test>', ['a b@x.test']],
  ['<> <\0> <a\u00e8@x.test> <a@x.test', []],
  ['<<a@x.test>>', ['a@x.test']],
  ['a@x.test', []],
  ['', []],
];

for (const [text, ids] of rows) {
  test(`message ids of ${JSON.stringify(text)}`, () => {
    assert.deepEqual(parseMessageIds(text), ids);
    if (ids.length > 0) assert.equal(parseMessageId(text), ids[0]);
  });
}

test('a message id without brackets counts only when it stands alone', () => {
  assert.equal(parseMessageId(' a@x.test '), 'a@x.test');
  for (const text of ['a', 'a@', '@x.test', 'a@x.test b@x.test', 'a@x.test\r\n', '<>', '<a@x.test', '']) {
    assert.equal(parseMessageId(text), text.trim() === 'a@x.test' ? 'a@x.test' : undefined);
  }
});

test('SEC-13 message ids: the limits themselves pass, one more does not', () => {
  assert.equal(parseMessageId(`<${'a'.repeat(996)}>`)?.length, 996);
  assert.equal(parseMessageId(`<${'a'.repeat(997)}>`), undefined);
  const many = (n: number) => Array.from({ length: n }, (_, i) => `<${i}@x.test>`).join(' ');
  assert.equal(parseMessageIds(many(1000)).length, 1000);
  assert.equal(parseMessageIds(many(1001)).length, 1000);
});

test('SEC-14 message ids are printable ASCII, whatever the text', () => {
  const piece = fc.constantFrom('<', '>', '"', '\\', '(', ')', '@', 'a', ' ', '\r\n', '\0', 'è');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      for (const id of parseMessageIds(pieces.join(''))) assert.match(id, /^[ -~]+$/);
      const first = parseMessageId(pieces.join(''));
      if (first !== undefined) assert.match(first, /^[ -~]+$/);
    }),
    { numRuns: 1000 },
  );
});

test('SEC-13 message ids: hostile fields take linear time', { timeout: 60_000 }, () => {
  for (const piece of ['<', '>', '"', '(', '<"', '<a@x.test>', '<"\\', '<"a"']) {
    assert.ok(parseMessageIds(piece.repeat(200_000)).length <= 1000);
    parseMessageId(piece.repeat(200_000));
  }
});
