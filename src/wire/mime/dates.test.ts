// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatDate, parseDate } from './dates.ts';

const rows: readonly (readonly [text: string, iso: string | undefined, offsetMinutes?: number])[] = [
  ['Fri, 15 Nov 2024 10:04:05 +0100', '2024-11-15T09:04:05.000Z', 60],
  ['15 Nov 2024 10:04:05 +0100', '2024-11-15T09:04:05.000Z', 60],
  ['Fri, 15 Nov 2024 10:04 +0100', '2024-11-15T09:04:00.000Z', 60],
  ['Fri,15 Nov 2024 10:04:05 -0330', '2024-11-15T13:34:05.000Z', -210],
  ['Fri, 5 Nov 2024 10:04:05 -0000', '2024-11-05T10:04:05.000Z', 0],
  ['fri, 15 NOV 2024 10:04:05 +0100 (CET)', '2024-11-15T09:04:05.000Z', 60],
  ['(a)Fri(b),(c)15(d)Nov(e)2024(f)10(g):04:05(h)+0100(i(j))', '2024-11-15T09:04:05.000Z', 60],
  ['Fri,\r\n 15 Nov\t2024  10:04:05\r\n +0100', '2024-11-15T09:04:05.000Z', 60],
  ['Fri, 15 Nov 24 10:04:05 GMT', '2024-11-15T10:04:05.000Z', 0],
  ['Wed, 15 Nov 95 10:04:05 EST', '1995-11-15T15:04:05.000Z', -300],
  ['Thu, 15 Nov 124 10:04:05 UT', '2024-11-15T10:04:05.000Z', 0],
  ['Fri, 15 Nov 2024 10:04:05 PDT', '2024-11-15T17:04:05.000Z', -420],
  ['Fri, 15 Nov 2024 10:04:05 Z', '2024-11-15T10:04:05.000Z', 0],
  ['Fri, 15 Nov 2024 10:04:05 A', '2024-11-15T10:04:05.000Z', 0],
  ['Fri, 15 Nov 2024 10:04:05 CEST', '2024-11-15T08:04:05.000Z', 120],
  ['Fri, 15 Nov 2024 10:04:05 XYZ', '2024-11-15T10:04:05.000Z', 0],
  ['Fri, 15 Nov 2024 10:04:05 "GMT"', '2024-11-15T10:04:05.000Z', 0],
  ['Fri, 15 Nov 2024 10:04:05', '2024-11-15T10:04:05.000Z', 0],
  ['Fri, 15 Nov 2024 10:04:05 GMT+0100', '2024-11-15T09:04:05.000Z', 60],
  ['Fri, 15 Nov 2024 10:04:05 +01:00', '2024-11-15T09:04:05.000Z', 60],
  ['Friday, 15-Nov-24 10:04:05 GMT', '2024-11-15T10:04:05.000Z', 0],
  ['Fri, 15 November 2024 10.04.05 +0100', '2024-11-15T09:04:05.000Z', 60],
  ['ven, 15 Nov 2024 10:04:05 +0100', '2024-11-15T09:04:05.000Z', 60],
  ['Mon, 15 Nov 2024 10:04:05 +0100', '2024-11-15T09:04:05.000Z', 60],
  ['Fri, 31 Dec 2016 23:59:60 +0000', '2017-01-01T00:00:00.000Z', 0],
  ['Thu, 29 Feb 2024 00:00:00 +0000', '2024-02-29T00:00:00.000Z', 0],
  ['Thu, 1 Jan 1970 00:00:00 +0000', '1970-01-01T00:00:00.000Z', 0],
  ['Mon, 1 Jan 0050 00:00:00 +0000', '0050-01-01T00:00:00.000Z', 0],
  ['Wed, 29 Feb 2023 00:00:00 +0000', undefined],
  ['Fri, 0 Nov 2024 10:04:05 +0100', undefined],
  ['Fri, 31 Nov 2024 10:04:05 +0100', undefined],
  ['Fri, 15 Nov 2024 24:00:00 +0100', undefined],
  ['Fri, 15 Nov 2024 10:60:00 +0100', undefined],
  ['Fri, 15 Nov 2024 10:04:61 +0100', undefined],
  ['Fri, 15 Nov 2024 10:04:05 +0160', undefined],
  ['Fri, 15 Nov 2024 10:04:05 +2400', undefined],
  ['Fri, 15 Foo 2024 10:04:05 +0100', undefined],
  ['2024-11-15T10:04:05Z', undefined],
  ['Fri, 15 Nov 2024', undefined],
  ['Fri, 15 Nov 2024 10:04:05 +0100 x y', undefined],
  ['', undefined],
  [`Fri, 15 Nov 2024 10:04:05 +0100${' '.repeat(300)}`, undefined],
];

for (const [text, iso, offsetMinutes] of rows) {
  test(`date ${JSON.stringify(text)}`, () => {
    const date = parseDate(text);
    assert.equal(date && new Date(date.instant).toISOString(), iso);
    if (iso !== undefined) assert.equal(date?.offsetMinutes, offsetMinutes);
  });
}

test('TIME-7 dates are written as RFC 5322 asks', () => {
  const instant = Date.UTC(2024, 10, 15, 9, 4, 5, 999);
  assert.equal(formatDate(instant, 60), 'Fri, 15 Nov 2024 10:04:05 +0100');
  assert.equal(formatDate(instant, 0), 'Fri, 15 Nov 2024 09:04:05 +0000');
  assert.equal(formatDate(instant, -210), 'Fri, 15 Nov 2024 05:34:05 -0330');
  assert.equal(formatDate(Date.UTC(2024, 11, 31, 23, 30), 60), 'Wed, 01 Jan 2025 00:30:00 +0100');
});

test('dates that are written are read back', () => {
  const instant = fc.integer({ min: 0, max: 253_370_000_000 });
  fc.assert(
    fc.property(instant, fc.integer({ min: -14 * 60, max: 14 * 60 }), (seconds, offsetMinutes) => {
      const date = parseDate(formatDate(seconds * 1000, offsetMinutes));
      assert.deepEqual(date, { instant: seconds * 1000, offsetMinutes });
    }),
  );
});
