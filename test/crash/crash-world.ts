// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { verifyLog } from '../../src/cli/log.ts';
import { examineStore } from '../../src/composition/store-examination.ts';
import { Demo } from '../../src/demo/demo.ts';
import { type DemoPorts, demoPorts, type ProviderKey } from '../../src/demo/ports.ts';
import { systemClock } from '../../src/platform/clock.ts';
import type { CommitPoint } from '../../src/platform/commit-points.ts';
import { FIRST_NOTICE_MS, SECOND_NOTICE_MS } from '../../src/points/deadlines/deadline-decision.ts';
import { FakeClamd } from '../clamd/fake-clamd.ts';
import { Captured } from '../cli/captured.ts';
import { freePortBase, KEPT_PORT_BASES, temporaryFolder } from '../demo/demo-process.ts';
import { Chronicle } from './chronicle.ts';
import { type Death, DeathPlan, MIDNIGHT_POINTS, NIGHT_POINTS } from './deaths.ts';
import { Dice } from './dice.ts';
import { FastClock, type FastEra } from './fast-time.ts';
import { requireAppended, searchInbox } from './folders-kept.ts';
import { Inspection } from './inspection.ts';
import { Ledger } from './ledger.ts';
import { QUIET, SENDERS } from './letters.ts';
import { Load } from './load.ts';
import { Supervised } from './supervised.ts';
import { judgeLetter } from './verdict.ts';

const KEYS: readonly ProviderKey[] = ['alfa', 'beta'];
/** How long a world under kills, on a machine with other work, may take to come to rest. */
const REST_MS = 120_000;
const LOOK_MS = 150;
const DEATHS_PER_EXAMINATION = 3;
const HOUR_MS = 3_600_000;

export interface CrashWorldOptions {
  /** Decides who dies when and who writes what; the machine decides how far each has come by then. */
  readonly seed: number;
  /** Told of each death. */
  readonly tell: (line: string) => void;
  /** Where processes kill themselves. */
  readonly points: readonly CommitPoint[];
}

/** Two providers in processes that die; everybody else, authority, ordinary host and users, lives here. */
export class CrashWorld implements AsyncDisposable {
  readonly folder: string;
  readonly ledger = new Ledger();
  readonly chronicle = new Chronicle();
  readonly load: Load;
  readonly providers: ReadonlyMap<ProviderKey, Supervised>;
  readonly #demo: Demo;
  readonly #ports: DemoPorts;
  readonly #stack: AsyncDisposableStack;
  #era: FastEra = { beganAt: systemClock.now(), movedMs: 0 };
  readonly #plan: DeathPlan;
  #killsWanted = 0;
  #deaths = 0;
  /** Deaths that come before those of the plan. */
  readonly #nextDeaths = new Map<ProviderKey, Death[]>();
  #failure: unknown;

  static async open({ seed, tell, points }: CrashWorldOptions): Promise<CrashWorld> {
    await using stack = new AsyncDisposableStack();
    const folder = temporaryFolder();
    stack.defer(() => rmSync(folder, { recursive: true, force: true }));
    const portBase = await freePortBase(KEPT_PORT_BASES);
    const clamd = stack.use(await new FakeClamd().starts());
    const demo = stack.use(await Demo.start({ folder, portBase, without: KEYS, clamd: clamd.path }));
    const dice = new Dice(seed);
    const plan = new DeathPlan(dice.another(), points);
    return new CrashWorld({ folder, portBase, demo, clamd, dice, plan, tell, stack: stack.move() });
  }

  private constructor(parts: {
    readonly folder: string;
    readonly portBase: number;
    readonly demo: Demo;
    readonly clamd: FakeClamd;
    readonly dice: Dice;
    readonly plan: DeathPlan;
    readonly tell: (line: string) => void;
    readonly stack: AsyncDisposableStack;
  }) {
    const { folder, demo, clamd, dice, tell, portBase } = parts;
    this.folder = folder;
    this.#demo = demo;
    this.#ports = demoPorts(portBase);
    this.#stack = parts.stack;
    this.#plan = parts.plan;
    const { caFile } = demo.world;
    this.load = new Load({ ports: this.#ports, caFile, ledger: this.ledger, dice: dice.another() });
    const supervised = (key: ProviderKey, other: ProviderKey) =>
      new Supervised({
        name: key,
        folder: join(folder, key),
        era: () => this.#era,
        nextDeath: () => this.#nextDeath(key),
        killOther: () => this.providers.get(other)?.kill(),
        examine: () => this.#examineDead(key),
        calm: (wanted) => this.load.calm(wanted),
        tell,
      });
    this.providers = new Map([
      ['alfa', supervised('alfa', 'beta')],
      ['beta', supervised('beta', 'alfa')],
    ]);
    // The authority keeps up with the time of the providers.
    const time = setInterval(() => {
      this.#moveClock();
      clamd.scanned = [];
    }, 100);
    this.#stack.defer(() => clearInterval(time));
    this.#stack.defer(async () => {
      await this.load.abandon();
      await Promise.allSettled([...this.providers.values()].map((provider) => provider.stop('killed')));
    });
  }

