// SPDX-License-Identifier: EUPL-1.2
// The full crash run: npm run crash -- [--seed N] [--kills N]
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { type CrashFigures, crashRun } from './crash-run.ts';
import { DAY_POINTS, MIDNIGHT_POINTS, NIGHT_POINTS } from './deaths.ts';

const KILLS = 300;
const KILLS_PER_ROUND = 20;
const ROUNDS_PER_NIGHT = 4;
const LARGEST_SEED = 1_000_000;

const { values } = parseArgs({ options: { seed: { type: 'string' }, kills: { type: 'string' } } });
const seed = Number(values.seed ?? randomInt(LARGEST_SEED));
const begun = performance.now();

function tell(line: string): void {
  process.stdout.write(`${((performance.now() - begun) / 1000).toFixed(1).padStart(7)} s  ${line}\n`);
}

function report({ kills, killsWhileStarting, killsAt, accepted, found, visits }: CrashFigures): void {
  tell(`${kills} kills, ${killsWhileStarting} of them before the doors were open`);
  tell(`${accepted} messages accepted, ${found} found in mailboxes, ${visits} visits of readers`);
  for (const [point, times] of [...killsAt].sort()) tell(`  ${point}: ${times}`);
}

tell(`seed ${seed}`);
const figures = await crashRun({
  seed,
  kills: Number(values.kills ?? KILLS),
  killsPerRound: KILLS_PER_ROUND,
  points: DAY_POINTS,
  roundsPerNight: ROUNDS_PER_NIGHT,
  tell,
});
report(figures);
const missed = [...DAY_POINTS, ...NIGHT_POINTS, ...MIDNIGHT_POINTS].filter(
  (point) => !figures.killsAt.has(point),
);
// Fewer kills are no full run.
if (figures.kills >= KILLS) assert.deepEqual(missed, [], 'commit points that were never reached');
