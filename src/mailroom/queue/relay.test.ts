// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { HOUR, mark, relayHouse, taken, unreachable } from '../../../test/queue/relay-house.ts';
import { Fault } from '../../platform/faults.ts';
import { type RelayOutcome, refuseAll } from './courier.ts';
import { LocalCourier } from './local-courier.ts';

suite('relay', () => {
  test('what is enqueued is relayed at once, and settled in one step with what follows', async () => {
    const { store, relay, told } = relayHouse();
    relay.start();
    await store.enqueue({ forwardPaths: ['b@beta.test', 'c@beta.test'] });
    await relay.whenIdle();
    assert.deepEqual(told, ['relayed b@beta.test c@beta.test: 250 2.0.0 ok']);
    assert.equal(store.entries.size, 0);
    const step = store.steps.at(-1);
    assert.deepEqual(
      step?.parts.map(({ acts, onlyIf }) => [acts.map((act) => act.do), onlyIf?.map(({ is }) => is)]),
      [
        [['subscribe'], ['queued']],
        [['settle'], undefined],
      ],
    );
    await relay.stop();
  });

  test('what waited before the start is relayed too: a restart loses nothing', async () => {
    const { store, relay } = relayHouse();
    await store.enqueue();
    await store.enqueue({ destination: 'gamma.test' });
    relay.start();
    await relay.whenIdle();
    assert.equal(store.entries.size, 0);
    await relay.stop();
  });

  test('an attempt without answer is repeated with growing waits', async () => {
    let up = false;
    const { store, relay, attempts, pass } = relayHouse({
      relay: async (entry) => (up ? taken(entry) : Promise.reject(unreachable)),
    });
    relay.start();
    const id = await store.enqueue();
    await relay.whenIdle();
    assert.equal(store.entries.get(id)?.lastError, 'nobody there');
    await pass(999);
    assert.equal(attempts.length, 1);
    await pass(1);
    assert.equal(attempts.length, 2);
    await pass(1999);
    assert.equal(attempts.length, 2);
    up = true;
    await pass(1);
    assert.equal(store.entries.size, 0);
    await relay.stop();
  });

  test('recipients refused for good leave, those put off stay, in one step', async () => {
    const { store, relay, told } = relayHouse({
      relay: async (entry) => ({
        accepted: ['a@beta.test'],
        refused: [
          ...refuseAll({ forwardPaths: ['b@beta.test'] }, { code: 550, enhanced: '5.1.1', text: 'no' }),
          ...refuseAll({ forwardPaths: ['c@beta.test'] }, { code: 450, text: 'later' }),
        ],
        ...(entry.id > 0 ? { reply: '250 ok' } : {}),
      }),
    });
    relay.start();
    const id = await store.enqueue({ forwardPaths: ['a@beta.test', 'b@beta.test', 'c@beta.test'] });
    await relay.whenIdle();
    assert.deepEqual(told, ['relayed a@beta.test: 250 ok', 'refused b@beta.test unknown-mailbox']);
    assert.deepEqual(store.entries.get(id)?.forwardPaths, ['c@beta.test']);
    assert.equal(store.entries.get(id)?.notBefore, 1000);
    assert.equal(store.steps.length, 2, 'the enqueuing and the result');
    await relay.stop();
  });

  test('AP-33 AP-34 after 24 hours an entry is given up, without a further attempt', async () => {
    const { store, relay, told, attempts, pass } = relayHouse({ relay: () => Promise.reject(unreachable) });
    relay.start();
    await store.enqueue({ forwardPaths: ['b@beta.test', 'c@beta.test'] });
    for (let hour = 0; hour < 24; hour++) await pass(HOUR - (hour === 23 ? 1 : 0));
    assert.equal(store.entries.size, 1);
    assert.deepEqual(told, []);
    const before = attempts.length;
    await pass(1);
    assert.deepEqual(told, ['expired b@beta.test c@beta.test']);
    assert.equal(attempts.length, before);
    assert.equal(store.entries.size, 0);
    await relay.stop();
  });

  test('a clock that is moved is noticed on waking', async () => {
    const { store, clock, relay, told } = relayHouse({ relay: () => Promise.reject(unreachable) });
    relay.start();
    await store.enqueue();
    await relay.whenIdle();
    clock.advance(25 * HOUR);
    relay.wake();
    await relay.whenIdle();
    assert.deepEqual(told, ['expired b@beta.test']);
    await relay.stop();
  });

  test('a destination that never answers takes its few places and delays nobody', async () => {
    const never = new Promise<RelayOutcome>(() => {});
    const { store, relay, attempts } = relayHouse({
      limits: { attempts: 10, attemptsPerDestination: 3 },
      relay: async (entry) => (entry.destination === 'dead.test' ? never : taken(entry)),
    });
    for (let n = 0; n < 100; n++) await store.enqueue({ destination: 'dead.test' });
    const others = [
      await store.enqueue({ destination: 'a.test' }),
      await store.enqueue({ destination: 'b.test' }),
    ];
    relay.start();
    while (store.entries.size > 100) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(attempts.slice(0, 3), [1, 2, 3]);
    assert.deepEqual(attempts.slice(3), others);
    // And what is enqueued for others later starts at once as well.
    await store.enqueue({ destination: 'c.test' });
    while (store.entries.size > 100) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(attempts.length, 6);
  });

  test('no more attempts at the same time than the limits say, and all get their turn', async () => {
    let underWay = 0;
    let most = 0;
    const { store, relay } = relayHouse({
      limits: { attempts: 4, attemptsPerDestination: 2 },
      relay: async (entry) => {
        most = Math.max(most, ++underWay);
        await new Promise((resolve) => setImmediate(resolve));
        underWay--;
        return taken(entry);
      },
    });
    for (let n = 0; n < 60; n++) await store.enqueue({ destination: `d${n % 5}.test` });
    relay.start();
    await relay.whenIdle();
    assert.equal(most, 4);
    assert.equal(store.entries.size, 0);
    await relay.stop();
  });

  test('what stays in the house goes by the local courier, with its own limit', async () => {
    const seen: string[] = [];
    const replies = [
      { outcome: 'taken' },
      { outcome: 'refused', code: 550, enhanced: '5.1.1', text: 'no' },
      { outcome: 'try-later', text: 'not now' },
    ] as const;
    let turn = 0;
    const localCourier = new LocalCourier({
      receive: async (entry, content) => {
        seen.push(`${entry.destination} ${content.size}`);
        return replies[turn++] ?? assert.fail();
      },
    });
    const { store, relay, told, attempts } = relayHouse({ localCourier });
    relay.start();
    for (let n = 0; n < 3; n++) {
      await store.enqueue({ destination: 'local' });
      await relay.whenIdle();
    }
    assert.deepEqual(seen, ['local 24', 'local 24', 'local 24']);
    assert.deepEqual(attempts, []);
    assert.deepEqual(told, [
      'relayed b@beta.test: 250 2.0.0 taken in process',
      'refused b@beta.test unknown-mailbox',
    ]);
    assert.equal([...store.entries.values()][0]?.lastError, '451 4.3.0 not now');
    await relay.stop();
  });

  test('a store that does not commit is asked again; the message is not sent again', async () => {
    const { store, relay, attempts, timers } = relayHouse({ limits: { storeWaitMs: 100 } });
    relay.start();
    await store.enqueue();
    store.refusals = 2;
    for (const wait of [100, 200]) {
      while (timers.nextDelayMs !== wait) await new Promise((resolve) => setImmediate(resolve));
      timers.advance(wait);
    }
    await relay.whenIdle();
    assert.deepEqual(attempts, [1]);
    assert.equal(store.entries.size, 0);
    await relay.stop();
  });

  test('stopping waits for what is under way, does not wait for a dead store, and takes nothing new', async () => {
    let finish: (outcome: RelayOutcome) => void = () => {};
    const { store, relay, attempts } = relayHouse({
      relay: () =>
        new Promise((resolve) => {
          finish = resolve;
        }),
    });
    relay.start();
    const id = await store.enqueue();
    while (attempts.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const stopping = relay.stop();
    await store.enqueue();
    store.refusals = 100;
    finish(taken(store.entries.get(id) ?? assert.fail()));
    await stopping;
    assert.deepEqual(attempts, [1]);
    assert.equal(store.entries.size, 2, 'the first is tried again after the restart');
  });

  test('stopping does not wait for a peer that never answers', async () => {
    const { store, relay, attempts, timers } = relayHouse({
      relay: () => new Promise(() => {}),
      limits: { stopMs: 50 },
    });
    relay.start();
    await store.enqueue();
    while (attempts.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const stopping = relay.stop();
    timers.advance(50);
    await stopping;
    assert.equal(store.entries.size, 1);
  });

  test('a fate that cannot be told yet is told later: the entry stays', async () => {
    let signer = false;
    const { store, relay, told, pass } = relayHouse({
      relay: async (entry) => ({ accepted: [], refused: refuseAll(entry, { code: 550, text: 'no' }) }),
      events: {
        onRefused: () =>
          signer ? mark('refused') : Promise.reject(new Fault('signer', 'down', { temporary: true })),
        onExpired: () =>
          signer ? mark('expired') : Promise.reject(new Fault('signer', 'down', { temporary: true })),
      },
    });
    relay.start();
    const refused = await store.enqueue();
    const expired = await store.enqueue({ expiresAt: 0 });
    await relay.whenIdle();
    assert.equal(store.entries.get(refused)?.lastError, 'down');
    assert.equal(store.entries.get(expired)?.lastError, 'down');
    signer = true;
    await pass(1000);
    assert.equal(store.entries.size, 0);
    assert.deepEqual(told, []);
    await relay.stop();
  });

  test('a relay that cannot be recorded is held for the operator, not sent again', async () => {
    const { store, relay, attempts, pass } = relayHouse({
      events: {
        onRelayed: () => {
          throw new Error('impossible');
        },
      },
    });
    relay.start();
    const id = await store.enqueue();
    await pass(HOUR);
    assert.deepEqual(attempts, [id]);
    assert.equal(store.entries.get(id)?.held, true);
    await relay.stop();
  });

  test('an entry whose content is gone is held; one released is tried at once', async () => {
    const { store, relay, attempts } = relayHouse();
    relay.start();
    const id = await store.enqueue({ content: 1001 });
    await relay.whenIdle();
    assert.equal(store.entries.get(id)?.held, true);
    store.entries.set(id, { ...(store.entries.get(id) ?? assert.fail()), content: 1 });
    await store.commit({
      blobs: [],
      contents: [],
      parts: [{ acts: [{ do: 'hold', entry: id, held: false }] }],
    });
    await relay.whenIdle();
    assert.deepEqual(attempts, [id]);
    assert.equal(store.entries.size, 0);
    await relay.stop();
  });

  test('a courier that breaks down is no reason to lose the message', async () => {
    const { store, relay } = relayHouse({
      relay: () => Promise.reject(new TypeError('undefined is not a host')),
    });
    relay.start();
    const id = await store.enqueue();
    await relay.whenIdle();
    assert.equal(store.entries.get(id)?.attempts, 1);
    assert.equal(store.entries.get(id)?.held, false);
    await relay.stop();
  });
});
