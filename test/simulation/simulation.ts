// SPDX-License-Identifier: EUPL-1.2
import { createHash, sign } from 'node:crypto';
import { CountingIds } from '../../src/platform/ids.ts';
import { ISSUER_NAMES } from '../../src/trust/authority/authority.ts';
import { CrlCache } from '../../src/trust/signing/crl-cache.ts';
import { MORNING, World } from '../world/world.ts';
import { glance } from './glance.ts';
import { Judge } from './judge.ts';
import { Ledger } from './ledger.ts';
import { LifeCheck } from './life-check.ts';
import { Machine } from './machine.ts';
import { QueueCheck } from './queue-check.ts';
import { Seeded } from './seeded.ts';
import { SimNetwork, type WireTerms } from './sim-network.ts';
import { KNOW_THE_VIRUS, NEW_VIRUS, PROVIDERS, SILENT_DOMAIN, SILENT_PROVIDER } from './town.ts';
import { Traffic } from './traffic.ts';
import { Troubles } from './troubles.ts';
import { judgeTheEnd } from './verdict.ts';
import { MortalTimers, VirtualTime, WrongClock } from './virtual-time.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** After the last message: two days for what ordinary hosts owe, and some hours. */
const REST_MS = 52 * HOUR_MS;

const WIRES: WireTerms = {
  lost: 0.03,
  answerLost: 0.03,
  repeated: 0.02,
  damaged: 0.004,
  refused: 0.006,
  slow: 0.1,
};

export interface SimulationTerms {
  readonly seed: number;
  /** Days of virtual time with traffic. */
  readonly days: number;
  readonly messages: number;
  /** Told of each virtual day that is over. */
  readonly onDay?: (day: number, messages: number) => void;
}

export interface SimulationReport {
  readonly messages: number;
  readonly recipients: number;
  /** What people saw, by kind. */
  readonly seen: ReadonlyMap<string, number>;
  readonly troubles: ReadonlyMap<string, number>;
  readonly mishaps: ReadonlyMap<string, number>;
  /** Rows of the table gone through, all providers together. */
  readonly rows: ReadonlyMap<string, number>;
  readonly events: number;
  readonly commits: number;
  readonly records: number;
  readonly longestQueue: number;
  /** SHA-256 of everything that was recorded, in order: equal seeds, equal traces. */
  readonly trace: string;
}

/** Runs a simulation from beginning to end; rejects at the first thing that is not as the law says. */
export async function simulate(terms: SimulationTerms): Promise<SimulationReport> {
  await using simulation = await Simulation.open(terms);
  return await simulation.run();
}

interface Arrival {
  readonly machine: Machine;
  readonly mailbox: number;
  readonly content: number;
  readonly instant: number;
}

class Simulation implements AsyncDisposable {
  readonly #terms: SimulationTerms;
  readonly #time: VirtualTime;
  readonly #seeded: Seeded;
  readonly #network: SimNetwork;
  readonly #ledger = new Ledger();
  readonly #judge: Judge;
  readonly #machines: Machine[] = [];
  readonly #checks = new Map<string, LifeCheck>();
  readonly #queues: QueueCheck[] = [];
  readonly #arrivals: Arrival[] = [];
  readonly #trace = createHash('sha256');
  #world: World | undefined;
  #events = 0;
  #commits = 0;
  /** Grows with everything that is done: when it stands still, nothing is under way. */
  #activity = 0;

