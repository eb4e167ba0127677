// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AlertBoard } from '../../platform/alerts.ts';
import { FixedClock } from '../../platform/clock.ts';
import { silentJournal } from '../../platform/journal.ts';
import { ManualTimers } from '../../platform/timers.ts';
import { ClockWatch, type ClockWatchTerms } from './clock-watch.ts';
import type { TimeAnswer, TimeServer } from './sntp-client.ts';

const HOUR_MS = 3_600_000;

/** A clock, the time as it really is, and servers that know it. */
class Bench {
  readonly clock = new FixedClock(Date.UTC(2026, 2, 2));
  readonly timers = new ManualTimers();
  readonly alerts = new AlertBoard(silentJournal);
  readonly asked: string[] = [];
  readonly watch: ClockWatch;
  resumed = 0;
  /** What each server answers instead of the time. */
  readonly moods = new Map<string, TimeAnswer>();
  #elapsedMs = 1000;
  #errorMs = 0;

  constructor(terms: Partial<ClockWatchTerms> = {}) {
    this.watch = new ClockWatch(
      {
        servers: [{ host: 'a', port: 123 }],
        toleranceMs: 1000,
        intervalMs: 64_000,
        retryMs: 15_000,
        holdAfterMs: 4 * HOUR_MS,
        ...terms,
      },
      {
        ask: async (server) => this.#answer(server),
        clock: this.clock,
        monotonic: { elapsedMs: () => this.#elapsedMs },
        timers: this.timers,
        alerts: this.alerts,
        journal: silentJournal,
        onResumed: () => {
          this.resumed += 1;
        },
        onMeasured: () => undefined,
      },
    );
  }

  get raised(): readonly string[] {
    return this.alerts.current().map(({ code }) => code);
  }

  /** Time passes as it should, and everything that was waited for takes place. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 1000) {
      const step = Math.min(left, 1000);
      this.clock.advance(step);
      this.#elapsedMs += step;
      this.timers.advance(step);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Somebody moves the clock. */
  jump(ms: number): void {
    this.clock.advance(ms);
    this.#errorMs += ms;
  }

  /** The clock is off by so much without having jumped: it crept. */
  creep(ms: number): void {
    this.#errorMs += ms;
  }

  silence(): void {
    this.moods.set('a', { answer: 'silent' });
  }

  #answer({ host }: TimeServer): TimeAnswer {
    this.asked.push(host);
    const sample = { server: host, offsetMs: -this.#errorMs, delayMs: 2 };
    return this.moods.get(host) ?? { answer: 'time', sample };
  }
}

test('TIME-2: nothing is certified before a server has confirmed the clock, and then everything', async () => {
  const bench = new Bench();
  assert.equal(bench.watch.held(), 'not-confirmed');
  await bench.watch.measure();
  assert.equal(bench.watch.held(), undefined);
  assert.deepEqual(bench.raised, []);
  assert.equal(bench.resumed, 1);
});

test('TIME-2: a clock more than a second off stops certification with an alert, and it goes on by itself', async () => {
  const bench = new Bench();
  await bench.watch.measure();
  bench.watch.start();
  bench.creep(1001);
  await bench.pass(64_000);
  assert.equal(bench.watch.held(), 'wrong');
  assert.deepEqual(bench.raised, ['clock-wrong']);
  assert.equal(bench.watch.report().offsetMs, -1001);
  bench.creep(-1001);
  await bench.pass(15_000);
  assert.equal(bench.watch.held(), undefined);
  assert.deepEqual(bench.raised, []);
  assert.equal(bench.resumed, 2);
});

test('TIME-2: a clock that is moved is not believed at once, nor until a server has confirmed it', async () => {
  const bench = new Bench();
  await bench.watch.measure();
  bench.watch.start();
  bench.silence();
  bench.jump(501);
  assert.equal(bench.watch.held(), 'jumped');
  assert.deepEqual(bench.raised, ['clock-wrong']);
  await bench.pass(60_000);
  assert.equal(bench.watch.held(), 'jumped');
  bench.moods.clear();
  await bench.pass(15_000);
  // Half a second off is within the tolerance.
  assert.equal(bench.watch.held(), undefined);
});

test('TIME-2: a jump is seen without anybody asking, and back is a jump as well', async () => {
  const bench = new Bench();
  await bench.watch.measure();
  bench.watch.start();
  bench.jump(-3 * HOUR_MS);
  await bench.pass(1000);
  assert.deepEqual(bench.raised, ['clock-wrong']);
  await bench.pass(5000);
  assert.equal(bench.watch.held(), 'wrong');
  bench.jump(3 * HOUR_MS);
  assert.equal(bench.watch.held(), 'jumped');
  await bench.pass(3000);
  assert.equal(bench.watch.held(), undefined);
});

test('TIME-2: silence is told at once and held against the clock after four hours, not before', async () => {
  const bench = new Bench();
  await bench.watch.measure();
  bench.watch.start();
  bench.silence();
  await bench.pass(64_000);
  assert.deepEqual(bench.raised, ['clock-unchecked']);
  assert.equal(bench.watch.held(), undefined);
  await bench.pass(4 * HOUR_MS - 128_000);
  assert.equal(bench.watch.held(), undefined);
  await bench.pass(128_000);
  assert.equal(bench.watch.held(), 'unconfirmed-too-long');
  assert.deepEqual(bench.raised, ['clock-unchecked', 'clock-unknown']);
  bench.moods.clear();
  await bench.pass(15_000);
  assert.equal(bench.watch.held(), undefined);
  assert.deepEqual(bench.raised, []);
});

test('silence is never held against the clock when the configuration says so', async () => {
  const bench = new Bench({ holdAfterMs: null });
  await bench.watch.measure();
  bench.watch.start();
  bench.silence();
  await bench.pass(12 * HOUR_MS);
  assert.equal(bench.watch.held(), undefined);
  assert.deepEqual(bench.raised, ['clock-unchecked']);
});

test('RFC 5905 7.4: who says DENY is never asked again, who says RATE less and less often', async () => {
  const bench = new Bench({
    servers: ['a', 'b', 'c'].map((host) => ({ host, port: 123 })),
  });
  bench.moods.set('b', { answer: 'kiss-of-death', code: 'DENY' });
  bench.moods.set('c', { answer: 'kiss-of-death', code: 'RATE' });
  await bench.watch.measure();
  assert.equal(bench.watch.held(), undefined);
  bench.watch.start();
  await bench.pass(64_000 * 7);
  const count = (host: string) => bench.asked.filter((one) => one === host).length;
  assert.equal(count('a'), 8);
  assert.equal(count('b'), 1);
  // After 64 s, 128 s more and 256 s more: 64, 192 and 448.
  assert.equal(count('c'), 4);
});

test('a single server that asks for patience changes nothing of what is known', async () => {
  const bench = new Bench();
  await bench.watch.measure();
  bench.moods.set('a', { answer: 'kiss-of-death', code: 'RATE' });
  await bench.watch.measure();
  await bench.watch.measure();
  assert.equal(bench.asked.length, 2);
  assert.equal(bench.watch.held(), undefined);
});

test('a clock moved while it is measured is measured again', async () => {
  const bench = new Bench();
  await bench.watch.measure();
  bench.watch.start();
  const measuring = bench.watch.measure();
  bench.jump(60_000);
  await measuring;
  assert.equal(bench.watch.held(), 'jumped');
  await bench.pass(1000);
  assert.equal(bench.watch.held(), 'wrong');
});

test('after its end it asks nobody any more', async () => {
  const bench = new Bench();
  await bench.watch.measure();
  bench.watch.start();
  bench.watch[Symbol.dispose]();
  await bench.pass(HOUR_MS);
  assert.equal(bench.asked.length, 1);
});
