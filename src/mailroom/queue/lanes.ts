// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../platform/clock.ts';
import type { QueueEntry, QueueEntryId } from './queue-store.ts';

/** What decides in which lane an entry goes, and how wide it is. */
type Lane = Pick<QueueEntry, 'destination' | 'certified'>;

export interface LaneLimits {
  /** Entries under way in all lanes together. */
  readonly total: number;
  /** Entries under way in the lane of that destination. */
  readonly perLane: (lane: Lane) => number;
  readonly now: () => Instant;
}

/** Counts what is under way, in all and per destination. */
export class Lanes {
  readonly #limits: LaneLimits;
  readonly #entries = new Set<QueueEntryId>();
  /** By destination: how many entries are under way, and how many may be. */
  readonly #lanes = new Map<string, { readonly taken: number; readonly places: number }>();
  readonly #resting = new Map<string, Instant>();

  constructor(limits: LaneLimits) {
    this.#limits = limits;
  }

  get isFull(): boolean {
    return this.#entries.size >= this.#limits.total;
  }

  /** Entries under way. */
  get underWay(): readonly QueueEntryId[] {
    return [...this.#entries];
  }

  isUnderWay(entry: QueueEntryId): boolean {
    return this.#entries.has(entry);
  }

  taken(destination: string): number {
    return this.#lanes.get(destination)?.taken ?? 0;
  }

  /** More entries than this do not begin at the destination now; of a lane not in use the most there may be. */
  room(destination: string): number {
    if (this.#rests(destination)) return 0;
    const lane = this.#lanes.get(destination);
    const inLane = lane === undefined ? this.#limits.total : lane.places - lane.taken;
    return Math.max(Math.min(inLane, this.#limits.total - this.#entries.size), 0);
  }

  /** Destinations at which nothing begins now: their own limit is reached, or they rest. */
  fullLanes(): readonly string[] {
    const full = [...this.#lanes].filter(([, { taken, places }]) => taken >= places).map(([name]) => name);
    const resting = [...this.#resting.keys()].filter((name) => this.#rests(name) && !full.includes(name));
    return [...full, ...resting];
  }

  /** Nothing begins at the destination before that instant. */
  rest(destination: string, until: Instant): void {
    this.#resting.set(destination, until);
  }

  /** Takes a place for the entry; false when it has one already or there is none. */
  enter(entry: Lane & Pick<QueueEntry, 'id'>): boolean {
    const { id, destination } = entry;
    if (this.#entries.has(id) || this.isFull || this.#rests(destination)) return false;
    const places = this.#limits.perLane(entry);
    const taken = this.taken(destination);
    if (taken >= places) return false;
    this.#entries.add(id);
    this.#lanes.set(destination, { taken: taken + 1, places });
    return true;
  }

  leave({ id, destination }: Pick<QueueEntry, 'id' | 'destination'>): void {
    if (!this.#entries.delete(id)) return;
    const lane = this.#lanes.get(destination);
    if (lane === undefined) return;
    if (lane.taken > 1) this.#lanes.set(destination, { ...lane, taken: lane.taken - 1 });
    else this.#lanes.delete(destination);
  }

  #rests(destination: string): boolean {
    const until = this.#resting.get(destination);
    if (until === undefined) return false;
    if (until > this.#limits.now()) return true;
    this.#resting.delete(destination);
    return false;
  }
}
