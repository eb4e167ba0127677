// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ManualTimers, pause, systemTimers } from './timers.ts';

suite('timers', () => {
  test('manual timers fire in order, with those set on the way, and not when called off', () => {
    const timers = new ManualTimers();
    const fired: string[] = [];
    timers.after(20, () => fired.push('b'));
    timers.after(10, () => {
      fired.push('a');
      timers.after(5, () => fired.push('a2'));
    });
    const cancel = timers.after(15, () => fired.push('never'));
    timers.after(31, () => fired.push('late'));
    cancel();
    assert.equal(timers.nextDelayMs, 10);
    timers.advance(30);
    assert.deepEqual(fired, ['a', 'a2', 'b']);
    assert.equal(timers.nextDelayMs, 1);
  });

  test('the machine’s timers fire, are called off, and bear delays beyond 31 bits', async () => {
    let fired = false;
    const cancel = systemTimers.after(1, () => {
      fired = true;
    });
    cancel();
    const cancelLong = systemTimers.after(2 ** 40, () => {
      fired = true;
    });
    const alive = setTimeout(() => {}, 1000);
    await pause(systemTimers, 20);
    clearTimeout(alive);
    cancelLong();
    assert.equal(fired, false);
  });
});
