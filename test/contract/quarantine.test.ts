// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { NewQuarantined } from '../../src/mailroom/quarantine/quarantine-store.ts';
import {
  endQuarantine,
  QUARANTINE_MONTHS,
  QuarantineSweep,
  quarantineEnd,
} from '../../src/mailroom/quarantine/quarantine-sweep.ts';
import type { HouseStore } from '../../src/mailroom/steps/house-store.ts';
import { FixedClock } from '../../src/platform/clock.ts';
import { silentJournal } from '../../src/platform/journal.ts';
import { ManualTimers } from '../../src/platform/timers.ts';
import { ENGINES } from './engines.ts';
import { message, NOW, step } from './steps.ts';

const LATER = NOW + 1_000_000;

function infected(content: number, more: Partial<NewQuarantined> = {}): NewQuarantined {
  return {
    content,
    at: NOW,
    keepUntil: LATER,
    virus: 'Eicar-Signature',
    kind: 'envelope',
    identifier: 'opec1@alfa.test',
    sender: 'a@alfa.test',
    recipients: ['b@beta.test'],
    provider: 'Gestore Alfa S.p.A.',
    ...more,
  };
}

async function keep(store: HouseStore, text: string, more: Partial<NewQuarantined> = {}): Promise<number> {
  const brings = message(store, text);
  await store.commit(step([{ do: 'quarantine', infected: infected(brings.id, more) }], { brings: [brings] }));
  return brings.id;
}

for (const engine of ENGINES) {
  describe(`quarantine, ${engine.name}`, () => {
    test('LOG-9 a message is kept octet by octet, in no mailbox, and listed', async (t) => {
      const store = await engine.open(t);
      const content = await keep(store, 'a virus');
      await keep(store, 'x'.repeat(400_000), { virus: 'Large', recipients: [], identifier: '' });
      const [first, second, ...others] = store.listQuarantined(0, 10);
      assert.deepEqual(others, []);
      assert.deepEqual(first, { ...infected(content), id: first?.id });
      assert.equal(second?.virus, 'Large');
      assert.deepEqual(store.findQuarantined(first?.id ?? 0), first);
      assert.deepEqual(store.listQuarantined(first?.id ?? 0, 10), [second]);
      assert.deepEqual(store.listQuarantined(0, 1), [first]);
      const found = store.findContent(content);
      assert.equal((await found?.octets.read(0, found.size))?.toString(), 'a virus');
      assert.equal(store.findQuarantined(99), undefined);
    });

    test('LOG-9 nothing goes before its time, whoever asks', async (t) => {
      const store = await engine.open(t);
      const content = await keep(store, 'a virus');
      const [{ id: entry } = { id: 0 }] = store.listQuarantined(0, 1);
      await store.commit(step([{ do: 'end-quarantine', entry, at: LATER - 1 }]));
      const early = await store.commit(
        step([{ do: 'end-quarantine', entry, at: LATER }], {
          onlyIf: [{ is: 'quarantine-over', entry, at: LATER - 1 }],
        }),
      );
      assert.equal(early.parts[0]?.done, false);
      assert.notEqual(store.findQuarantined(entry), undefined);
      assert.deepEqual(store.listQuarantineOver(LATER - 1, 10), []);
      await store.commit(step([{ do: 'end-quarantine', entry, at: LATER }]));
      assert.equal(store.findQuarantined(entry), undefined);
      assert.equal(store.findContent(content), undefined, 'the octets go with it');
      // Gone already: nothing happens.
      await store.commit(step([{ do: 'end-quarantine', entry, at: LATER }]));
      const gone = { is: 'quarantine-over', entry, at: LATER } as const;
      assert.equal((await store.commit(step([], { onlyIf: [gone] }))).parts[0]?.done, false);
    });

    test('LOG-9 LOG-1 what is over goes, longest waiting first, each with its record', async (t) => {
      const store = await engine.open(t);
      await keep(store, 'third', { keepUntil: NOW + 3, identifier: 'opec3@alfa.test' });
      await keep(store, 'first', { keepUntil: NOW + 1, identifier: 'opec1@alfa.test' });
      await keep(store, 'second', { keepUntil: NOW + 2, identifier: 'opec2@alfa.test' });
      const over = store.listQuarantineOver(NOW + 2, 10).map(({ identifier }) => identifier);
      assert.deepEqual(over, ['opec1@alfa.test', 'opec2@alfa.test']);
      assert.equal(await endQuarantine(store, NOW + 2), 2);
      assert.equal(await endQuarantine(store, NOW + 2), 0);
      assert.deepEqual(
        store.listQuarantined(0, 10).map(({ identifier }) => identifier),
        ['opec3@alfa.test'],
      );
      assert.deepEqual(
        store.listRecords(1, 10).map(({ event, identifier, instant }) => [event, identifier, instant]),
        [
          ['quarantine-ended', 'opec1@alfa.test', NOW + 2],
          ['quarantine-ended', 'opec2@alfa.test', NOW + 2],
        ],
      );
    });
  });
}

describe('quarantine, its time', () => {
  test('LOG-9 TIME-8 thirty months; a day that the month lacks counts on', () => {
    assert.equal(QUARANTINE_MONTHS, 30);
    const table = [
      ['2026-03-02T09:15:02.345Z', '2028-09-02T09:15:02.345Z'],
      ['2026-08-31T22:00:00.000Z', '2029-03-03T22:00:00.000Z'],
      ['2025-08-30T00:00:00.000Z', '2028-03-01T00:00:00.000Z'],
    ] as const;
    for (const [found, end] of table) {
      assert.equal(new Date(quarantineEnd(Date.parse(found))).toISOString(), end);
    }
  });

  test('LOG-9 the sweep looks at the start and once a day', async (t) => {
    const engine = ENGINES[0] ?? assert.fail();
    const store = await engine.open(t);
    const clock = new FixedClock(NOW);
    const timers = new ManualTimers();
    await keep(store, 'a virus', { keepUntil: NOW });
    await keep(store, 'another', { keepUntil: NOW + 1 });
    using sweep = new QuarantineSweep({ store, clock, timers, journal: silentJournal });
    await sweep.start();
    assert.equal(store.listQuarantined(0, 10).length, 1);
    clock.advance(24 * 3_600_000);
    timers.advance(24 * 3_600_000);
    while (store.listQuarantined(0, 10).length > 0) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(store.lastSequence(), 2);
  });
});
