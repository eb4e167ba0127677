// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Gathering, loopOfThread } from './gathering.ts';

/** An event loop as a test wants it. */
function loop() {
  const state = { busy: 1, events: 0, now: 0 };
  const meter = { busy: () => state.busy, events: () => state.events, now: () => state.now };
  return { state, gathering: new Gathering(meter) };
}

test('steps are gathered while the thread is busy, and only then', () => {
  const { state, gathering } = loop();
  assert.equal(gathering.begins(), false, 'a thread that was not watched is not called busy');
  state.now = 100;
  assert.equal(gathering.begins(), true);
  state.busy = 0.5;
  state.now = 199;
  assert.equal(gathering.begins(), true, 'not looked at again yet');
  state.now = 200;
  assert.equal(gathering.begins(), false);
});

test('as soon as nothing else happens, those that wait are handed over', () => {
  const { state, gathering } = loop();
  state.now = 100;
  gathering.begins();
  for (let turn = 0; turn < 5; turn++) {
    state.events += 1;
    assert.equal(gathering.goesOn(1), true);
  }
  assert.equal(gathering.goesOn(1), false);
  assert.equal(gathering.begins(), false, 'not again before it was watched anew');
  state.now += 100;
  assert.equal(gathering.begins(), true);
});

test('so many steps are enough, and so much time', () => {
  const { state, gathering } = loop();
  state.now = 100;
  gathering.begins();
  const turn = (gathered: number) => {
    state.events += 1;
    return gathering.goesOn(gathered);
  };
  assert.deepEqual([turn(15), turn(16)], [true, false]);
  gathering.begins();
  state.now = 115;
  assert.equal(turn(1), true);
  state.now = 116;
  assert.equal(turn(1), false);
});

test('the event loop of this thread counts what happens, and is idle when nothing does', async () => {
  const meter = loopOfThread();
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const { MessageChannel } = await import('node:worker_threads');
  const { port1, port2 } = new MessageChannel();
  const heard = new Promise((resolve) => port2.once('message', resolve));
  await turn();
  const before = meter.events();
  port1.postMessage('something');
  await heard;
  await turn();
  assert.ok(meter.events() > before);
  port1.close();
  assert.ok(meter.busy() >= 0 && meter.busy() <= 1);
});