  get kills(): number {
    return [...this.providers.values()].reduce((sum, { kills }) => sum + kills, 0);
  }

  /** Under load the providers die so many times more; then everything comes to rest and is judged. */
  async round(kills: number): Promise<void> {
    this.#killsWanted = this.kills + kills;
    this.load.begin();
    for (const provider of this.providers.values()) {
      // Those that came to rest after the last round die first.
      if (provider.isBegun) provider.kill();
      else this.#start(provider);
    }
    await this.#until('the kills', () => this.kills >= this.#killsWanted);
    await this.#until('safe lives', () => this.#isSafe);
    await this.load.end();
    await this.rests();
    await this.judge();
  }

  /**
   * Somebody never answers: time jumps to the notice of 12 hours, to that of 24, and past the end of the queue
   * entries and midnight. At each notice and each seal of the log the providers die, before it is kept and after.
   */
  async night(): Promise<void> {
    await this.load.sendUnanswered();
    await this.#jump(12.1, NIGHT_POINTS);
    await this.#jump(11.8, NIGHT_POINTS);
    await this.#jump(24.5, MIDNIGHT_POINTS);
    await this.#until('seals', () => KEYS.every((key) => this.#isSealed(key)));
  }

  async #jump(hours: number, points: readonly CommitPoint[]): Promise<void> {
    const kills = this.kills + KEYS.length * (1 + points.length);
    for (const key of KEYS)
      this.#nextDeaths.set(
        key,
        points.map((point) => ({ how: 'at-point', point, times: 1 })),
      );
    const { beganAt, movedMs } = this.#era;
    this.#era = { beganAt, movedMs: movedMs + hours * HOUR_MS };
    this.#moveClock();
    for (const entry of this.ledger.letters.values()) entry.agedHours += hours;
    for (const provider of this.providers.values()) provider.kill();
    await this.#until('the kills of a night', () => this.kills >= kills);
    await this.#until('safe lives', () => this.#isSafe);
    await this.rests();
    await this.#until('notices', () => KEYS.every((key) => this.#owed(key) === 0));
    await this.judge();
  }

  /** Waits until nothing waits in any queue but for those who never answer. */
  async rests(): Promise<void> {
    let quiet = 0;
    await this.#until('rest', () => {
      quiet = this.#isSafe && KEYS.every((key) => this.#waiting(key) === 0) ? quiet + 1 : 0;
      return quiet > 2;
    });
  }

  /** Reads all mailboxes and logs, and judges everything that was ever sent. */
  async judge(): Promise<void> {
    for (const key of KEYS) {
      using inspection = this.#inspect(key);
      await this.chronicle.read(key, inspection, this.ledger);
    }
    requireAppended(this.ledger, this.chronicle);
    for (const { address, maildir } of this.#demo.world.ordinary.mailboxes)
      this.chronicle.readMaildir(address, maildir);
    for (const entry of this.ledger.letters.values()) judgeLetter(entry, this.chronicle);
    const known = new Set([...this.chronicle.accepted.values()].flat());
    for (const identifier of this.chronicle.mail.subjects())
      assert.ok(known.has(identifier), `${identifier} was never sent`);
    for (const key of KEYS) {
      await this.#requireWhole(key);
      await this.#requireLogHolds(key);
      await this.#requireFound(key);
      this.#requireSwept(key);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }

  #start(provider: Supervised): void {
    provider.start().catch((error: unknown) => {
      this.#failure ??= error;
    });
  }

  #nextDeath(key: ProviderKey): Death | undefined {
    const next = this.#nextDeaths.get(key)?.shift();
    if (next !== undefined) return next;
    return this.kills < this.#killsWanted ? this.#plan.next() : undefined;
  }

  #moveClock(): void {
    this.#demo.clock.shiftTo(new FastClock(this.#era).now() - systemClock.now());
  }

  get #isSafe(): boolean {
    return [...this.providers.values()].every(({ isSafe }) => isSafe);
  }

  #inspect(key: ProviderKey): Inspection {
    return new Inspection(join(this.folder, key, 'data'));
  }

  #waiting(key: ProviderKey): number {
    using inspection = this.#inspect(key);
    return inspection.readers.listQueue().filter(({ destination }) => !destination.endsWith('silente.test'))
      .length;
  }

  /** Notices that are due, and entries whose life is over. */
  #owed(key: ProviderKey): number {
    using inspection = this.#inspect(key);
    const { readers } = inspection;
    const now = new FastClock(this.#era).now();
    const silent = readers.listSilent({
      firstBefore: now - FIRST_NOTICE_MS,
      secondBefore: now - SECOND_NOTICE_MS,
      limit: 10,
    });
    return silent.length + readers.listQueue().filter(({ expiresAt }) => expiresAt <= now).length;
  }

  /** What a kill leaves is whole, but for what the next start sweeps; looked at in a copy, now and then. */
  async #examineDead(key: ProviderKey): Promise<void> {
    this.#deaths += 1;
    if (this.#deaths % DEATHS_PER_EXAMINATION !== 0) return;
    const copy = join(this.folder, `${key}-dead`);
    // Sockets are no part of what rests.
    const filter = (path: string): boolean => !path.endsWith('control');
    await cp(join(this.folder, key, 'data'), copy, { recursive: true, filter });
    for await (const finding of examineStore({ folder: copy }))
      assert.ok(finding.passing, `fsck of ${key}, which was killed: ${JSON.stringify(finding)}`);
    await rm(copy, { recursive: true });
  }

  /** What `ceralacca fsck` looks at. */
  async #requireWhole(key: ProviderKey): Promise<void> {
    const folder = join(this.folder, key, 'data');
    for await (const finding of examineStore({ folder }))
      assert.fail(`fsck of ${key}: ${JSON.stringify(finding)}`);
  }

  /** What `ceralacca log verify` looks at. */
  async #requireLogHolds(key: ProviderKey): Promise<void> {
    const captured = new Captured();
    const code = await verifyLog({ config: join(this.folder, key, 'config.yaml') }, captured);
    assert.equal(code, EXIT.good, `log of ${key}: ${captured.stdout.text}${captured.stderr.text}`);
  }

  /** Whether a day of the log has been closed. */
  #isSealed(key: ProviderKey): boolean {
    using inspection = this.#inspect(key);
    return inspection.readers.lastSeal() !== undefined;
  }

  /** The search index knows what the mailbox holds: of messages that hold a certain Message-ID, all and no others. */
  async #requireFound(key: ProviderKey): Promise<void> {
    const { caFile } = this.#demo.world;
    for (const mailbox of [SENDERS[key][0], QUIET[key][0]]) {
      const there = [...this.chronicle.folder(`${mailbox}/INBOX`)];
      const [, last] = there.findLast(([, { identifier }]) => identifier !== undefined) ?? [];
      if (last?.identifier === undefined) continue;
      const found = await searchInbox({ mailbox, caFile, port: this.#ports[key].imaps }, last.identifier);
      const wanted = there.filter(([, { identifier }]) => identifier === last.identifier);
      assert.deepEqual(
        found,
        wanted.map(([uid]) => uid),
        `${mailbox}: found by search`,
      );
    }
  }

  /** What died with its process was swept at the next start. */
  #requireSwept(key: ProviderKey): void {
    const data = join(this.folder, key, 'data');
    assert.deepEqual(readdirSync(join(data, 'spool')), [], `spool files of ${key}`);
    const files = readdirSync(join(data, 'store', 'blobs'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => name);
    using inspection = this.#inspect(key);
    const kept = inspection.database
      .prepare<{ id: number; sha256: Uint8Array }>('SELECT id, sha256 FROM blobs WHERE isFile = 1')
      .all()
      .map(({ id, sha256 }) => `${Buffer.from(sha256).toString('hex')}.${id}`);
    assert.deepEqual(files.sort(), kept.sort(), `files of large blobs of ${key}`);
    assert.ok(!existsSync(join(data, 'index-last-good.p7m.new')), 'half of a provider index');
  }

  #unfinished(): string {
    const now = new FastClock(this.#era).now();
    const waiting = KEYS.flatMap((key) => {
      using inspection = this.#inspect(key);
      return inspection.readers.listQueue().map((entry) => {
        const { destination, kind, attempts, notBefore, held, lastError } = entry;
        return { at: key, destination, kind, attempts, inMs: notBefore - now, held, lastError };
      });
    });
    return JSON.stringify(waiting);
  }

  async #until(what: string, holds: () => boolean): Promise<void> {
    const end = performance.now() + REST_MS;
    while (!holds()) {
      if (this.#failure !== undefined) throw this.#failure;
      this.load.requireUndisturbed();
      if (performance.now() > end) assert.fail(`waited in vain for ${what}: ${this.#unfinished()}`);
      await pause(LOOK_MS);
    }
  }
}
