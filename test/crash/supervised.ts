// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { CommitPoint } from '../../src/platform/commit-points.ts';
import { CALM_POINTS, type Death, wordsOf } from './deaths.ts';
import type { FastEra } from './fast-time.ts';
import { type LifeEnd, ProviderLife } from './provider-life.ts';

/** A point that is not reached within this time of work is left for another life. */
const PATIENCE_MS = 6000;

export interface SupervisedOptions {
  readonly name: string;
  /** The provider's folder: `config.yaml` and `data`. */
  readonly folder: string;
  readonly era: () => FastEra;
  /** How the next life is to end; undefined when it is to go on. */
  readonly nextDeath: () => Death | undefined;
  /** The other provider dies too. */
  readonly killOther: () => void;
  /** For points that are passed only when nothing comes. */
  readonly calm: (wanted: boolean) => void;
  /** Looks at what a death left, before the next life begins. */
  readonly examine: () => Promise<void>;
  readonly tell: (line: string) => void;
}

/** A provider that is started again as often as it dies. */
export class Supervised {
  readonly #options: SupervisedOptions;
  #life: ProviderLife | undefined;
  #death: Death | undefined;
  #over = false;
  #running: Promise<void> | undefined;
  /** Lives ended by a kill. */
  kills = 0;
  /** Those of them that ended before the doors were open. */
  killsWhileStarting = 0;
  readonly killsAt = new Map<CommitPoint, number>();

  constructor(options: SupervisedOptions) {
    this.#options = options;
  }

  /** Whether it works and nothing is planned against it. */
  get isSafe(): boolean {
    return this.#life?.isOpen === true && this.#death === undefined;
  }

  get isBegun(): boolean {
    return this.#running !== undefined;
  }

  get data(): string {
    return join(this.#options.folder, 'data');
  }

  /** Lives and dies until `stop`; rejects when a process ends by itself. */
  start(): Promise<void> {
    this.#over = false;
    this.#running = this.#live();
    return this.#running;
  }

  kill(): void {
    this.#life?.kill();
  }

  /** Ends the last life: as an operator does, or with a kill. */
  async stop(how: 'asked' | 'killed'): Promise<void> {
    this.#over = true;
    if (how === 'killed') this.kill();
    else {
      const end = await this.#life?.stop();
      assert.equal(end?.code, 0, `${this.#options.name} did not stop well: ${end?.stderr}`);
    }
    await this.#running;
  }

  async #live(): Promise<void> {
    const { name, era, folder, nextDeath, tell, calm, examine } = this.#options;
    while (!this.#over) {
      const death = nextDeath();
      if (isAt(death, 'index-copy-written')) rmSync(join(this.data, 'index-last-good.p7m'), { force: true });
      const life = new ProviderLife({
        config: join(folder, 'config.yaml'),
        era: era(),
        codeFolder: join(folder, '..', 'compiled'),
        ...(death?.how === 'at-point' && { crashAt: death }),
      });
      this.#death = death;
      this.#life = life;
      const calmly = death?.how === 'at-point' && CALM_POINTS.includes(death.point);
      if (calmly) calm(true);
      const end = await this.#endOf(life, death);
      if (calmly) calm(false);
      if (this.#over) return;
      assert.equal(end.signal, 'SIGKILL', `${name} ended by itself (${end.code}): ${end.stderr}`);
      this.#count(end);
      const vain = death?.how === 'at-point' && end.point === undefined ? 'in vain ' : '';
      tell(`${name} died (${vain}${wordsOf(death)}${end.opened ? '' : ', not open yet'})`);
      await examine();
    }
  }

  async #endOf(life: ProviderLife, death: Death | undefined): Promise<LifeEnd> {
    if (death === undefined) return life.ended;
    if (death.how === 'starting') await Promise.race([life.ended, pause(death.afterMs)]);
    else {
      await life.whenOpen;
      const waitMs = death.how === 'at-point' ? PATIENCE_MS : death.afterMs;
      await Promise.race([life.ended, pause(waitMs)]);
      if (death.how === 'at-work' && death.both) this.#options.killOther();
    }
    life.kill();
    return life.ended;
  }

  #count({ opened, point }: LifeEnd): void {
    this.kills += 1;
    if (!opened) this.killsWhileStarting += 1;
    if (point !== undefined) this.killsAt.set(point, (this.killsAt.get(point) ?? 0) + 1);
  }
}

function isAt(death: Death | undefined, point: CommitPoint): boolean {
  return death?.how === 'at-point' && death.point === point;
}
