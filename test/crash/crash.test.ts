// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { crashRun } from './crash-run.ts';
import { CALM_POINTS, DAY_POINTS } from './deaths.ts';

/** The full run, `npm run crash`, takes any seed, every point and hundreds of kills. */
const SEED = 7;
const KILLS = 5;

suite('two providers under load that are killed', () => {
  test('AP-21 DP-24 IP-28 LOG-1 nothing that was accepted is lost, nothing is done twice, the log is complete', {
    timeout: 240_000,
  }, async (context) => {
    const { kills, accepted, found, visits, killsAt } = await crashRun({
      seed: SEED,
      kills: KILLS,
      killsPerRound: KILLS,
      // The indexer works only when nothing comes for a while, which takes too long here.
      points: DAY_POINTS.filter((point) => !CALM_POINTS.includes(point)),
      tell: (line) => context.diagnostic(line),
    });
    assert.ok(kills >= KILLS);
    assert.ok(accepted >= KILLS && found > accepted && visits > 0, `${accepted} ${found} ${visits}`);
    assert.ok(killsAt.size > 0, 'no process killed itself at a commit point');
  });
});
