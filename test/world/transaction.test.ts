// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World } from './world.ts';

test('smoke', async () => {
  await using world = await World.open();
  const anna = world.alfa.user('anna');
  await anna.certifies({ to: ['carla@pec.beta.test'] });
  await world.settles();
  assert.deepEqual(await anna.kinds(), ['accettazione', 'avvenuta-consegna']);
  assert.deepEqual(await world.alfa.service.kinds(), ['presa-in-carico']);
});
