// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ManualTimers } from '../../../platform/timers.ts';
import { type News, QuietMoments } from './quiet-moments.ts';

/** A thread that is as busy as told, and work that is done when told. */
function thread() {
  const timers = new ManualTimers();
  const state = { busy: 0, nowMs: 0, done: (): void => undefined };
  const handed: News[] = [];
  const moments = new QuietMoments({
    meter: { busy: () => state.busy, now: () => state.nowMs },
    timers,
    work: (news) => {
      handed.push(news);
      return new Promise((resolve) => {
        state.done = resolve;
      });
    },
  });
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      state.nowMs += 1000;
      timers.advance(1000);
      await Promise.resolve();
    }
  };
  const finish = async () => {
    state.done();
    await new Promise((resolve) => setImmediate(resolve));
  };
  const last = (): News => handed.pop() ?? { came: [], gone: [] };
  return { state, handed, last, moments, timers, pass, finish };
}

describe('what waits for quiet moments', () => {
  test('is handed over together once nothing has come for a while', async () => {
    const { handed, moments, pass } = thread();
    moments.tell(1, 'came');
    await pass(2);
    moments.tell(2, 'gone');
    moments.tell(1, 'gone');
    await pass(2);
    assert.deepEqual(handed, []);
    assert.equal(moments.waitedMs, 4000);
    await pass(1);
    assert.deepEqual(handed, [{ came: [1], gone: [1, 2] }]);
  });

  test('is handed over in a quiet moment even if something comes all the time', async () => {
    const { handed, moments, pass } = thread();
    for (let second = 0; second < 20; second++) {
      assert.deepEqual(handed, []);
      moments.tell(7, 'came');
      await pass(1);
    }
    assert.deepEqual(handed, [{ came: [7], gone: [] }]);
  });

  test('waits while the thread is busy, and goes on when it no longer is', async () => {
    const { state, handed, moments, pass } = thread();
    state.busy = 0.31;
    moments.tell(1, 'came');
    await pass(119);
    assert.deepEqual(handed, []);
    state.busy = 0.3;
    await pass(1);
    assert.deepEqual(handed, [{ came: [1], gone: [] }]);
  });

  test('does not wait for ever: after two minutes it goes on in small doses, oldest first', async () => {
    const { state, handed, last, moments, pass, finish } = thread();
    state.busy = 1;
    for (let mailbox = 1; mailbox <= 300; mailbox++) moments.tell(mailbox, 'came');
    await pass(119);
    assert.deepEqual(handed, []);
    await pass(1);
    assert.deepEqual(handed.pop(), { came: [1, 2, 3, 4, 5], gone: [] }, 'a sixtieth');
    let looks = 1;
    let next = 6;
    while (next <= 300) {
      await finish();
      await pass(1);
      const { came } = last();
      assert.equal(came[0], next);
      assert.ok(came.length >= 4 || next + came.length === 301);
      next += came.length;
      looks += 1;
    }
    assert.ok(looks <= 75, `${looks} looks`);
    await finish();
    assert.equal(moments.waitedMs, 0);
  });

  test('is looked at again after each dose, and nothing is handed over beside one', async () => {
    const { state, handed, moments, pass, finish, timers } = thread();
    for (let mailbox = 0; mailbox < 257; mailbox++) moments.tell(mailbox, 'came');
    await pass(3);
    assert.equal(handed[0]?.came.length, 256);
    moments.tell(500, 'came');
    await pass(30);
    assert.equal(handed.length, 1, 'the first dose is not done');
    assert.equal(moments.waitedMs, 33_000);
    state.busy = 1;
    await finish();
    await pass(60);
    assert.equal(handed.length, 1, 'no quiet moment any more');
    state.busy = 0;
    await pass(1);
    assert.deepEqual(handed[1], { came: [256, 500], gone: [] });
    await finish();
    assert.equal(timers.nextDelayMs, undefined, 'nothing waits, nothing is looked at');
  });

  test('can be taken at once, whatever else there is to do', async () => {
    const { state, handed, moments, pass } = thread();
    state.busy = 1;
    moments.tell(1, 'came');
    moments.tell(2, 'gone');
    assert.deepEqual(moments.take(), { came: [1], gone: [2] });
    assert.equal(moments.waitedMs, 0);
    await pass(200);
    assert.deepEqual(handed, []);
  });
});
