// SPDX-License-Identifier: EUPL-1.2
import { statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { QUEUE_STATES, type QueueFigure, type QueueReader } from '../mailroom/queue/queue-store.ts';
import type { Clock, Instant } from '../platform/clock.ts';
import type { Metrics } from '../platform/metrics.ts';

/** Who looks again so soon sees the same: the figures go through the whole queue. */
const FRESH_MS = 2000;

/** What the queue is asked for by all who watch. */
export class QueueFigures {
  readonly #store: Pick<QueueReader, 'queueFigures'>;
  readonly #clock: Clock;
  #last: { readonly at: Instant; readonly figures: readonly QueueFigure[] } | undefined;

  constructor({
    store,
    clock,
  }: { readonly store: Pick<QueueReader, 'queueFigures'>; readonly clock: Clock }) {
    this.#store = store;
    this.#clock = clock;
  }

  current(): readonly QueueFigure[] {
    const now = this.#clock.now();
    if (this.#last === undefined || Math.abs(now - this.#last.at) >= FRESH_MS) {
      this.#last = { at: now, figures: this.#store.queueFigures(now) };
    }
    return this.#last.figures;
  }

  /** How long an entry of that state has been in the queue, in milliseconds. */
  ageMs({ oldestAt }: QueueFigure): number {
    return oldestAt === undefined ? 0 : Math.max(this.#clock.now() - oldestAt, 0);
  }
}

/** Tells what waits: in the queue, for the disk, and how old the index is. */
export function tellHouse(
  metrics: Metrics,
  house: {
    readonly queue: QueueFigures;
    readonly waitingSteps: () => number;
    /** Age in milliseconds. */
    readonly indexAgeMs: () => number;
  },
): void {
  const { queue, waitingSteps, indexAgeMs } = house;
  metrics.measured({
    name: 'ceralacca_queue_entries',
    sentence: 'Messages in the queue: due, put off until their next attempt, held by the operator.',
    labels: { state: QUEUE_STATES },
    measure: () => queue.current().map(({ state, entries }) => ({ labels: { state }, value: entries })),
  });
  metrics.measured({
    name: 'ceralacca_queue_oldest_seconds',
    sentence: 'How long the oldest message of each state has been in the queue.',
    labels: { state: QUEUE_STATES },
    measure: () =>
      queue.current().map((one) => ({ labels: { state: one.state }, value: queue.ageMs(one) / 1000 })),
  });
  metrics.measured({
    name: 'ceralacca_store_waiting_steps',
    sentence: 'Steps that wait for the writer of the store.',
    measure: () => [{ labels: {}, value: waitingSteps() }],
  });
  metrics.measured({
    name: 'ceralacca_index_age_seconds',
    sentence: 'Since the provider index was last read from its source and found good.',
    measure: () => [{ labels: {}, value: indexAgeMs() / 1000 }],
  });
}

export interface DiskFigures {
  /** The database and its write-ahead log; large messages lie in files beside it. */
  readonly databaseBytes: number;
  readonly freeBytes: number;
  readonly diskBytes: number;
}

/** Room on the disk of the store. Rejects with the system's error. */
export async function lookAtDisk(storeFolder: string): Promise<DiskFigures> {
  const { bavail, blocks, bsize } = await statfs(storeFolder);
  const sizes = ['store.db', 'store.db-wal'].map(
    (name) => statSync(join(storeFolder, name), { throwIfNoEntry: false })?.size ?? 0,
  );
  return {
    databaseBytes: sizes.reduce((sum, size) => sum + size, 0),
    freeBytes: bavail * bsize,
    diskBytes: blocks * bsize,
  };
}
