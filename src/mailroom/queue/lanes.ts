// SPDX-License-Identifier: EUPL-1.2
import type { QueueEntry, QueueEntryId } from './queue-store.ts';

export interface LaneLimits {
  /** Entries under way in all lanes together. */
  readonly total: number;
  /** Entries under way in the lane of that destination. */
  readonly perLane: (destination: string) => number;
}

/** Counts what is under way, in all and per destination. */
export class Lanes {
  readonly #limits: LaneLimits;
  readonly #entries = new Set<QueueEntryId>();
  readonly #lanes = new Map<string, number>();

  constructor(limits: LaneLimits) {
    this.#limits = limits;
  }

  get isFull(): boolean {
    return this.#entries.size >= this.#limits.total;
  }

  taken(destination: string): number {
    return this.#lanes.get(destination) ?? 0;
  }

  room(destination: string): number {
    const inLane = this.#limits.perLane(destination) - this.taken(destination);
    return Math.max(Math.min(inLane, this.#limits.total - this.#entries.size), 0);
  }

  /** Destinations whose own limit is reached. */
  fullLanes(): readonly string[] {
    return [...this.#lanes]
      .filter(([name, taken]) => taken >= this.#limits.perLane(name))
      .map(([name]) => name);
  }

  /** Takes a place for the entry; false when it has one already or there is none. */
  enter(entry: QueueEntry): boolean {
    if (this.#entries.has(entry.id) || this.room(entry.destination) === 0) return false;
    this.#entries.add(entry.id);
    this.#lanes.set(entry.destination, this.taken(entry.destination) + 1);
    return true;
  }

  leave(entry: QueueEntry): void {
    if (!this.#entries.delete(entry.id)) return;
    const taken = this.taken(entry.destination) - 1;
    if (taken > 0) this.#lanes.set(entry.destination, taken);
    else this.#lanes.delete(entry.destination);
  }
}
