// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { Community } from './community.ts';

const MINUTE_MS = 60_000;

interface Availability {
  readonly required: number;
  readonly periods: readonly {
    readonly outages: number;
    readonly outageSeconds: number;
    readonly verdict: string;
  }[];
  readonly outages: readonly {
    readonly from: string;
    readonly to: string;
    readonly causes: readonly string[];
  }[];
}

suite('SRV-3 when a provider served', { concurrency: false }, () => {
  test('SRV-3 a stop is in the statistics, from the instant it stopped to the instant it served again', async () => {
    await using community = await Community.open();
    const config = join(community.root, 'alfa.yaml');
    const statistics = async () => {
      const text = await community.run('log', 'statistics', '--config', config, '--json');
      return (JSON.parse(text) as { availability: Availability }).availability;
    };
    const { store } = community.alfa;
    await settled(() => store.listServingSpans().length === 1);
    community.clock.advance(2 * MINUTE_MS);
    const stopped = community.clock.now();
    await community.stop('alfa');
    community.clock.advance(30 * MINUTE_MS);
    const outages = [{ from: iso(stopped), to: iso(stopped + 30 * MINUTE_MS), causes: ['stopped'], why: [] }];
    assert.deepEqual((await statistics()).outages, outages);
    await community.start('alfa', { signs: 1 });
    await settled(() => community.alfa.store.listServingSpans().length === 2);
    community.clock.advance(MINUTE_MS);
    const { required, periods, outages: after } = await statistics();
    assert.deepEqual([required, after], [0.998, outages]);
    const last = periods.at(-1);
    assert.deepEqual([last?.outages, last?.outageSeconds, last?.verdict], [1, 1800, 'partly-known']);
    const text = await community.run('log', 'statistics', '--config', config);
    assert.match(text, /Disponibilità per quadrimestre/);
    assert.match(text, /30 min \/ 5 h \d+ min +30 min \/ 2 h \d+ min +rispettata per quanto è noto/);
    assert.match(text, /, 30 min: fermato in modo ordinato\n/);
    assert.match(text, /Non vede la rete fuori/);
    const english = await community.run('log', 'statistics', '--config', config, '--lang', 'en');
    assert.match(english, /, 30 min: stopped in an orderly way\n/);
    const other = await community.run('log', 'statistics', '--config', config, '--to', '2001-01-01');
    assert.match(other, /non è scritto quando il gestore era in servizio/);
  });
});

function iso(instant: number): string {
  return new Date(instant).toISOString();
}

async function settled(is: () => boolean): Promise<void> {
  while (!is()) await new Promise((resolve) => setTimeout(resolve, 20));
}
