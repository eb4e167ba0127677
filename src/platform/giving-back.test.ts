// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GivingBack, type ProcessMemory } from './giving-back.ts';
import { silentJournal } from './journal.ts';
import { ManualTimers } from './timers.ts';

const MEGABYTE = 1024 ** 2;

/** A process of so many megabytes, as busy as one says; letting go takes it down to what is left. */
class PretendedMemory implements ProcessMemory {
  readonly did: string[] = [];
  load = 0;
  megabytes = 200;
  left = 200;

  busy(): number {
    return this.load;
  }

  residentBytes(): number {
    return this.megabytes * MEGABYTE;
  }

  letGo(): void {
    this.did.push('let go');
  }

  async trim(): Promise<void> {
    this.did.push('trim');
    this.megabytes = this.left;
  }
}

async function pass(timers: ManualTimers, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    timers.advance(1000);
    // What a timer began goes on in its own turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function start() {
  const timers = new ManualTimers();
  const memory = new PretendedMemory();
  return { timers, memory, givingBack: new GivingBack(memory, { timers, journal: silentJournal }) };
}

test('memory is given back after half a quiet minute, once all threads had time to let go', async () => {
  const { timers, memory } = start();
  memory.megabytes = 400;
  await pass(timers, 29);
  assert.deepEqual(memory.did, []);
  await pass(timers, 1);
  assert.deepEqual(memory.did, ['let go']);
  await pass(timers, 2);
  assert.deepEqual(memory.did, ['let go', 'trim']);
});

test('nothing is given back while there is something to do', async () => {
  const { timers, memory } = start();
  memory.megabytes = 400;
  memory.load = 0.05;
  await pass(timers, 3600);
  assert.deepEqual(memory.did, []);
  memory.load = 0.04;
  await pass(timers, 20);
  memory.load = 0.05;
  await pass(timers, 10);
  memory.load = 0.04;
  await pass(timers, 20);
  assert.deepEqual(memory.did, [], 'a pause is no rest');
  await pass(timers, 12);
  assert.deepEqual(memory.did, ['let go', 'trim']);
});

test('it is done again only when there is clearly more memory than was left, and not at once', async () => {
  const { timers, memory } = start();
  memory.megabytes = 400;
  await pass(timers, 32);
  memory.did.length = 0;
  memory.megabytes = 229;
  await pass(timers, 3600);
  assert.deepEqual(memory.did, []);
  memory.megabytes = 231;
  await pass(timers, 12);
  assert.deepEqual(memory.did, ['let go', 'trim']);
  memory.megabytes = 300;
  await pass(timers, 59);
  assert.deepEqual(memory.did, ['let go', 'trim']);
  await pass(timers, 1);
  assert.deepEqual(memory.did, ['let go', 'trim', 'let go']);
});

test('what cannot be let go is not tried for again and again', async () => {
  const { timers, memory } = start();
  memory.megabytes = 400;
  memory.left = 400;
  await pass(timers, 3600);
  assert.deepEqual(memory.did, ['let go', 'trim']);
});

test('nothing is done after the end, also when it comes in between', async () => {
  const { timers, memory, givingBack } = start();
  memory.megabytes = 400;
  await pass(timers, 31);
  givingBack[Symbol.dispose]();
  await pass(timers, 3600);
  assert.deepEqual(memory.did, ['let go']);
  assert.equal(timers.nextDelayMs, undefined);
});
