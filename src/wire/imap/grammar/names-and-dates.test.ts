// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatDateTime, parseDateTime } from './dates.ts';
import { decodeModifiedUtf7, encodeModifiedUtf7 } from './modified-utf7.ts';

test('modified UTF-7 writes what RFC 3501 section 5.1.3 shows', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['~peter/mail/台北/日本語', '~peter/mail/&U,BTFw-/&ZeVnLIqe-'],
    ['a&b', 'a&-b'],
    ['Città', 'Citt&AOA-'],
    ['😀', '&2D3eAA-'],
    ['', ''],
  ];
  for (const [name, written] of cases) {
    assert.equal(encodeModifiedUtf7(name), written);
    assert.equal(decodeModifiedUtf7(written), name);
  }
});

test('every well-formed name survives modified UTF-7', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      assert.equal(decodeModifiedUtf7(encodeModifiedUtf7(name)), name);
    }),
  );
});

test('modified UTF-7 has one spelling a name: others are refused', () => {
  for (const bad of [
    '&',
    '&AOA',
    '&AOA=-',
    '&AGE-',
    '&AG-',
    '&AOAA-',
    '&2D0-',
    '&AOA-&AOE-',
    '&AOB-',
    'è',
    'a\tb',
    '&!-',
    '&ACY-',
  ]) {
    assert.equal(decodeModifiedUtf7(bad), undefined, bad);
  }
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('&', '-', 'A', 'O', 'E', '/', ',', '+', 'a', '1') }),
      (text) => {
        const name = decodeModifiedUtf7(text);
        if (name !== undefined) assert.equal(encodeModifiedUtf7(name), text);
      },
    ),
    { numRuns: 2000 },
  );
});

test('date-times are read with their zone and written in UTC', () => {
  assert.equal(parseDateTime('17-Jul-1996 02:44:25 -0700'), Date.UTC(1996, 6, 17, 9, 44, 25));
  assert.equal(parseDateTime(' 1-jan-1970 01:30:00 +0130'), 0);
  assert.equal(parseDateTime('01-Jan-1970 00:00:00 +0000'), 0);
  assert.equal(formatDateTime(Date.UTC(2024, 10, 5, 9, 4, 5)), ' 5-Nov-2024 09:04:05 +0000');
  for (const bad of [
    '',
    '1-Jan-1970',
    '32-Jan-1970 00:00:00 +0000',
    '29-Feb-2023 00:00:00 +0000',
    '01-Jan-1970 24:00:00 +0000',
    '01-Jan-1970 00:00:00',
    '01-Foo-1970 00:00:00 +0000',
    '01-Jan-1970 00:00:00 +0060',
  ]) {
    assert.equal(parseDateTime(bad), undefined, bad);
  }
});

test('every instant survives being written and read, but for its milliseconds', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), (seconds) => {
      assert.equal(parseDateTime(formatDateTime(seconds * 1000)), seconds * 1000);
    }),
  );
});
