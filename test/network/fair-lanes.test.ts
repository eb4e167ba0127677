// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { PeerPoolLimits } from '../../src/mailroom/queue/peer-pool.ts';
import type { QueueEntry } from '../../src/mailroom/queue/queue-store.ts';
import { Relay, type RelayLimits } from '../../src/mailroom/queue/relay.ts';
import type { Route } from '../../src/mailroom/queue/routes.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { silentJournal } from '../../src/platform/journal.ts';
import { systemTimers } from '../../src/platform/timers.ts';
import { QueueInMemory } from '../queue/queue-in-memory.ts';
import { courierTo } from '../queue/smtp-peers.ts';
import { ScriptedPeer } from '../smtp/scripted-peer.ts';
import { RawPeer } from './raw-peer.ts';

/** Real connections, a real relay, and time-outs that never come within the test. */
async function relayOver(
  routes: Record<string, Route>,
  limits: { readonly relay: Partial<RelayLimits>; readonly pool?: Partial<PeerPoolLimits> },
) {
  const store = new QueueInMemory();
  const courier = courierTo(routes, {
    certifiedCa: '',
    ...(limits.pool === undefined ? {} : { poolLimits: limits.pool }),
  });
  const relayed: string[] = [];
  const relay = new Relay({
    store,
    courier,
    localCourier: courier,
    clock: systemClock,
    timers: systemTimers,
    journal: silentJournal,
    limits: { stopMs: 50, ...limits.relay },
    events: {
      onRelayed: (entry: QueueEntry) => {
        relayed.push(entry.destination);
        return [];
      },
      onRefused: () => [],
      onExpired: () => [],
    },
  });
  const now = systemClock.now();
  const enqueue = (destination: string) =>
    store.enqueue({ destination, certified: false, createdAt: now, expiresAt: now + 3_600_000 });
  const until = async (count: number) => {
    while (relayed.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  const close = async () => {
    courier[Symbol.dispose]();
    await relay.stop();
  };
  return { relay, store, relayed, enqueue, until, [Symbol.asyncDispose]: close };
}

suite('a destination that says nothing', () => {
  test('holds all its places, with a long queue behind it, and delays nobody', async () => {
    await using silent = await RawPeer.open(() => undefined);
    await using good = await ScriptedPeer.open();
    await using house = await relayOver(
      {
        'silent.test': { host: '127.0.0.1', port: silent.port },
        '*': { host: '127.0.0.1', port: good.port },
      },
      { relay: { attempts: 12, attemptsPerOrdinary: 8 } },
    );
    for (let n = 0; n < 300; n++) await house.enqueue('silent.test');
    for (let n = 0; n < 40; n++) await house.enqueue(`good${n % 5}.test`);
    house.relay.start();
    await house.until(40);
    assert.equal(house.relay.underWay.length, 8, 'all its places are held');
    assert.ok(silent.connections <= 4, 'opened a few at a time');
    // What comes later passes as well.
    for (let n = 0; n < 10; n++) await house.enqueue('later.test');
    await house.until(50);
    assert.equal(house.store.listQueue().length, 300);
    assert.ok(house.store.listQueue().every(({ attempts }) => attempts === 0));
  });

  test('and serves a hundred domains: it ties up its share, and is tried without a penalty later', async () => {
    let open = false;
    const held: (() => void)[] = [];
    await using slow = await ScriptedPeer.open((line, peer) => {
      if (line !== 'connect' || open) return undefined;
      held.push(() => peer.dropAll());
      return '';
    });
    await using good = await ScriptedPeer.open();
    const routes: Record<string, Route> = { '*': { host: '127.0.0.1', port: good.port } };
    for (let n = 0; n < 100; n++) routes[`domain${n}.test`] = { host: '127.0.0.1', port: slow.port };
    await using house = await relayOver(routes, {
      relay: { attempts: 20, attemptsPerOrdinary: 8, busyRestMs: 20, retryWaitsMs: [20], lookMs: 20 },
      pool: { perPeer: () => 4, waiting: 4, downMs: 1 },
    });
    for (let n = 0; n < 100; n++) await house.enqueue(`domain${n}.test`);
    for (let n = 0; n < 40; n++) await house.enqueue(`good${n % 5}.test`);
    house.relay.start();
    await house.until(40);
    assert.ok(house.relayed.every((destination) => destination.startsWith('good')));
    const tried = house.store.listQueue().filter(({ attempts }) => attempts > 0);
    assert.deepEqual(tried, [], 'those without a place were not counted as failed');
    open = true;
    slow.dropAll();
    await house.until(140);
    assert.equal(house.store.entries.size, 0);
  });
});
