// SPDX-License-Identifier: EUPL-1.2
import type { CommitPoint } from '../../src/platform/commit-points.ts';
import { CrashWorld } from './crash-world.ts';

export interface CrashRunOptions {
  readonly seed: number;
  readonly kills: number;
  /** Kills between two judgements. */
  readonly killsPerRound: number;
  readonly points: readonly CommitPoint[];
  /** After so many rounds the notices of 12 and 24 hours are due to somebody, once more. */
  readonly roundsPerNight?: number;
  readonly tell: (line: string) => void;
}

export interface CrashFigures {
  readonly kills: number;
  readonly killsWhileStarting: number;
  /** How often a process killed itself at each point that was reached. */
  readonly killsAt: ReadonlyMap<CommitPoint, number>;
  /** Messages that senders were told are accepted. */
  readonly accepted: number;
  /** Messages found in mailboxes. */
  readonly found: number;
  /** Visits of readers that went well. */
  readonly visits: number;
}

/** Kills as often as asked, judging after each round. Rejects with the first thing that is wrong. */
export async function crashRun(options: CrashRunOptions): Promise<CrashFigures> {
  const { seed, kills, killsPerRound, points, tell, roundsPerNight = Number.POSITIVE_INFINITY } = options;
  await using world = await CrashWorld.open({ seed, points, tell });
  for (let round = 0; world.kills < kills; round++) {
    if (round % roundsPerNight === 1) {
      await world.night();
      tell('a night is over: all is well');
    }
    await world.round(Math.min(killsPerRound, kills - world.kills));
    const { accepted } = world.ledger;
    tell(
      `${world.kills} kills, ${accepted} messages accepted, ${world.chronicle.messages} found: all is well`,
    );
  }
  for (const provider of world.providers.values()) await provider.stop('asked');
  return figuresOf(world);
}

function figuresOf({ kills, providers, ledger, chronicle, load }: CrashWorld): CrashFigures {
  const killsAt = new Map<CommitPoint, number>();
  let killsWhileStarting = 0;
  for (const provider of providers.values()) {
    killsWhileStarting += provider.killsWhileStarting;
    for (const [point, times] of provider.killsAt) killsAt.set(point, (killsAt.get(point) ?? 0) + times);
  }
  const { accepted } = ledger;
  return { kills, killsWhileStarting, killsAt, accepted, found: chronicle.messages, visits: load.visits };
}
