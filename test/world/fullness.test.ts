// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { markPassed } from '../../src/points/delivery/fullness-notice.ts';
import { World } from './world.ts';

for (const [usedBytes, sizeBytes, expected] of [
  [0, 79, undefined],
  [0, 80, 80],
  [79, 1, 80],
  [80, 10, undefined],
  [80, 15, 95],
  [10, 85, 95],
  [95, 5, undefined],
] as const) {
  test(`DP-29 from ${usedBytes} by ${sizeBytes} of 100: mark ${expected}`, () => {
    assert.equal(markPassed({ usedBytes, sizeBytes, quotaBytes: 100 }), expected);
  });
}

test('DP-22 DP-29 a holder is warned once at each mark, then mail is refused and receipts still come', async () => {
  await using world = await World.open(undefined, { engine: 'sqlite' });
  const anna = world.alfa.user('anna');
  // An envelope of a short letter takes about 8 KB.
  const carla = await world.beta.opens('carla', { quotaBytes: 100_000 });
  const subjects = async () =>
    (await carla.messages()).map((seen) => seen.subject).filter((s) => s.startsWith('La casella'));
  for (let sent = 0; sent < 9; sent++) {
    await anna.certifies({ to: [carla.address], text: `${'x'.repeat(60)}\r\n`.repeat(100) });
    await world.settles();
  }
  assert.deepEqual(await subjects(), [
    `La casella ${carla.address} è piena al 80 %`,
    `La casella ${carla.address} è piena al 95 %`,
  ]);
  const failed = (await anna.messages()).filter((seen) => seen.field('X-Ricevuta') === 'errore-consegna');
  assert.ok(failed.length > 0);
  assert.equal(failed[0]?.data.extendedError?.slice(0, 5), '5.2.2');
  await carla.certifies({ to: [anna.address] });
  await world.settles();
  await carla.sees('avvenuta-consegna', anna.address);
});
