// SPDX-License-Identifier: EUPL-1.2
import type { StoredContent } from '../../src/mailroom/contents/content-store.ts';
import { type Courier, type RelayOutcome, refuseAll } from '../../src/mailroom/queue/courier.ts';
import type { QueueEntry } from '../../src/mailroom/queue/queue-store.ts';
import { Fault } from '../../src/platform/faults.ts';
import type { IncomingOutcome } from '../../src/points/incoming/incoming-options.ts';
import type { Home } from '../world/home.ts';
import { Network } from '../world/network.ts';
import { type Glance, glance } from './glance.ts';
import type { Ledger } from './ledger.ts';
import type { Machine } from './machine.ts';
import type { Seeded } from './seeded.ts';
import type { VirtualTime } from './virtual-time.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;

/** What stands in the place of a part's Content-Type when a message was damaged. */
const DAMAGE = Buffer.from('Xontent-Type: text/plain');

/** How often the wires misbehave: probabilities for one attempt. */
export interface WireTerms {
  /** The connection breaks before the message is over. */
  readonly lost: number;
  /** It breaks after the message, before the answer. */
  readonly answerLost: number;
  /** The same octets arrive once more, later. */
  readonly repeated: number;
  /** An octet changes on the way. */
  readonly damaged: number;
  /** The peer refuses it for good. */
  readonly refused: number;
  /** It takes minutes: later messages overtake it. */
  readonly slow: number;
}

/** Wires in virtual time that lose, delay, repeat, reorder and damage what goes over them. */
export class SimNetwork extends Network {
  readonly machines = new Map<string, Machine>();
  /** Which machine the DNS names for a domain; undefined where nobody ever answers. */
  readonly hosts = new Map<string, Machine | undefined>();
  /** `from to` of the directions that are interrupted. */
  readonly cut = new Set<string>();
  /** Paths each entry was answered about: `key entry path`. */
  readonly answered = new Set<string>();
  /** Off when the simulation ends: from then on everything arrives. */
  calm = false;
  /** How often each mishap befell a message. */
  readonly mishaps = new Map<string, number>();
  readonly #time: VirtualTime;
  readonly #seeded: Seeded;
  readonly #ledger: Ledger;
  readonly #terms: WireTerms;

  constructor(parts: { time: VirtualTime; seeded: Seeded; ledger: Ledger; terms: WireTerms }) {
    super();
    this.#time = parts.time;
    this.#seeded = parts.seeded;
    this.#ledger = parts.ledger;
    this.#terms = parts.terms;
  }

  override courierOf(from: Home): Courier {
    return { relay: (entry, content) => this.#relay(from, entry, content) };
  }

  /** What stayed in the house. */
  override async note(
    from: Home,
    entry: QueueEntry,
    { content, outcome }: { content: StoredContent; outcome: RelayOutcome },
  ): Promise<void> {
    const octets = await content.octets.read(0, content.size);
    if (outcome.accepted.length > 0) this.#taken(entry, { key: from.key, octets });
    this.#hears(from.key, entry, outcome);
  }

  async #relay(from: Home, entry: QueueEntry, content: StoredContent): Promise<RelayOutcome> {
    const domain = entry.destination;
    const delayMs = this.#chance('slow')
      ? this.#seeded.interval(4 * MINUTE_MS)
      : this.#seeded.interval(2 * SECOND_MS);
    const octets = await content.octets.read(0, content.size);
    await this.#time.pause(delayMs);
    if (!this.hosts.has(domain)) {
      const outcome = await this.#toOrdinaryHost(entry, octets);
      this.#hears(from.key, entry, outcome);
      return outcome;
    }
    const to = this.hosts.get(domain);
    if (to === undefined || !to.up || this.cut.has(`${from.key} ${to.key}`)) {
      // Some refuse the connection, some let it hang.
      if (this.#seeded.happens(0.5)) await this.#time.pause(3 * MINUTE_MS);
      throw new Fault('peer-unreachable', `${domain} does not answer`, { temporary: true });
    }
    if (this.#chance('lost')) throw lost();
    if (this.#chance('refused')) return this.#refuses(from, entry);
    if (!this.#chance('damaged')) return this.#handOver(from, entry, { to, octets });
    // Whatever it was, it does not arrive: nobody can say who signed it.
    this.#ledger.givenUp.add(`${from.key} ${entry.identifier}`);
    return this.#handOver(from, entry, { to, octets: damage(octets) });
  }

  #refuses(from: Home, entry: QueueEntry): RelayOutcome {
    const reply = { code: 554, enhanced: '5.6.0', text: 'not in this form' };
    const outcome = { accepted: [], refused: refuseAll(entry, reply) };
    if (entry.kind !== 'transport-envelope') this.#ledger.givenUp.add(`${from.key} ${entry.identifier}`);
    this.#hears(from.key, entry, outcome);
    return outcome;
  }

  async #handOver(
    from: Home,
    entry: QueueEntry,
    { to, octets }: { readonly to: Machine; readonly octets: Buffer },
  ): Promise<RelayOutcome> {
    const outcome = await this.#receive(to, entry, octets);
    if (this.#chance('repeated')) {
      this.#time.after(this.#seeded.interval(10 * MINUTE_MS), async () => {
        if (to.up) await this.#receive(to, entry, octets);
      });
    }
    await this.#time.pause(this.#seeded.interval(SECOND_MS));
    if (outcome === 'gone' || this.#chance('answerLost')) throw lost();
    this.#hears(from.key, entry, outcome);
    return outcome;
  }

  async #receive(to: Machine, entry: QueueEntry, octets: Buffer): Promise<RelayOutcome | 'gone'> {
    const { reversePath, forwardPaths } = entry;
    // The door asks this for each recipient (IP-3).
    if (!forwardPaths.every((path) => to.provider.house.incoming.serves(path))) {
      const refusal = { code: 550, enhanced: '5.7.1', text: 'relay access denied' };
      return { accepted: [], refused: refuseAll(entry, refusal) };
    }
    const peer = { address: '192.0.2.1', helo: 'mx.test', tls: true };
    const work = async (): Promise<RelayOutcome> => {
      const message = await to.provider.spool([octets]);
      // What is taken is on the record before anybody sees it.
      const answer = await to.provider.house.incoming.receive({ reversePath, forwardPaths, message, peer });
      return outcomeOf(entry, answer);
    };
    const outcome = await to.lives(work().catch((error: unknown) => this.#temporary(entry, error)));
    // Whoever died after the commit has taken the message all the same.
    if (outcome !== 'gone' && outcome.accepted.length > 0) this.#taken(entry, { key: to.key, octets });
    return outcome;
  }

  #temporary(entry: QueueEntry, error: unknown): RelayOutcome {
    if (!(error instanceof Fault)) this.#time.failure ??= error;
    const text = error instanceof Fault ? error.code : 'internal';
    return { accepted: [], refused: refuseAll(entry, { code: 451, enhanced: '4.3.0', text }) };
  }

  #taken(entry: QueueEntry, facts: { readonly key: string; readonly octets: Buffer }): void {
    const found: Glance = glance(facts.octets);
    if (facts.octets.includes(DAMAGE)) return;
    if (found.kind !== 'posta-certificata') return;
    for (const path of entry.forwardPaths) {
      this.#ledger.passage(found.identifier, path).takenBy.add(facts.key);
    }
  }

