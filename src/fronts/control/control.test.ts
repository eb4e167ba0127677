// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { QueueInMemory } from '../../../test/queue/queue-in-memory.ts';
import { FixedClock } from '../../platform/clock.ts';
import { Fault } from '../../platform/faults.ts';
import { silentJournal } from '../../platform/journal.ts';
import { orderProvider } from './control-client.ts';
import { ControlSocket, controlPath, ORDER_LIMIT_BYTES } from './control-socket.ts';
import { QueueOrders } from './queue-orders.ts';

let folder: string;

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'ceralacca-control-'));
});
after(() => rmSync(folder, { recursive: true }));

async function listening() {
  const store = new QueueInMemory();
  const clock = new FixedClock(5_000);
  const orders = new QueueOrders({ store, relay: { underWay: [3] }, clock });
  const socket = await ControlSocket.listen({
    folder,
    obey: (order) => orders.obey(order),
    journal: silentJournal,
  });
  return { store, socket, order: (order: Record<string, unknown>) => orderProvider(folder, order) };
}

/** What the socket answers to these octets; empty when it just ends. */
async function said(text: string): Promise<string> {
  const socket = createConnection({ path: controlPath(folder) });
  let answer = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    answer += chunk;
  });
  socket.write(text);
  await once(socket, 'end');
  socket.end();
  return answer.trim();
}

suite('orders to a running provider', () => {
  test('nobody but its user may give orders, and what a killed process left is no hindrance', async () => {
    await mkdir(dirname(controlPath(folder)), { recursive: true, mode: 0o755 });
    writeFileSync(controlPath(folder), '');
    const { socket } = await listening();
    await using _ = socket;
    assert.equal(statSync(controlPath(folder)).mode & 0o777, 0o600);
    assert.equal(statSync(dirname(controlPath(folder))).mode & 0o777, 0o700);
  });

  test('entries are held, released and made due, alone, by destination and all', async () => {
    const { store, socket, order } = await listening();
    await using _ = socket;
    const one = await store.enqueue({ createdAt: 9_000 });
    await store.enqueue({ createdAt: 9_000 });
    await store.enqueue({ destination: 'gamma.test', createdAt: 9_000 });
    const held = () => store.listQueue().map((entry) => entry.held);
    assert.deepEqual(await order({ order: 'queue-hold', entries: { entry: one } }), { ok: true, entries: 1 });
    assert.deepEqual(held(), [true, false, false]);
    await order({ order: 'queue-release', entries: { entry: one } });
    assert.deepEqual(held(), [false, false, false]);
    const beta = { destination: 'BETA.test' };
    assert.deepEqual(await order({ order: 'queue-hold', entries: beta }), { ok: true, entries: 2 });
    assert.deepEqual(store.listHeldDestinations(), ['beta.test']);
    await order({ order: 'queue-hold', entries: { entry: store.listQueue()[2]?.id } });
    assert.deepEqual(held(), [true, true, true]);
    assert.equal((await order({ order: 'queue-release', entries: { all: true } })).ok, true);
    assert.deepEqual(held(), [false, false, false]);
    assert.deepEqual(store.listHeldDestinations(), []);
    await order({ order: 'queue-retry', entries: { destination: 'gamma.test' } });
    assert.deepEqual(
      store.listQueue().map(({ notBefore }) => notBefore),
      [9_000, 9_000, 5_000],
    );
    await order({ order: 'queue-retry', entries: { all: true } });
    assert.deepEqual(
      store.listQueue().map(({ notBefore }) => notBefore),
      [5_000, 5_000, 5_000],
    );
    assert.deepEqual(await order({ order: 'queue-under-way' }), { ok: true, underWay: [3], now: 5_000 });
  });

  test('what is no order, or of no entry, is refused and changes nothing', async () => {
    const { store, socket, order } = await listening();
    await using _ = socket;
    await store.enqueue();
    const steps = store.steps.length;
    for (const wrong of [
      { order: 'queue-retry', entries: { entry: 77 } },
      { order: 'queue-retry', entries: {} },
      { order: 'queue-retry', entries: { entry: '1' } },
      { order: 'queue-retry' },
      { order: 'queue-hold', entries: { all: true } },
      { order: 'queue-forget', entries: { all: true } },
      {},
    ]) {
      await assert.rejects(order(wrong), (error) => error instanceof Fault && error.code === 'order-refused');
    }
    for (const text of ['nothing\n', '[]\n', '"x"\n', '7\n', `${'x'.repeat(ORDER_LIMIT_BYTES + 1)}`])
      assert.match(await said(text), /^\{"ok":false/);
    assert.equal(store.steps.length, steps);
  });

  test('a store that does not commit is told as such', async () => {
    const { store, socket, order } = await listening();
    await using _ = socket;
    await store.enqueue();
    store.refusals = 1;
    await assert.rejects(order({ order: 'queue-retry', entries: { all: true } }), {
      code: 'order-refused',
      message: 'not now (store-unavailable)',
    });
  });

  test('where no provider runs, the command hears so; a folder with too long a path is a fault', async () => {
    await assert.rejects(orderProvider(folder, { order: 'queue-under-way' }), {
      code: 'provider-not-running',
    });
    const obey = () => Promise.resolve({ ok: true as const });
    await assert.rejects(
      ControlSocket.listen({ folder: join(folder, 'x'.repeat(120)), obey, journal: silentJournal }),
      { code: 'control-unavailable' },
    );
  });
});
