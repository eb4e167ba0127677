// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { listQueue, orderQueue, type QueueListOptions } from '../../src/cli/queue.ts';
import { send } from '../../src/cli/send.ts';
import { randomIds } from '../../src/platform/ids.ts';
import { Captured } from './captured.ts';
import { RunningDemo } from './running-demo.ts';

const TULLIA = 'tullia.serafini@cittadini.alfa.test';

suite('ceralacca queue', () => {
  test('shows what waits for the provider that never answers, and obeys while the provider runs', async () => {
    await using demo = await RunningDemo.start();
    const sent = { from: TULLIA, to: ['chiunque@pec.silente.test'], wait: false, world: demo.worldFile };
    await send(sent, new Captured({ ids: randomIds }));
    const folder = join(demo.folder, 'alfa', 'data');
    const waiting = async (options: QueueListOptions = {}) => {
      const captured = new Captured();
      await listQueue({ folder, json: true, ...options }, captured);
      return captured.json as { readonly running: boolean; readonly entries: readonly { id: number }[] };
    };
    const { running, entries } = await waiting({ destination: 'pec.silente.test' });
    assert.equal(running, true);
    const [entry] = entries;
    assert.ok(entry);
    const order = async (what: 'hold' | 'release' | 'retry') => {
      const captured = new Captured();
      const choice = { id: entry.id };
      assert.equal(await orderQueue({ order: what, choice, options: { folder, lang: 'en' } }, captured), 0);
      return captured.stdout.text;
    };
    assert.equal(await order('hold'), 'Held: 1.\n');
    assert.deepEqual(
      (await waiting({ destination: 'pec.silente.test' })).entries.map(({ id }) => id),
      [entry.id],
    );
    assert.equal(await order('release'), 'Released: 1.\n');
    assert.equal(await order('retry'), 'Due at once: 1.\n');
  });
});
