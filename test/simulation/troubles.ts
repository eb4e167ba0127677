// SPDX-License-Identifier: EUPL-1.2
import { DEFAULT_FOLDERS } from '../../src/mailroom/mailboxes/folders.ts';
import { losesTheAnswer, refuses } from '../world/faulty-store.ts';
import type { World } from '../world/world.ts';
import { FULL_BYTES } from './life-check.ts';
import type { Machine } from './machine.ts';
import type { Seeded } from './seeded.ts';
import type { SimNetwork } from './sim-network.ts';
import { MOVING_DOMAIN, PEOPLE } from './town.ts';
import type { VirtualTime } from './virtual-time.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export interface TroubleParts {
  readonly time: VirtualTime;
  readonly seeded: Seeded;
  readonly world: World;
  readonly network: SimNetwork;
  readonly machines: readonly Machine[];
}

/** Everything that goes wrong with the providers, and when it ends. */
export class Troubles {
  /** How often each kind began. */
  readonly begun = new Map<string, number>();
  readonly #parts: TroubleParts;
  #over = false;

  constructor(parts: TroubleParts) {
    this.#parts = parts;
  }

  plan(): void {
    this.#every('outage', 6 * HOUR_MS, (machine) => this.#down(machine, this.#duration()));
    this.#every('restart', 8 * HOUR_MS, (machine) => this.#down(machine, this.#seconds(60)));
    this.#every('killed-before-commit', 4 * HOUR_MS, (machine) => this.#killed(machine, false));
    this.#every('killed-after-commit', 4 * HOUR_MS, (machine) => this.#killed(machine, true));
    this.#every('line-cut', 6 * HOUR_MS, (machine) => this.#cut(machine));
    this.#every('store-refuses', 8 * HOUR_MS, (machine) =>
      this.#storeFails(machine, { mishap: refuses, ms: this.#minutes(90) }),
    );
    this.#every('store-loses-answers', 8 * HOUR_MS, (machine) =>
      this.#storeFails(machine, { mishap: losesTheAnswer, ms: this.#minutes(2) }),
    );
    this.#every('key-fails', 12 * HOUR_MS, (machine) => this.#keyFails(machine));
    this.#every('clock-jumps', 8 * HOUR_MS, (machine) => this.#clockJumps(machine));
    this.#every('lists-unavailable', 36 * HOUR_MS, () => this.#noLists());
    this.#every('mailbox-changes', HOUR_MS, (machine) => this.#mailboxChanges(machine));
    this.#every('domain-moves', 4 * DAY_MS, () => this.#domainMoves());
  }

  /** Everything works again. */
  end(): void {
    const { machines, network, world } = this.#parts;
    this.#over = true;
    network.cut.clear();
    world.crlAvailable = true;
    for (const machine of machines) {
      machine.provider.faults.during = undefined;
      machine.provider.keyWorks = true;
      machine.clock.offsetMs = 0;
      for (const trouble of ['store', 'key', 'clock']) machine.suffers(trouble, false);
      if (!machine.up) machine.starts();
    }
  }

  #every(name: string, meanMs: number, begin: (machine: Machine) => void | Promise<void>): void {
    const { time, seeded, machines } = this.#parts;
    time.after(seeded.interval(meanMs), () => {
      if (this.#over) return;
      this.#every(name, meanMs, begin);
      this.begun.set(name, (this.begun.get(name) ?? 0) + 1);
      return begin(seeded.pick(machines));
    });
  }

  #down(machine: Machine, ms: number): void {
    if (!machine.up) return;
    machine.crashes();
    this.#startsAfter(machine, ms);
  }

  #startsAfter(machine: Machine, ms: number): void {
    this.#parts.time.after(ms, () => {
      if (!machine.up) machine.starts();
    });
  }

  #killed(machine: Machine, kept: boolean): void {
    if (machine.up) machine.diesAtNextCommit(kept, () => this.#startsAfter(machine, this.#minutes(10)));
  }

  /** One direction only: what is taken there is not heard of here. */
  #cut(machine: Machine): void {
    const { seeded, machines, network, time } = this.#parts;
    const line = `${machine.key} ${seeded.pick(machines).key}`;
    if (network.cut.has(line)) return;
    network.cut.add(line);
    time.after(this.#duration(), () => {
      network.cut.delete(line);
    });
  }

  #storeFails(machine: Machine, how: { readonly mishap: typeof refuses; readonly ms: number }): void {
    const { faults } = machine.provider;
    if (!machine.up || faults.during !== undefined) return;
    faults.during = how.mishap;
    machine.suffers('store', true);
    this.#parts.time.after(how.ms, () => {
      faults.during = undefined;
      if (machine.provider.faults === faults) machine.suffers('store', false);
    });
  }

  #keyFails(machine: Machine): void {
    if (!machine.provider.keyWorks) return;
    machine.provider.keyWorks = false;
    machine.suffers('key', true);
    this.#parts.time.after(this.#minutes(120), () => {
      machine.provider.keyWorks = true;
      machine.suffers('key', false);
    });
  }

  /** Mostly by little; at times by hours, forth or back. */
  #clockJumps(machine: Machine): void {
    const { seeded, time } = this.#parts;
    if (machine.clock.offsetMs !== 0) return;
    const most = seeded.happens(0.3) ? 3 * HOUR_MS : 4 * MINUTE_MS;
    machine.clock.offsetMs = seeded.between(-most, most);
    machine.suffers('clock', true);
    time.after(this.#minutes(180), () => {
      machine.clock.offsetMs = 0;
      machine.suffers('clock', false);
    });
  }

  #noLists(): void {
    const { world, time } = this.#parts;
    world.crlAvailable = false;
    time.after(this.#minutes(180), () => {
      world.crlAvailable = true;
    });
  }

  /** Disabled, full, or in order again. */
  async #mailboxChanges(machine: Machine): Promise<void> {
    const { seeded } = this.#parts;
    const address = `${seeded.pick(PEOPLE)}@${machine.provider.domain}`;
    const what = seeded.pick(['disabled', 'full', 'open', 'open', 'open', 'open', 'open', 'open'] as const);
    const { id: _, ...mailbox } = machine.provider.kept.findMailbox(address) ?? { id: 0 };
    if (!('address' in mailbox)) return;
    await putMailbox(machine, {
      ...mailbox,
      status: what === 'disabled' ? 'disabled' : 'active',
      quotaBytes: what === 'full' ? FULL_BYTES : 1_000_000_000,
    });
  }

  /** The index, the DNS and both providers' configurations change; the mailboxes begin empty. */
  async #domainMoves(): Promise<void> {
    const { network, machines, world, time } = this.#parts;
    const from = network.hosts.get(MOVING_DOMAIN);
    const to = machines.find(({ key }) => key === (from?.key === 'gamma' ? 'delta' : 'gamma'));
    if (from === undefined || to === undefined) return;
    for (const person of PEOPLE)
      await putMailbox(to, {
        address: `${person}@${MOVING_DOMAIN}`,
        holder: person,
        status: 'active',
        role: 'user',
        quotaBytes: 1_000_000_000,
        filesReceipts: false,
      });
    network.hosts.set(MOVING_DOMAIN, to);
    await time.holds(
      world.publishes(({ key, domain }) => (key === to.key ? [domain, MOVING_DOMAIN] : [domain])),
    );
    for (const machine of [from, to]) {
      if (machine.up) machine.crashes();
      const { domain } = machine.provider;
      machine.starts({ domains: machine === to ? [domain, MOVING_DOMAIN] : [domain] });
    }
  }

  /** Minutes mostly, hours often, more than a day at times. */
  #duration(): number {
    const { seeded } = this.#parts;
    const length = seeded.unit();
    if (length < 0.6) return this.#minutes(60);
    return length < 0.88 ? seeded.between(HOUR_MS, 13 * HOUR_MS) : seeded.between(13 * HOUR_MS, 26 * HOUR_MS);
  }

  #minutes(most: number): number {
    return this.#parts.seeded.between(MINUTE_MS, most * MINUTE_MS);
  }

  #seconds(most: number): number {
    return this.#parts.seeded.between(0, most * 1000);
  }
}

type Mailbox = Parameters<Machine['provider']['opens']>[1] & object;

async function putMailbox(
  { provider }: Machine,
  mailbox: Required<Pick<Mailbox, 'address' | 'holder' | 'status' | 'role' | 'quotaBytes' | 'filesReceipts'>>,
): Promise<void> {
  const act = { do: 'put-mailbox', mailbox, folders: DEFAULT_FOLDERS } as const;
  await provider.kept.commit({ blobs: [], contents: [], parts: [{ acts: [act] }] });
}
