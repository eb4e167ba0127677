// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayAfter, dayOf, endOfDay, monthsBefore } from './log-days.ts';

const iso = (instant: number) => new Date(instant).toISOString();

test('TIME-3 a day ends at midnight of Italian legal time, also when clocks are moved', () => {
  assert.equal(iso(endOfDay('2026-01-15')), '2026-01-15T23:00:00.000Z');
  assert.equal(iso(endOfDay('2026-07-15')), '2026-07-15T22:00:00.000Z');
  // Clocks go forward on 29 March and back on 25 October, both at 1:00 UTC.
  assert.equal(iso(endOfDay('2026-03-28')), '2026-03-28T23:00:00.000Z');
  assert.equal(iso(endOfDay('2026-03-29')), '2026-03-29T22:00:00.000Z');
  assert.equal(iso(endOfDay('2026-10-24')), '2026-10-24T22:00:00.000Z');
  assert.equal(iso(endOfDay('2026-10-25')), '2026-10-25T23:00:00.000Z');
});

test('each day of a year ends where the next begins', () => {
  let day = '2027-12-01';
  for (let count = 0; count < 430; count++) {
    const end = endOfDay(day);
    assert.equal(dayOf(end - 1), day);
    day = dayAfter(day);
    assert.equal(dayOf(end), day);
  }
  assert.equal(day, '2029-02-03');
});

test('LOG-3 thirty months before', () => {
  assert.equal(iso(monthsBefore(Date.UTC(2026, 10, 22, 9), 30)), '2024-05-22T09:00:00.000Z');
  assert.equal(iso(monthsBefore(Date.UTC(2026, 7, 31), 30)), '2024-02-29T00:00:00.000Z');
});
