// SPDX-License-Identifier: EUPL-1.2
import type { QueueEntry, QueueEntryId } from './queue-store.ts';

/** Entries remembered in all; destinations with more are looked up in the store. */
const REMEMBERED = 2000;

/**
 * Entries that are due and wait for a place, as they were announced or last read, so that the queue is not read for
 * each of them. The store is what counts: all of this may be forgotten at any time.
 */
export class UpNext {
  readonly #limit: number;
  readonly #waiting = new Map<string, Map<QueueEntryId, QueueEntry>>();
  /** Destinations of which the store may hold more that is due, and later, than what is remembered or under way. */
  readonly #behind = new Set<string>();
  #size = 0;

  constructor(limit = REMEMBERED) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#size;
  }

  isBehind(destination: string): boolean {
    return this.#behind.has(destination);
  }

  /** The oldest of a destination. */
  first(destination: string): QueueEntry | undefined {
    return this.#waiting.get(destination)?.values().next().value;
  }

  /** It came after all that is remembered; where older ones are only in the store, it waits there with them. */
  add(entry: QueueEntry): void {
    const { destination, id } = entry;
    if (this.#behind.has(destination)) return;
    if (this.#size >= this.#limit) {
      this.setBehind(destination);
      return;
    }
    let waiting = this.#waiting.get(destination);
    if (waiting === undefined) {
      waiting = new Map();
      this.#waiting.set(destination, waiting);
    }
    if (!waiting.has(id)) this.#size += 1;
    waiting.set(id, entry);
  }

  /** It has begun. */
  remove({ destination, id }: Pick<QueueEntry, 'destination' | 'id'>): void {
    const waiting = this.#waiting.get(destination);
    if (waiting?.delete(id) !== true) return;
    this.#size -= 1;
    if (waiting.size === 0) this.#waiting.delete(destination);
  }

  /** The store may hold more of the destination. */
  setBehind(destination: string): void {
    this.#behind.add(destination);
  }

  /** Nothing is known of the destination: it is about to be read. */
  forget(destination: string): void {
    this.#size -= this.#waiting.get(destination)?.size ?? 0;
    this.#waiting.delete(destination);
    this.#behind.delete(destination);
  }

  forgetAll(): void {
    this.#size = 0;
    this.#waiting.clear();
    this.#behind.clear();
  }
}
