// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { availabilityOf } from './availability.ts';
import type { ServingSpan } from './availability-store.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Midnight of 1 September 2026 in Italy, summer time. */
const SEPTEMBER = Date.UTC(2026, 7, 31, 22);
/** Midnight of 1 January 2027, winter time: the four months have an hour more. */
const JANUARY = Date.UTC(2026, 11, 31, 23);
const ALLOWED = 0.002 * (JANUARY - SEPTEMBER);

function served(since: number, until: number, more: Partial<ServingSpan> = {}): ServingSpan {
  return { since, until, state: 'serving', ended: false, ...more };
}

function only(spans: readonly ServingSpan[], now: number) {
  const { periods, outages } = availabilityOf(spans, now);
  assert.equal(periods.length, 1);
  const [period] = periods;
  assert.ok(period);
  return { ...period, all: outages };
}

suite('SRV-3 four months against 99.8 %', () => {
  test('without an outage they are kept, whole and by Italian legal time', () => {
    const { firstDay, lastDay, outages, availability, verdict, allowedMs, longestAllowedMs } = only(
      [served(SEPTEMBER, JANUARY)],
      JANUARY,
    );
    assert.deepEqual([firstDay, lastDay], ['2026-09-01', '2026-12-31']);
    assert.deepEqual([outages, availability, verdict], [0, 1, 'kept']);
    assert.equal(Math.round(allowedMs), Math.round(ALLOWED));
    assert.equal(Math.round(longestAllowedMs), Math.round(ALLOWED / 2));
  });

  test('outages that take all that is left are kept, and a second more is not', () => {
    const third = Math.floor(ALLOWED / 3);
    const at = (n: number) => SEPTEMBER + n * 10 * DAY;
    const spans = (more: number) => [
      served(SEPTEMBER, at(1), { ended: true }),
      served(at(1) + third, at(2), { ended: true }),
      served(at(2) + third, at(3)),
      served(at(3) + third + more, JANUARY),
    ];
    assert.equal(only(spans(0), JANUARY).verdict, 'kept');
    const { verdict, outages, all } = only(spans(1000), JANUARY);
    assert.deepEqual([verdict, outages], ['broken', 3]);
    assert.deepEqual(
      all.map(({ causes }) => causes),
      [['stopped'], ['stopped'], ['silent']],
    );
  });

  test('one outage above half of it breaks them too', () => {
    const half = Math.floor(ALLOWED / 2);
    const spans = (length: number) => [
      served(SEPTEMBER, SEPTEMBER + DAY),
      served(SEPTEMBER + DAY + length, JANUARY),
    ];
    assert.equal(only(spans(half), JANUARY).verdict, 'kept');
    assert.equal(only(spans(half + 1000), JANUARY).verdict, 'broken');
  });

  test('while they run they are kept so far; broken is broken at once', () => {
    const now = SEPTEMBER + 20 * DAY;
    assert.equal(only([served(SEPTEMBER, now)], now).verdict, 'running');
    assert.equal(
      only([served(SEPTEMBER, SEPTEMBER + DAY), served(SEPTEMBER + 2 * DAY, now)], now).verdict,
      'broken',
    );
  });

  test('of days before the first sign nothing is said', () => {
    const from = SEPTEMBER + 60 * DAY;
    const { knownFrom, availability, verdict } = only([served(from, JANUARY)], JANUARY);
    assert.deepEqual([knownFrom, availability, verdict], [from, 1, 'partly-known']);
  });

  test('an outage over the end of a period counts in both, each its part, and as one that long', () => {
    const [from, to] = [JANUARY - HOUR, JANUARY + 2 * HOUR];
    const { periods } = availabilityOf([served(SEPTEMBER, from), served(to, to + DAY)], to + DAY);
    assert.deepEqual(
      periods.map(({ outageMs }) => outageMs),
      [HOUR, 2 * HOUR],
    );
    assert.deepEqual(
      periods.map(({ longestMs }) => longestMs),
      [3 * HOUR, 3 * HOUR],
    );
    assert.deepEqual(
      periods.map(({ firstDay }) => firstDay),
      ['2026-09-01', '2027-01-01'],
    );
  });
});

suite('SRV-3 what is an outage', () => {
  const at = (minutes: number) => SEPTEMBER + minutes * 60_000;

  test('a hold, with what was not well; followed by a stop it is one outage', () => {
    const spans = [
      served(at(0), at(10)),
      served(at(10), at(30), { state: 'held', why: 'clock', ended: true }),
      served(at(40), at(50)),
    ];
    const { outages } = availabilityOf(spans, at(50));
    assert.deepEqual(outages, [{ from: at(10), to: at(40), causes: ['held', 'stopped'], why: ['clock'] }]);
  });

  test('the time since the last sign, unless the next one may still come', () => {
    assert.deepEqual(availabilityOf([served(at(0), at(10))], at(13)).outages, []);
    const silent = availabilityOf([served(at(0), at(10))], at(14)).outages;
    assert.deepEqual(silent, [{ from: at(10), to: at(14), causes: ['silent'], why: [] }]);
    const stopped = availabilityOf([served(at(0), at(10), { ended: true })], at(11)).outages;
    assert.deepEqual(
      stopped.map(({ causes }) => causes),
      [['stopped']],
    );
  });

  test('a clock that was put back makes none', () => {
    assert.deepEqual(availabilityOf([served(at(0), at(10)), served(at(5), at(20))], at(20)).outages, []);
  });

  test('a clock of who asks that is behind hides nothing', () => {
    const { outages, periods } = availabilityOf([served(at(0), at(10)), served(at(30), at(50))], at(5));
    assert.deepEqual([outages.length, periods[0]?.outageMs, periods[0]?.knownTo], [1, 20 * 60_000, at(50)]);
  });

  test('nothing written down says nothing', () => {
    assert.deepEqual(availabilityOf([], at(0)), { outages: [], periods: [] });
  });

  test('outages and service make up the time that is known, whatever the spans', () => {
    const lengths = fc.array(fc.tuple(fc.nat(500), fc.nat(500), fc.boolean(), fc.boolean()), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(lengths, (all) => {
        let minute = 0;
        let up = 0;
        const spans = all.map(([gap, length, held, ended]): ServingSpan => {
          const since = at(minute + gap);
          minute += gap + length;
          if (!held) up += length;
          return { ...served(since, at(minute), { ended }), state: held ? 'held' : 'serving' };
        });
        const [first] = spans;
        const { outages, periods } = availabilityOf(spans, at(minute));
        const down = outages.reduce((sum, { from, to }) => sum + to - from, 0);
        assert.equal(down + up * 60_000, at(minute) - (first?.since ?? 0));
        assert.equal(
          periods.reduce((sum, { outageMs }) => sum + outageMs, 0),
          down,
        );
        for (const [index, { to }] of outages.entries())
          assert.ok(to < (outages[index + 1]?.from ?? Infinity));
      }),
    );
  });
});
