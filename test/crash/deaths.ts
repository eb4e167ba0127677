// SPDX-License-Identifier: EUPL-1.2
import { COMMIT_POINTS, type CommitPoint } from '../../src/platform/commit-points.ts';
import type { Dice } from './dice.ts';

/** How one life of a provider's process ends. */
export type Death =
  /** It kills itself when it passes the point for the nth time. */
  | { readonly how: 'at-point'; readonly point: CommitPoint; readonly times: number }
  /** It is killed so long after its doors opened; with `both` the other provider dies in the same instant. */
  | { readonly how: 'at-work'; readonly afterMs: number; readonly both: boolean }
  /** It is killed so long after its start, most often before it is open: while it recovers. */
  | { readonly how: 'starting'; readonly afterMs: number };

/** Points that are passed only when time jumps, which the nights of a world do. */
export const NIGHT_POINTS: readonly CommitPoint[] = ['notice-signed', 'notice-committed'];
/** Points that are passed once a day, when the log of the day before is closed. */
export const MIDNIGHT_POINTS: readonly CommitPoint[] = ['seal-signed', 'seal-committed'];
/** Points of the indexer, which waits until nothing comes any more. */
export const CALM_POINTS: readonly CommitPoint[] = ['cards-written', 'cards-committed'];

/** All others. */
export const DAY_POINTS: readonly CommitPoint[] = (Object.keys(COMMIT_POINTS) as CommitPoint[]).filter(
  (point) => !NIGHT_POINTS.includes(point) && !MIDNIGHT_POINTS.includes(point),
);
/** Points passed seldom in a life, or once. */
const SELDOM: readonly CommitPoint[] = [
  'store-opened',
  'index-copy-written',
  'spool-begun',
  'blob-synced',
  'blob-named',
  'blob-removing',
  ...CALM_POINTS,
];
const LONGEST_WORK_MS = 1500;
const LONGEST_START_MS = 1500;

/** Gives out deaths: at all points in turn, and between them at instants that chance chooses. */
export class DeathPlan {
  readonly #dice: Dice;
  readonly #points: readonly CommitPoint[];
  #waiting: CommitPoint[] = [];
  #given = 0;

  constructor(dice: Dice, points: readonly CommitPoint[]) {
    this.#dice = dice;
    this.#points = points;
  }

  next(): Death {
    const dice = this.#dice;
    this.#given += 1;
    // Every third at an instant of chance.
    if (this.#given % 3 !== 0) return this.#atPoint();
    if (dice.chance(0.4)) return { how: 'starting', afterMs: dice.between(50, LONGEST_START_MS) };
    return { how: 'at-work', afterMs: dice.between(0, LONGEST_WORK_MS), both: dice.chance(0.4) };
  }

  #atPoint(): Death {
    if (this.#waiting.length === 0) this.#waiting = this.#dice.shuffled(this.#points);
    const [point = 'group-committed'] = this.#waiting.splice(0, 1);
    return { how: 'at-point', point, times: SELDOM.includes(point) ? 1 : this.#dice.between(1, 4) };
  }
}

export function wordsOf(death: Death | undefined): string {
  if (death === undefined) return 'none';
  if (death.how === 'at-point') return `at ${death.point}:${death.times}`;
  return `${death.how} after ${death.afterMs} ms${death.how === 'at-work' && death.both ? ', both' : ''}`;
}
