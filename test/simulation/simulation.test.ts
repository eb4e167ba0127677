// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { simulate } from './simulation.ts';

const DEFAULT_SEED = 20_260_302;

/** CERALACCA_SIMULATION_SEED runs another world; what fails says which. */
function seedOfThisRun(): number {
  return Number(process.env.CERALACCA_SIMULATION_SEED ?? DEFAULT_SEED);
}

suite('four providers in virtual time, with everything going wrong', () => {
  test('AP-36 AP-37 AP-38 AP-39 AP-40 AP-41 AP-42 each recipient has one end, each notice its hour', async (t) => {
    const seed = seedOfThisRun();
    t.diagnostic(`seed ${seed}`);
    const report = await simulate({ seed, days: 4, messages: 500 });
    assert.ok(report.messages > 350, `${report.messages} messages were certified`);
    // Each row of the table that this world can reach was gone through.
    for (const row of [
      'accept',
      'takeChargeArrives',
      'receiptArrives',
      'nonDeliveryArrives',
      'firstDeadlinePasses',
      'secondDeadlinePasses',
      'relayFails',
      'virusNoticeArrives',
      'deliver',
      'fail',
      'findVirus',
    ])
      assert.ok(report.rows.has(row), `${row} never happened`);
  });

  test('the same seed is the same run, another seed another', async () => {
    const [one, same, other] = [7, 7, 8].map((seed) => ({ seed, days: 1, messages: 12 }));
    assert.ok(one && same && other);
    const trace = (await simulate(one)).trace;
    assert.equal((await simulate(same)).trace, trace);
    assert.notEqual((await simulate(other)).trace, trace);
  });
});
