// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World } from './world.ts';

test('AP-2 a mailbox disabled during the session submits no more, and its sender gets no notice', async () => {
  await using world = await World.open();
  const anna = world.alfa.user('anna');
  await world.alfa.opens('anna', { status: 'disabled' });
  const outcome = await anna.sends({ to: ['carla@pec.beta.test'] });
  assert.equal(outcome.outcome, 'refused');
  assert.equal(world.alfa.store.lastSequence(), 0);
  assert.equal(world.alfa.store.listQueue().length, 0);
});
