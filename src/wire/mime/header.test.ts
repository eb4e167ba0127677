// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseHeader, unfold } from './header.ts';

const read = (text: string) => parseHeader(Buffer.from(text, 'latin1'));

test('header: fields in order, with ranges that tile the block', () => {
  const text = 'Received: a\r\n\tb\r\nSubject:  x \r\nsubject:y\r\nX-Empty:\r\n\r\nBody: no';
  const header = read(text);
  assert.deepEqual(
    header.fields.map(({ name, key, start, end, value }) => [name, key, text.slice(start, end), value]),
    [
      ['Received', 'received', 'Received: a\r\n\tb\r\n', 'a\tb'],
      ['Subject', 'subject', 'Subject:  x \r\n', 'x'],
      ['subject', 'subject', 'subject:y\r\n', 'y'],
      ['X-Empty', 'x-empty', 'X-Empty:\r\n', ''],
    ],
  );
  assert.equal(header.fields[0]?.raw.toString(), ' a\r\n\tb');
  assert.equal(header.end, text.indexOf('\r\nBody'));
  assert.equal(header.bodyStart, text.indexOf('Body'));
  assert.deepEqual(header.defects, []);
});

test('header: look-ups do not mind case', () => {
  const header = read('Subject: 1\r\nSUBJECT: 2\r\nTo: 3\r\n\r\n');
  assert.equal(header.first('sUBJECT')?.value, '1');
  assert.deepEqual(
    header.all('subject').map((field) => field.value),
    ['1', '2'],
  );
  assert.equal(header.first('cc'), undefined);
  assert.deepEqual(header.all('__proto__'), []);
});

test('header: ends with the octets, with or without a line end, and with an LF line', () => {
  assert.deepEqual([read('A: b').end, read('A: b').bodyStart, read('A: b').first('a')?.value], [4, 4, 'b']);
  assert.deepEqual([read('A: b\r\n').end, read('A: b\r\n').bodyStart], [6, 6]);
  assert.deepEqual([read('A: b\n\nC: d').end, read('A: b\n\nC: d').bodyStart], [5, 6]);
  assert.deepEqual([read('').end, read('\r\nx').bodyStart, read('\r\nx').fields.length], [0, 2, 0]);
});

const defects: readonly (readonly [title: string, text: string, defects: readonly string[]])[] = [
  ['a line without colon', 'hello world\r\n', ['no-colon']],
  ['a colon only on the folded line', 'hello\r\n world: x\r\n', ['no-colon']],
  ['a continuation where a field should start', ' Subject: x\r\n', ['bad-name']],
  ['an empty name', ': x\r\n', ['bad-name']],
  ['a name with a blank', 'Sub ject: x\r\n', ['bad-name']],
  ['a name with 8-bit octets', 'S\xfcbject: x\r\n', ['non-ascii', 'bad-name']],
  ['a blank before the colon', 'Subject : x\r\n', ['blank-before-colon']],
  ['a mailbox separator', 'From x@y.test Fri Nov 15 10:04:05 2024\r\n', ['bad-name']],
  ['a NUL', 'Subject: a\0b\r\n', ['nul']],
  ['8-bit text', 'Subject: perch\xe9\r\n', ['non-ascii']],
  ['a CR alone', 'Subject: a\rb\r\n', ['bare-line-end']],
  ['an LF alone', 'Subject: a\n', ['bare-line-end']],
  ['a continuation of blanks', 'Subject: a\r\n \t\r\n b\r\n', ['blank-folded-line']],
  ['998 octets', `${'Subject: '.padEnd(998, 'x')}\r\n`, []],
  ['999 octets', `${'Subject: '.padEnd(999, 'x')}\r\n`, ['line-too-long']],
  ['999 octets on a continuation', `Subject: x\r\n ${'x'.repeat(998)}\r\n`, ['line-too-long']],
];

for (const [title, text, expected] of defects) {
  test(`header defect: ${title}`, () => {
    const header = read(`${text}To: x\r\n\r\n`);
    assert.deepEqual(header.fields[0]?.defects, expected);
    assert.deepEqual(header.defects, expected);
    assert.equal(header.first('to')?.value, 'x');
  });
}

test('header: values are UTF-8 when they are, windows-1252 otherwise', () => {
  assert.equal(parseHeader(Buffer.from('Subject: perché €')).first('subject')?.value, 'perché €');
  assert.equal(read('Subject: perch\xe9 \x80').first('subject')?.value, 'perché €');
});

test('header: a value never holds a line end', () => {
  assert.equal(unfold('a\r\n b\n\tc'), 'a b\tc');
  assert.equal(unfold('a\r\nb\rc\n\r\nd'), 'a b c d');
  fc.assert(
    fc.property(fc.array(fc.constantFrom('\r', '\n', ' ', 'a', ':', '\t')), (chars) => {
      for (const field of read(chars.join('')).fields) assert.doesNotMatch(field.value, /[\r\n]/);
    }),
  );
});

test('header: fields tile any block up to the body', () => {
  const octet = fc.constantFrom(10, 13, 32, 9, 58, 65, 0, 255);
  fc.assert(
    fc.property(fc.array(octet, { maxLength: 80 }), (octets) => {
      const header = parseHeader(Uint8Array.from(octets));
      let last = 0;
      for (const field of header.fields) {
        assert.equal(field.start, last);
        assert.ok(field.end > field.start);
        assert.ok(field.raw.length <= field.end - field.start);
        last = field.end;
      }
      assert.equal(header.end, last);
      assert.ok(header.bodyStart >= header.end && header.bodyStart <= octets.length);
    }),
    { numRuns: 500 },
  );
});

test('SEC-13 header: hostile blocks take linear time', { timeout: 60_000 }, () => {
  const blocks = [
    'X: y\r\n'.repeat(200_000),
    `X: y\r\n${' z\n'.repeat(500_000)}`,
    `X: ${'\r'.repeat(1_000_000)}`,
    ' '.repeat(1_000_000),
  ];
  for (const block of blocks) {
    const header = read(block);
    assert.equal(header.end, block.length);
    assert.ok(
      header.defects.length <= 8 && header.fields.every((field) => field.value.length <= block.length),
    );
  }
});
