// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { FixedClock } from '../../platform/clock.ts';
import { Fault } from '../../platform/faults.ts';
import { ManualTimers } from '../../platform/timers.ts';
import { ConnectionLost } from './peer-connection.ts';
import { PeerPool, type PeerPoolLimits } from './peer-pool.ts';

const HOP = { name: 'mx.test', address: '192.0.2.1', port: 25 };

class FakeConnection {
  isOpen = true;
  closed = 0;

  close(): void {
    this.isOpen = false;
    this.closed++;
  }
}

function pooled(options: { limits?: Partial<PeerPoolLimits>; open?: () => Promise<FakeConnection> } = {}) {
  const opened: FakeConnection[] = [];
  const clock = new FixedClock(0);
  const timers = new ManualTimers();
  const pool = new PeerPool<FakeConnection>({
    open: async () => {
      const connection = (await options.open?.()) ?? new FakeConnection();
      opened.push(connection);
      return connection;
    },
    clock,
    timers,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
  const use = <T>(work: (connection: FakeConnection) => Promise<T>, kind = 'ordinary') =>
    pool.use(HOP, { kind, work });
  return { pool, opened, clock, timers, use };
}

/** Work that ends when told to. */
function slow() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { work: () => promise, end: resolve };
}

const lost = (repeatAtOnce: boolean) =>
  new ConnectionLost('closed', { contentSent: !repeatAtOnce, repeatAtOnce, cause: undefined });

suite('peer pool', () => {
  test('a connection is used again, but never for another kind of protection', async () => {
    const { use, opened } = pooled();
    for (let n = 0; n < 3; n++) await use(async () => n);
    assert.equal(opened.length, 1);
    await use(async () => 0, 'certified');
    assert.equal(opened.length, 2);
  });

  test('an unused connection is closed after its time; a used one starts that anew', async () => {
    const { use, opened, timers } = pooled({ limits: { idleMs: 100 } });
    await use(async () => 0);
    timers.advance(99);
    await use(async () => 0);
    timers.advance(99);
    assert.equal(opened[0]?.isOpen, true);
    timers.advance(1);
    assert.equal(opened[0]?.closed, 1);
    assert.equal(timers.nextDelayMs, undefined);
  });

  test('one above the limit waits for a place; one above the waiting is put off', async () => {
    const { use, opened } = pooled({ limits: { perPeer: () => 2, waiting: 1 } });
    const tasks = [slow(), slow(), slow()];
    const under = tasks.map(({ work }) => use(work));
    await assert.rejects(
      use(async () => 0),
      { code: 'peer-busy', temporary: true },
    );
    assert.equal(opened.length, 2);
    for (const { end } of tasks) end();
    await Promise.all(under);
    assert.equal(opened.length, 2);
  });

  test('a kept connection that turns out dead is replaced, once, if nobody is at work on the message', async () => {
    const { use, opened } = pooled();
    await use(async () => 0);
    let turns = 0;
    await use(async () => {
      if (turns++ === 0) throw lost(true);
    });
    assert.equal(opened.length, 2);
    await assert.rejects(
      use(async () => {
        throw lost(true);
      }),
      ConnectionLost,
    );
    assert.equal(opened.length, 3, 'the kept one, then a fresh one, then no further');
  });

  test('a message that may have gone is not sent a second time', async () => {
    const { use, opened } = pooled();
    await use(async () => 0);
    await assert.rejects(
      use(async () => {
        throw lost(false);
      }),
      ConnectionLost,
    );
    assert.equal(opened.length, 1);
    assert.equal(opened[0]?.closed, 1);
  });

  test('a connection the peer has closed is not given out', async () => {
    const { use, opened } = pooled();
    await use(async () => 0);
    const [first] = opened;
    if (first !== undefined) first.isOpen = false;
    await use(async (connection) => assert.notEqual(connection, first));
  });

  test('a machine that is down is left alone for a while, also by those who wait for it', async () => {
    let attempts = 0;
    const fault = new Fault('peer-unreachable', 'no', { temporary: true });
    const { use, clock } = pooled({
      limits: { downMs: 100, perPeer: () => 1 },
      open: async () => {
        attempts++;
        throw fault;
      },
    });
    const both = [use(async () => 0), use(async () => 0)];
    for (const one of both) await assert.rejects(one, fault);
    await assert.rejects(
      use(async () => 0),
      fault,
    );
    assert.equal(attempts, 1);
    clock.advance(100);
    await assert.rejects(
      use(async () => 0),
      fault,
    );
    assert.equal(attempts, 2);
  });

  test('connections are opened a few at a time, and one that is there is used before another is opened', async () => {
    const gates: (() => void)[] = [];
    let opening = 0;
    let most = 0;
    const { use, opened } = pooled({
      limits: { perPeer: () => 10, opening: 2 },
      open: async () => {
        most = Math.max(most, ++opening);
        await new Promise<void>((resolve) => gates.push(resolve));
        opening--;
        return new FakeConnection();
      },
    });
    const under = Array.from({ length: 20 }, () => use(async () => 0));
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(opening, 2);
    gates.shift()?.();
    await Promise.all(under.slice(0, 1));
    while (gates.length > 0) {
      gates.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(under);
    assert.equal(most, 2);
    assert.ok(opened.length <= 4, `${opened.length} connections for work that one does at once`);
  });

  test('a machine that refuses more connections still serves those it has', async () => {
    let openings = 0;
    const fault = new Fault('peer-unreachable', '421 too many', { temporary: true });
    const { use } = pooled({
      open: async () => {
        if (++openings > 1) throw fault;
        return new FakeConnection();
      },
    });
    const first = slow();
    const under = use(first.work);
    await new Promise((resolve) => setImmediate(resolve));
    await assert.rejects(
      use(async () => 0),
      fault,
    );
    const waiting = [use(async () => 1), use(async () => 2)];
    await new Promise((resolve) => setImmediate(resolve));
    first.end();
    await under;
    assert.deepEqual(await Promise.all(waiting), [1, 2]);
    assert.equal(openings, 2);
  });

  test('a connection is closed after so many messages', async () => {
    const { use, opened } = pooled({ limits: { uses: 2 } });
    for (let n = 0; n < 3; n++) await use(async () => 0);
    assert.deepEqual(
      opened.map(({ closed }) => closed),
      [1, 0],
    );
  });

  test('closing closes what is idle, what is in use, and what is being opened', async () => {
    const gate = Promise.withResolvers<void>();
    let turn = 0;
    const { pool, use, opened } = pooled({
      open: async () => {
        if (turn++ === 2) await gate.promise;
        return new FakeConnection();
      },
    });
    const first = slow();
    const second = slow();
    const under = [use(first.work), use(second.work)];
    await new Promise((resolve) => setImmediate(resolve));
    first.end();
    await under[0];
    const kept = use(second.work);
    const opening = use(async () => assert.fail('no work after closing'));
    await new Promise((resolve) => setImmediate(resolve));
    pool.close();
    assert.deepEqual(
      opened.map(({ isOpen }) => isOpen),
      [false, false],
    );
    gate.resolve();
    await assert.rejects(opening, { code: 'peer-unreachable' });
    assert.equal(opened[2]?.isOpen, false);
    second.end();
    await Promise.all([...under, kept]);
  });
});