  private constructor(terms: SimulationTerms) {
    this.#terms = terms;
    this.#time = new VirtualTime(MORNING);
    this.#seeded = new Seeded(terms.seed);
    this.#judge = new Judge(this.#ledger);
    this.#network = new SimNetwork({
      time: this.#time,
      seeded: this.#seeded,
      ledger: this.#ledger,
      terms: WIRES,
    });
  }

  static async open(terms: SimulationTerms): Promise<Simulation> {
    const simulation = new Simulation(terms);
    await simulation.#openWorld();
    return simulation;
  }

  async run(): Promise<SimulationReport> {
    const { days, messages } = this.#terms;
    const parts = {
      time: this.#time,
      seeded: this.#seeded,
      ledger: this.#ledger,
      machines: this.#machines,
      network: this.#network,
      world: this.#theWorld(),
    };
    const troubles = new Troubles(parts);
    troubles.plan();
    const traffic = new Traffic(parts);
    const meanMs = (days * DAY_MS) / messages;
    let written = 0;
    const writes = () => {
      if (written >= messages) return;
      written++;
      this.#time.after(this.#seeded.interval(meanMs), writes);
      if (this.#seeded.happens(0.02)) void traffic.outsideWrites().catch((error) => this.#fails(error));
      return traffic.writes();
    };
    this.#time.after(0, writes);
    for (let day = 1; day <= days; day++) {
      await this.#passes(DAY_MS);
      this.#terms.onDay?.(day, this.#ledger.messages.size);
    }
    while (written < messages) await this.#passes(HOUR_MS);
    troubles.end();
    this.#network.calm = true;
    await this.#passes(REST_MS);
    judgeTheEnd({ ledger: this.#ledger, machines: this.#machines, checks: this.#checks });
    return this.#report(troubles);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const machine of this.#machines) if (machine.up) machine.crashes();
    await this.#world?.[Symbol.asyncDispose]();
  }

  async #openWorld(): Promise<void> {
    const timers = new Map<string, MortalTimers>();
    const clocks = new Map<string, WrongClock>();
    const world = await World.open([...PROVIDERS, SILENT_PROVIDER], {
      clock: this.#time.clock,
      network: this.#network,
      ownSurroundings: ({ key }) => {
        const own = { clock: new WrongClock(this.#time), timers: new MortalTimers(this.#time) };
        timers.set(key, own.timers);
        clocks.set(key, own.clock);
        return {
          ...own,
          ids: new CountingIds(key),
          revocation: new CrlCache({
            clock: this.#time.clock,
            fetchUrl: (url) => this.#time.holds(this.#revocationList(url)),
          }),
          // Real signatures, but on this thread: in the pool their order would not be the same in every run.
          signs: (octets, privateKey) => {
            this.#activity++;
            return sign('sha256', octets, privateKey);
          },
        };
      },
    });
    this.#world = world;
    this.#network.hosts.set(SILENT_DOMAIN, undefined);
    this.#network.ordinary.unknown.add('ignoto@posta.test');
    for (const provider of world.providers) {
      const [clock, own] = [clocks.get(provider.key), timers.get(provider.key)];
      if (provider.key === SILENT_PROVIDER.key || clock === undefined || own === undefined) continue;
      const machine = new Machine(provider, { clock, timers: own, time: this.#time });
      for (const domain of provider.terms.domains) this.#network.hosts.set(domain, machine);
      this.#network.machines.set(machine.key, machine);
      this.#machines.push(machine);
      for (const domain of provider.terms.domains.slice(1))
        for (const person of provider.terms.users) await provider.opens(`${person}@${domain}`);
      if (KNOW_THE_VIRUS.has(machine.key)) provider.words.viruses.set(NEW_VIRUS, 'Verme.Nuovo');
      this.#watch(machine);
      machine.starts();
    }
  }

  async #revocationList(url: string): Promise<Buffer> {
    const { crlAvailable, authority } = this.#theWorld();
    const name = ISSUER_NAMES.find((one) => url.endsWith(`/${one}.crl`));
    if (!crlAvailable || name === undefined) throw new Error('no route to host');
    return authority.revocationList(name);
  }

  #watch(machine: Machine): void {
    const check = new LifeCheck(machine);
    const queue = new QueueCheck(machine, { answered: this.#network.answered, ledger: this.#ledger });
    const { kept } = machine.provider;
    check.sequence = kept.lastSequence();
    this.#checks.set(machine.key, check);
    this.#queues.push(queue);
    kept.onCommitted((committed) => {
      this.#activity++;
      this.#commits++;
      try {
        check.sees(committed);
        queue.sees(committed);
      } catch (error) {
        this.#fails(error);
      }
      committed.step.parts.forEach((part, at) => {
        if (committed.outcome.parts[at]?.done !== true) return;
        for (const act of part.acts) {
          if (act.do === 'append') {
            const { mailbox, content } = act;
            this.#arrivals.push({ machine, mailbox, content, instant: machine.clock.now() });
          } else if (act.do === 'record') {
            const { event, identifier, recipient } = act.record;
            this.#trace.update(`${this.#time.now()} ${machine.key} ${event} ${identifier} ${recipient}\n`);
          }
        }
      });
    });
  }

  /** Lets virtual time pass, event by event; what people see is judged after each. */
  async #passes(ms: number): Promise<void> {
    const until = this.#time.now() + ms;
    let nextLook = this.#time.now();
    let nextTidy = this.#time.now() + 6 * HOUR_MS;
    while (this.#time.step(until)) {
      this.#events++;
      await this.#quiet();
      for (const arrival of this.#arrivals.splice(0)) await this.#looksAt(arrival);
      if (this.#time.failure !== undefined) throw this.#time.failure;
      const now = this.#time.now();
      if (now >= nextLook) {
        nextLook = now + MINUTE_MS;
        for (const machine of this.#machines) this.#judge.onTime(machine, now);
      }
      if (now >= nextTidy) {
        nextTidy = now + 6 * HOUR_MS;
        for (const machine of this.#machines) await emptyMailboxes(machine);
      }
    }
  }

  /** Waits until all that an event set going waits for virtual time. */
  async #quiet(): Promise<void> {
    for (let still = 0, before = -1; still < 3; ) {
      await new Promise((resolve) => setImmediate(resolve));
      still = this.#activity === before && this.#time.underWay === 0 ? still + 1 : 0;
      before = this.#activity;
    }
  }

  async #looksAt({ machine, mailbox, content, instant }: Arrival): Promise<void> {
    const { kept } = machine.provider;
    const found = kept.findContent(content);
    if (found === undefined) throw new Error('a message without content');
    const octets = await found.octets.read(0, found.size);
    const owner = kept.getMailbox(mailbox).address;
    this.#judge.sees({ machine, owner, glance: glance(octets), instant });
  }

  #theWorld(): World {
    if (this.#world === undefined) throw new Error('no world');
    return this.#world;
  }

  #fails(error: unknown): void {
    this.#time.failure ??= error;
  }

  #report(troubles: Troubles): SimulationReport {
    const rows = new Map<string, number>();
    let records = 0;
    for (const check of this.#checks.values()) {
      records += check.sequence;
      for (const [name, number] of check.rows) rows.set(name, (rows.get(name) ?? 0) + number);
    }
    const messages = [...this.#ledger.messages.values()];
    return {
      messages: messages.length,
      recipients: messages.reduce((sum, { fates }) => sum + fates.size, 0),
      seen: this.#ledger.seen,
      troubles: troubles.begun,
      mishaps: this.#network.mishaps,
      rows,
      events: this.#events,
      commits: this.#commits,
      records,
      longestQueue: Math.max(...this.#queues.map(({ longest }) => longest)),
      trace: this.#trace.digest('hex'),
    };
  }
}

/** People read their mail and throw it away: the store need not hold a month of it. */
async function emptyMailboxes({ provider }: Machine): Promise<void> {
  const { kept } = provider;
  for (const { id } of kept.listMailboxes()) {
    for (const folder of kept.listFolders(id)) {
      const uids = kept.listMessages(folder.id).map(({ uid }) => uid);
      if (uids.length === 0) continue;
      const act = { do: 'expunge', folder: folder.id, uids } as const;
      await kept.commit({ blobs: [], contents: [], parts: [{ acts: [act] }] });
    }
  }
}
