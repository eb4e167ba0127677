// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { relayHouse, taken } from '../../../test/queue/relay-house.ts';
import type { RelayOutcome } from './courier.ts';
import type { QueueEntry } from './queue-store.ts';
import { UpNext } from './up-next.ts';

function entryOf(id: number, destination = 'beta.test'): QueueEntry {
  return {
    id,
    destination,
    certified: true,
    reversePath: 'a@alfa.test',
    forwardPaths: ['b@beta.test'],
    content: id,
    kind: 'transport-envelope',
    identifier: `opec${id}@alfa.test`,
    eightBit: false,
    createdAt: 0,
    expiresAt: 1,
    attempts: 0,
    notBefore: 0,
    history: [],
    held: false,
  };
}

suite('what is up next', () => {
  test('entries come out as they went in, each once', () => {
    const upNext = new UpNext();
    for (const id of [3, 1, 2, 3]) upNext.add(entryOf(id));
    const order: number[] = [];
    for (let next = upNext.first('beta.test'); next !== undefined; next = upNext.first('beta.test')) {
      order.push(next.id);
      upNext.remove(next);
    }
    assert.deepEqual([order, upNext.size], [[3, 1, 2], 0]);
  });

  test('one above the limit: that destination is looked up in the store, and nothing overtakes there', () => {
    const upNext = new UpNext(10);
    for (let id = 1; id <= 10; id++) upNext.add(entryOf(id));
    assert.equal(upNext.isBehind('beta.test'), false);
    upNext.add(entryOf(11));
    assert.deepEqual([upNext.isBehind('beta.test'), upNext.size], [true, 10]);
    upNext.remove(entryOf(1));
    upNext.add(entryOf(12));
    assert.equal(upNext.size, 9, 'entry 11 is older, and only in the store');
    upNext.forget('beta.test');
    assert.deepEqual([upNext.isBehind('beta.test'), upNext.size], [false, 0]);
  });

  test('a queue longer than there are places is worked off in order, hardly ever read', async () => {
    const waiting: (() => void)[] = [];
    const { store, relay, attempts } = relayHouse({
      limits: { attempts: 10, attemptsPerDestination: 4 },
      relay: (entry) =>
        new Promise<RelayOutcome>((resolve) => {
          waiting.push(() => resolve(taken(entry)));
        }),
    });
    let reads = 0;
    const listDue = store.listDue.bind(store);
    store.listDue = (...asked) => {
      reads += 1;
      return listDue(...asked);
    };
    for (let n = 0; n < 150; n++) await store.enqueue();
    relay.start();
    for (let n = 0; n < 150; n++) await store.enqueue();
    while (store.entries.size > 0) {
      waiting.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.deepEqual(
      attempts,
      Array.from({ length: 300 }, (_, at) => at + 1),
    );
    assert.ok(reads < 15, `the queue was read ${reads} times`);
    await relay.stop();
  });

  test('an entry that is held while it waits its turn is not tried', async () => {
    const waiting: (() => void)[] = [];
    const { store, relay, attempts } = relayHouse({
      limits: { attemptsPerDestination: 1 },
      relay: (entry) =>
        new Promise<RelayOutcome>((resolve) => {
          waiting.push(() => resolve(taken(entry)));
        }),
    });
    relay.start();
    for (let n = 0; n < 3; n++) await store.enqueue();
    await store.commit({
      blobs: [],
      contents: [],
      parts: [{ acts: [{ do: 'hold', entry: 2, held: true }] }],
    });
    while (store.entries.size > 1) {
      waiting.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.deepEqual(attempts, [1, 3]);
    await relay.stop();
  });
});
