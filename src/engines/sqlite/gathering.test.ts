// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Gathering, loopOfThread } from './gathering.ts';

/** An event loop as a test wants it. */
function loop() {
  const state = { busy: 1, now: 0 };
  return { state, gathering: new Gathering({ busy: () => state.busy, now: () => state.now }) };
}

test('steps are gathered while the thread is busy, and only then', () => {
  const { state, gathering } = loop();
  assert.equal(gathering.patienceMs(), 0, 'a thread that was not watched is not called busy');
  state.now = 100;
  assert.equal(gathering.patienceMs(), 25);
  state.busy = 0.5;
  state.now = 199;
  assert.equal(gathering.patienceMs(), 25, 'not looked at again yet');
  state.now = 200;
  assert.equal(gathering.patienceMs(), 0);
});

test('the event loop of this thread tells how busy it is', () => {
  const meter = loopOfThread();
  const now = meter.now();
  assert.ok(meter.busy() >= 0 && meter.busy() <= 1);
  assert.ok(meter.now() >= now);
});
