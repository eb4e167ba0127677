// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { HOUR, relayHouse, taken, unreachable } from '../../../test/queue/relay-house.ts';
import { Fault } from '../../platform/faults.ts';
import type { Act } from '../steps/step-store.ts';

suite('what an operator may order of the relay', () => {
  test('AP-33 AP-34 what is held is not tried, and ends with its notice all the same', async () => {
    const { store, relay, told, attempts, pass } = relayHouse();
    const id = await store.enqueue();
    const act = (what: Act) => store.commit({ blobs: [], contents: [], parts: [{ acts: [what] }] });
    await act({ do: 'hold', entry: id, held: true });
    relay.start();
    await pass(24 * HOUR - 1);
    assert.deepEqual([attempts, told], [[], []]);
    await pass(1);
    assert.deepEqual([attempts, told], [[], ['expired b@beta.test']]);
    assert.equal(store.entries.size, 0);
    await relay.stop();
  });

  test('a destination that is held takes nothing until it is released, then everything at once', async () => {
    const { store, relay, attempts } = relayHouse();
    relay.start();
    const hold = (held: boolean) =>
      store.commit({
        blobs: [],
        contents: [],
        parts: [{ acts: [{ do: 'hold-destination', destination: 'beta.test', held }] }],
      });
    await hold(true);
    const held = await store.enqueue();
    const other = await store.enqueue({ destination: 'gamma.test' });
    await relay.whenIdle();
    assert.deepEqual(attempts, [other]);
    await hold(false);
    await relay.whenIdle();
    assert.deepEqual(attempts, [other, held]);
    await relay.stop();
  });

  test('what is made due is tried at once, and remembers what was met before', async () => {
    let up = false;
    const { store, relay, attempts } = relayHouse({
      relay: async (entry) => (up ? taken(entry) : Promise.reject(unreachable)),
      limits: { retryWaitsMs: [HOUR] },
    });
    relay.start();
    const id = await store.enqueue();
    await relay.whenIdle();
    const note = { at: 0, met: 'nobody there', peerSpoke: false, tried: [] };
    assert.deepEqual(store.entries.get(id)?.history, [note]);
    up = true;
    const makeDue: Act = { do: 'make-due', entries: { all: true }, notBefore: 0 };
    await store.commit({ blobs: [], contents: [], parts: [{ acts: [makeDue] }] });
    await relay.whenIdle();
    assert.deepEqual(attempts, [id, id]);
    assert.equal(store.entries.size, 0);
    await relay.stop();
  });

  test('a machine that is busy with others of ours costs an entry neither an attempt nor a growing wait', async () => {
    let busy = true;
    const { store, relay, attempts, pass } = relayHouse({
      limits: { busyRestMs: 50 },
      relay: async (entry) => {
        if (busy && entry.destination === 'busy.test')
          throw new Fault('peer-busy', 'later', { temporary: true });
        return taken(entry);
      },
    });
    relay.start();
    for (let n = 0; n < 20; n++) await store.enqueue({ destination: 'busy.test' });
    await store.enqueue({ destination: 'other.test' });
    await relay.whenIdle();
    assert.equal(store.entries.size, 20);
    const before = attempts.length;
    await pass(49);
    assert.equal(attempts.length, before, 'left alone meanwhile');
    for (const { attempts: made, history, notBefore } of store.entries.values())
      assert.deepEqual([made, history, notBefore], [0, [], 0]);
    busy = false;
    await pass(1);
    assert.equal(store.entries.size, 0);
    await relay.stop();
  });
});