  /** The sender's provider hears of these paths. */
  #hears(key: string, entry: QueueEntry, { accepted, refused }: RelayOutcome): void {
    const done = [...accepted, ...refused.filter(({ permanent }) => permanent).map(({ address }) => address)];
    for (const path of done) this.answered.add(`${key} ${entry.id} ${path}`);
    for (const { address, permanent } of refused) {
      if (permanent && entry.kind === 'transport-envelope')
        this.#ledger.passage(entry.identifier, address).sendingFailed = true;
    }
  }

  async #toOrdinaryHost(entry: QueueEntry, octets: Buffer): Promise<RelayOutcome> {
    const { ordinary } = this;
    const { destination, reversePath, forwardPaths } = entry;
    if (destination !== ordinary.domain) {
      const text = `domain ${destination} does not exist`;
      return { accepted: [], refused: refuseAll(entry, { code: 550, enhanced: '5.1.2', text }) };
    }
    if (this.#chance('lost')) throw lost();
    const unknown = forwardPaths.filter((path) => ordinary.unknown.has(path));
    const accepted = forwardPaths.filter((path) => !unknown.includes(path));
    if (accepted.length > 0)
      ordinary.mail.push({ reversePath, forwardPaths: accepted, octets: octets.subarray(0, 0) });
    const no = { code: 550, enhanced: '5.1.1', text: 'no such user' };
    return { accepted, refused: refuseAll({ forwardPaths: unknown }, no) };
  }

  #chance(mishap: keyof WireTerms): boolean {
    // Drawn in any case, so that the rest of the run does not depend on the terms.
    const happens = this.#seeded.happens(this.#terms[mishap]) && !this.calm;
    if (happens) this.mishaps.set(mishap, (this.mishaps.get(mishap) ?? 0) + 1);
    return happens;
  }
}

function outcomeOf(entry: QueueEntry, answer: IncomingOutcome): RelayOutcome {
  switch (answer.outcome) {
    case 'taken':
      return { accepted: entry.forwardPaths, refused: [], reply: '250 2.0.0 taken' };
    case 'refused':
      return { accepted: [], refused: refuseAll(entry, answer) };
    case 'try-later': {
      const refusal = { code: 451, enhanced: '4.3.0', text: answer.text };
      return { accepted: [], refused: refuseAll(entry, refusal) };
    }
  }
}

function lost(): Fault {
  return new Fault('peer-lost', 'the connection broke', { temporary: true });
}

/** The signature no longer holds. */
function damage(octets: Buffer): Buffer {
  const copy = Buffer.from(octets);
  DAMAGE.copy(copy, octets.indexOf('Content-Type: text/plain'));
  return copy;
}
