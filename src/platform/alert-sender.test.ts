// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AlertNotice, AlertSender, type AlertSenderOptions } from './alert-sender.ts';
import { AlertBoard } from './alerts.ts';
import { FixedClock } from './clock.ts';
import { silentJournal } from './journal.ts';
import { ManualTimers } from './timers.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** A board, an operator who hears it over one channel that can be broken, and time in the test's hand. */
class Bench {
  readonly alerts = new AlertBoard(silentJournal);
  readonly clock = new FixedClock(1_000_000);
  readonly timers = new ManualTimers();
  readonly heard: string[] = [];
  attempts = 0;
  broken = false;
  /** What happens while a notice is under way. */
  during: () => void = () => undefined;

  open(options: Partial<AlertSenderOptions> = {}): AlertSender {
    return new AlertSender({
      channels: [{ name: 'test', send: (notice) => this.#send(notice) }],
      alerts: this.alerts,
      repeatMs: 6 * HOUR_MS,
      perHour: 30,
      clock: this.clock,
      timers: this.timers,
      journal: silentJournal,
      ...options,
    });
  }

  raise(code = 'scanner-down'): void {
    this.alerts.raise({ code, sentence: `${code} it is`, facts: {} });
  }

  async pass(ms: number): Promise<void> {
    const stepMs = Math.min(ms, MINUTE_MS / 12);
    for (let left = ms; left > 0; left -= stepMs) {
      this.clock.advance(stepMs);
      this.timers.advance(stepMs);
      await this.settle();
    }
  }

  async settle(): Promise<void> {
    for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  async #send({ state, alert }: AlertNotice): Promise<void> {
    this.attempts += 1;
    await Promise.resolve();
    this.during();
    if (this.broken) throw new Error('nobody there');
    this.heard.push(`${state} ${alert.code}`);
  }
}

test('an alert is told when it begins, while it lasts, and when it is over', async () => {
  const bench = new Bench();
  // Raised before anybody listened.
  bench.raise();
  using _ = bench.open();
  await bench.settle();
  await bench.pass(6 * HOUR_MS);
  await bench.pass(HOUR_MS);
  bench.alerts.clear('scanner-down');
  await bench.settle();
  await bench.pass(12 * HOUR_MS);
  assert.deepEqual(bench.heard, ['raised scanner-down', 'still scanner-down', 'over scanner-down']);
});

test('a channel that does not work is tried again, ever less often, and what is over meanwhile is never told', async () => {
  const bench = new Bench();
  bench.broken = true;
  using _ = bench.open();
  bench.raise();
  bench.raise('disk-low');
  await bench.pass(HOUR_MS);
  // 5, 10, 20, 40, 80, 160 s, then every five minutes.
  assert.ok(bench.attempts > 10 && bench.attempts < 20, String(bench.attempts));
  bench.alerts.clear('scanner-down');
  bench.broken = false;
  await bench.pass(5 * MINUTE_MS);
  assert.deepEqual(bench.heard, ['raised disk-low']);
});

test('an alert that comes and goes does not hurry a channel that failed', async () => {
  const bench = new Bench();
  bench.broken = true;
  using _ = bench.open();
  for (let times = 0; times < 100; times += 1) {
    bench.raise();
    await bench.settle();
    bench.alerts.clear('scanner-down');
    await bench.settle();
  }
  assert.equal(bench.attempts, 1);
});

test('one channel that hangs delays no other', async () => {
  const bench = new Bench();
  const hung = { name: 'hung', send: () => new Promise<void>(() => undefined) };
  const heard: string[] = [];
  const good = { name: 'good', send: async ({ alert }: AlertNotice) => void heard.push(alert.code) };
  using _ = bench.open({ channels: [hung, good] });
  bench.raise('a');
  bench.raise('b');
  await bench.settle();
  assert.deepEqual(heard, ['a', 'b']);
});

test('no more goes out in an hour than the limit, and the last word is the right one', async () => {
  const bench = new Bench();
  using _ = bench.open({ perHour: 4 });
  for (let times = 0; times < 50; times += 1) {
    bench.raise();
    await bench.settle();
    bench.alerts.clear('scanner-down');
    await bench.settle();
  }
  bench.raise();
  assert.equal(bench.heard.length, 4);
  await bench.pass(HOUR_MS);
  assert.equal(bench.heard.length, 5);
  assert.equal(bench.heard.at(-1), 'raised scanner-down');
});

test('over while it is told, and begun again while its end is told: both are told in the end', async () => {
  const bench = new Bench();
  using _ = bench.open();
  bench.during = () => {
    bench.during = () => undefined;
    bench.alerts.clear('scanner-down');
  };
  bench.raise();
  await bench.settle();
  assert.deepEqual(bench.heard, ['raised scanner-down', 'over scanner-down']);
  bench.raise();
  await bench.settle();
  bench.during = () => {
    bench.during = () => undefined;
    bench.raise();
  };
  bench.alerts.clear('scanner-down');
  await bench.settle();
  assert.deepEqual(bench.heard.slice(2), ['raised scanner-down', 'over scanner-down', 'raised scanner-down']);
});

test('after its end nothing is told', async () => {
  const bench = new Bench();
  const sender = bench.open();
  sender[Symbol.dispose]();
  bench.raise();
  await bench.pass(HOUR_MS);
  assert.equal(bench.attempts, 0);
});
