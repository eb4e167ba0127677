// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { FixedClock } from '../../platform/clock.ts';
import { silentJournal } from '../../platform/journal.ts';
import { ManualTimers } from '../../platform/timers.ts';
import { availabilityOf } from './availability.ts';
import type { AvailabilityAct, ServingSpan } from './availability-store.ts';
import { BEAT_MS, ServingWatch } from './serving-watch.ts';

const NOW = Date.UTC(2026, 10, 22, 12);

/** A watch with time in our hands, and what it wrote. */
class Watched {
  readonly clock = new FixedClock(NOW);
  readonly timers = new ManualTimers();
  readonly rows = new Map<number, ServingSpan>();
  readonly forgotten: number[] = [];
  commits = 0;
  why: string | undefined;
  broken = false;
  readonly watch = new ServingWatch({
    look: async () => this.why,
    commit: async (acts) => this.#perform(acts),
    clock: this.clock,
    timers: this.timers,
    journal: silentJournal,
  });

  #perform(acts: readonly AvailabilityAct[]): void {
    if (this.broken) throw new Error('the disk is full');
    this.commits += 1;
    for (const act of acts) {
      if (act.do === 'put-serving-span') this.rows.set(act.span.since, act.span);
      else this.forgotten.push(act.before);
    }
  }

  async start(): Promise<void> {
    this.watch.start();
    await settled();
  }

  async minutes(count: number): Promise<void> {
    for (let at = 0; at < count; at++) {
      this.clock.advance(BEAT_MS);
      this.timers.advance(BEAT_MS);
      await settled();
    }
  }

  get spans(): readonly ServingSpan[] {
    return [...this.rows.values()];
  }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

const at = (minutes: number) => NOW + minutes * BEAT_MS;

suite('SRV-3 a provider writes down that it serves', () => {
  test('one row that grows, by one commit a minute', async () => {
    const watched = new Watched();
    await watched.start();
    await watched.minutes(90);
    assert.deepEqual(watched.spans, [{ since: NOW, until: at(90), state: 'serving', ended: false }]);
    assert.equal(watched.commits, 91);
  });

  test('a stop is written down to the instant', async () => {
    const watched = new Watched();
    await watched.start();
    await watched.minutes(2);
    watched.clock.advance(17_000);
    await watched.watch[Symbol.asyncDispose]();
    assert.deepEqual(watched.spans, [{ since: NOW, until: at(2) + 17_000, state: 'serving', ended: true }]);
    await watched.minutes(5);
    assert.equal(watched.spans[0]?.until, at(2) + 17_000);
  });

  test('one that never began writes nothing when it stops', async () => {
    const watched = new Watched();
    await watched.watch[Symbol.asyncDispose]();
    assert.equal(watched.commits, 0);
  });

  test('a hold is taken from the last good beat, and ends when it is seen to', async () => {
    const watched = new Watched();
    await watched.start();
    await watched.minutes(2);
    watched.why = 'clock';
    await watched.minutes(3);
    watched.why = undefined;
    await watched.minutes(2);
    assert.deepEqual(watched.spans, [
      { since: NOW, until: at(2), state: 'serving', ended: false },
      { since: at(2), until: at(6), state: 'held', why: 'clock', ended: false },
      { since: at(6), until: at(7), state: 'serving', ended: false },
    ]);
    const { outages } = availabilityOf(watched.spans, at(7));
    assert.deepEqual(outages, [{ from: at(2), to: at(6), causes: ['held'], why: ['clock'] }]);
  });

  test('another reason is another row', async () => {
    const watched = new Watched();
    watched.why = 'clock';
    await watched.start();
    watched.why = 'scanner';
    await watched.minutes(1);
    watched.why = 'store';
    await watched.minutes(1);
    assert.deepEqual(
      watched.spans.map(({ why }) => why),
      ['scanner', 'store'],
    );
    assert.deepEqual(availabilityOf(watched.spans, at(2)).outages[0]?.why, ['scanner', 'store']);
  });

  test('what could not be written is an outage, and it goes on by itself', async () => {
    const watched = new Watched();
    await watched.start();
    await watched.minutes(2);
    watched.broken = true;
    await watched.minutes(10);
    watched.broken = false;
    await watched.minutes(2);
    assert.deepEqual(availabilityOf(watched.spans, at(14)).outages, [
      { from: at(2), to: at(13), causes: ['silent'], why: [] },
    ]);
  });

  test('so is the time in which the process did not run; a minute or two late is none', async () => {
    const watched = new Watched();
    await watched.start();
    watched.clock.advance(2 * BEAT_MS);
    await watched.minutes(1);
    assert.equal(watched.spans.length, 1);
    watched.clock.advance(3 * BEAT_MS);
    await watched.minutes(1);
    assert.deepEqual(
      availabilityOf(watched.spans, at(7)).outages.map(({ to, from }) => to - from),
      [4 * BEAT_MS],
    );
  });

  test('a clock that is put back begins another row, and ends none before it began', async () => {
    const watched = new Watched();
    await watched.start();
    await watched.minutes(5);
    watched.clock.advance(-30 * BEAT_MS);
    await watched.minutes(1);
    assert.ok(watched.spans.every(({ since, until }) => since <= until));
    assert.equal(watched.spans.length, 2);
  });

  test('once a day what is older than 30 months goes', async () => {
    const watched = new Watched();
    await watched.start();
    await watched.minutes(24 * 60 + 1);
    assert.deepEqual(watched.forgotten, [Date.UTC(2024, 4, 22, 12), Date.UTC(2024, 4, 23, 12)]);
  });
});
