// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { localTime, parseLocalTime } from './local-time.ts';

test('TIME-3 times are those of Rome, with the offset of the instant', () => {
  assert.deepEqual(localTime(Date.parse('2024-11-15T17:20:38.999Z')), {
    date: '15/11/2024',
    time: '18:20:38',
    zone: '+0100',
    offsetMinutes: 60,
  });
  assert.deepEqual(localTime(Date.parse('2024-06-07T22:15:02Z')), {
    date: '08/06/2024',
    time: '00:15:02',
    zone: '+0200',
    offsetMinutes: 120,
  });
});

test('TIME-3 the hour that comes twice is told apart by its offset', () => {
  // Summer time ended at 01:00 UTC on 27 October 2024.
  const before = localTime(Date.parse('2024-10-27T00:59:59Z'));
  const after = localTime(Date.parse('2024-10-27T01:00:00Z'));
  assert.deepEqual([before.time, before.zone], ['02:59:59', '+0200']);
  assert.deepEqual([after.time, after.zone], ['02:00:00', '+0100']);
  // And began at 01:00 UTC on 31 March 2024.
  assert.equal(localTime(Date.parse('2024-03-31T00:59:59Z')).time, '01:59:59');
  assert.equal(localTime(Date.parse('2024-03-31T01:00:00Z')).time, '03:00:00');
});

test('TIME-4 what is written is read again, to the second', () => {
  fc.assert(
    fc.property(fc.integer({ min: -2e9, max: 2e10 }), (seconds) => {
      assert.equal(parseLocalTime(localTime(seconds * 1000)), seconds * 1000);
    }),
  );
});

test('TIME-5 a leap second is the second after it', () => {
  const zone = '+0100';
  assert.equal(
    parseLocalTime({ date: '01/01/2017', time: '00:59:60', zone }),
    parseLocalTime({ date: '01/01/2017', time: '01:00:00', zone }),
  );
});

test('TIME-6 both spellings of the offset are read, nonsense is not', () => {
  const date = '15/11/2024';
  const time = '18:20:38';
  const instant = Date.parse('2024-11-15T17:20:38Z');
  assert.equal(parseLocalTime({ date, time, zone: '+01:00' }), instant);
  assert.equal(parseLocalTime({ date, time, zone: '-0030' }), instant + 90 * 60_000);
  for (const zone of ['', '0100', '+1', '+01:0', 'CET']) {
    assert.equal(parseLocalTime({ date, time, zone }), undefined);
  }
  assert.equal(parseLocalTime({ date: '29/02/2023', time, zone: '+0100' }), undefined);
  assert.equal(parseLocalTime({ date: '00/01/2023', time, zone: '+0100' }), undefined);
  assert.equal(parseLocalTime({ date, time: '23:59:61', zone: '+0100' }), undefined);
});
