// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fault } from '../../src/platform/faults.ts';
import { World } from './world.ts';

const HOUR_MS = 3_600_000;

const heldBack = (error: unknown) =>
  error instanceof Fault && error.code === 'certification-held' && error.temporary;

test('TIME-2: while certification is held nothing is accepted and nothing taken in, and nothing is written', async () => {
  await using world = await World.open();
  const { alfa, beta } = world;
  const anna = alfa.user('anna');
  const id = await anna.certifies({ to: ['carla@pec.beta.test'] });
  beta.held = 'wrong';
  const before = beta.store.lastSequence();
  const [entry] = alfa.store.listQueue();
  assert.ok(entry);
  const content = alfa.store.findContent(entry.content);
  assert.ok(content);
  const envelope = await content.octets.read(0, content.size);
  await assert.rejects(
    beta.receives(envelope, { from: anna.address, to: ['carla@pec.beta.test'] }),
    heldBack,
  );
  await assert.rejects(beta.user('carla').sends({ to: [anna.address] }), heldBack);
  assert.equal(beta.store.lastSequence(), before);
  // The sender's provider keeps it, and it goes on when the clock is right again.
  await world.settles();
  assert.equal(alfa.store.listQueue().length, 1);
  beta.held = undefined;
  await world.passes(HOUR_MS);
  assert.ok(
    alfa.story(id).some((line) => line.startsWith('notification-received')),
    alfa.story(id).join(),
  );
});

test('TIME-2: a clock that runs ahead by a day makes no notices and gives nothing up while it is held', async () => {
  await using world = await World.open();
  const { alfa } = world;
  const anna = alfa.user('anna');
  world.network.unreachable.add('pec.beta.test');
  const id = await anna.certifies({ to: ['carla@pec.beta.test'] });
  await world.settles();
  const [waiting] = alfa.store.listQueue();
  const told = alfa.story(id);
  alfa.held = 'jumped';
  world.clock.advance(30 * HOUR_MS);
  await assert.rejects(alfa.house.deadlines.look(), heldBack);
  await using relay = alfa.newRelay({});
  relay.start();
  await relay.whenIdle();
  await relay.stop();
  assert.deepEqual(alfa.story(id), told);
  assert.deepEqual(alfa.store.listQueue(), [waiting]);
  // Set right again, everything is as if nothing had happened.
  world.clock.advance(-30 * HOUR_MS);
  alfa.held = undefined;
  world.network.unreachable.clear();
  await world.passes(HOUR_MS);
  assert.ok(
    alfa.story(id).some((line) => line.startsWith('notification-received')),
    alfa.story(id).join(),
  );
});
