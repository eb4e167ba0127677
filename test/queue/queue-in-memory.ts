// SPDX-License-Identifier: EUPL-1.2
import type { ContentReader, StoredContent } from '../../src/mailroom/contents/content-store.ts';
import type {
  DueFilter,
  NewQueueEntry,
  QueueEntry,
  QueueReader,
} from '../../src/mailroom/queue/queue-store.ts';
import type {
  Act,
  ActResult,
  Committed,
  Step,
  StepOutcome,
  StepStore,
} from '../../src/mailroom/steps/step-store.ts';
import { Fault } from '../../src/platform/faults.ts';
import { indexMessage } from '../../src/wire/mime/mime-index.ts';
import { MemoryOctets } from '../../src/wire/mime/octets.ts';

/** Content 1 to 1000 exist: each is this message. */
export const MESSAGE = Buffer.from('Subject: busta\r\n\r\nciao\r\n');

/** A store that knows the queue only, and can be told to fail. */
export class QueueInMemory implements StepStore, QueueReader, ContentReader {
  readonly entries = new Map<number, QueueEntry>();
  readonly steps: Step[] = [];
  /** So many commits are refused before one is taken. */
  refusals = 0;
  readonly #heldDestinations = new Set<string>();
  #nextId = 1;
  #listeners: ((committed: Committed) => void)[] = [];

  nextBlobId(): number {
    return this.#nextId++;
  }

  nextContentId(): number {
    return this.#nextId++;
  }

  async commit(step: Step): Promise<StepOutcome> {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.refusals > 0) {
      this.refusals--;
      throw new Fault('store-unavailable', 'not now', { temporary: true });
    }
    this.steps.push(step);
    const parts = step.parts.map(({ acts, onlyIf = [] }): StepOutcome['parts'][number] => {
      const failed = onlyIf.find(
        (condition) => condition.is === 'queued' && !this.entries.has(condition.entry),
      );
      if (failed !== undefined) return { done: false, failed };
      return { done: true, results: acts.map((act) => this.#perform(act)) };
    });
    const outcome = { parts };
    for (const listener of this.#listeners) listener({ step, outcome });
    return outcome;
  }

  /** Enqueues and says under which number. */
  async enqueue(entry: Partial<NewQueueEntry> = {}): Promise<number> {
    await this.commit({
      blobs: [],
      contents: [],
      parts: [{ acts: [{ do: 'enqueue', entry: { ...ENTRY, ...entry } }] }],
    });
    return this.#nextId - 1;
  }

  onCommitted(listener: (committed: Committed) => void): () => void {
    this.#listeners.push(listener);
    return () => {
      this.#listeners = this.#listeners.filter((one) => one !== listener);
    };
  }

  listDue(now: number, limit: number, filter: DueFilter = {}): readonly QueueEntry[] {
    return this.listQueue()
      .filter(({ held, notBefore }) => !held && notBefore <= now)
      .filter(({ destination }) => filter.only === undefined || destination === filter.only)
      .filter(({ destination }) => !filter.except?.includes(destination))
      .sort((a, b) => a.notBefore - b.notBefore || a.id - b.id)
      .slice(0, limit);
  }

  nextDueAt(after = Number.NEGATIVE_INFINITY): number | undefined {
    const instants = this.listQueue().map(({ held, notBefore, expiresAt }) => (held ? expiresAt : notBefore));
    const later = instants.filter((at) => at > after);
    return later.length === 0 ? undefined : Math.min(...later);
  }

  listExpiredHeld(now: number, limit: number): readonly QueueEntry[] {
    return this.listQueue()
      .filter(({ held, expiresAt }) => held && expiresAt <= now)
      .slice(0, limit);
  }

  listHeldDestinations(): readonly string[] {
    return [...this.#heldDestinations].sort();
  }

  findQueueEntry(id: number): QueueEntry | undefined {
    return this.entries.get(id);
  }

  queueFigures(): never {
    throw new Error('nobody watches this queue');
  }

  listQueue(): readonly QueueEntry[] {
    return [...this.entries.values()];
  }

  findContent(id: number): StoredContent | undefined {
    return id > 1000 ? undefined : storedContent(id, MESSAGE);
  }

  #perform(act: Act): ActResult {
    switch (act.do) {
      case 'enqueue': {
        const id = this.#nextId++;
        const held = this.#heldDestinations.has(act.entry.destination);
        const notBefore = act.entry.createdAt;
        this.entries.set(id, { ...act.entry, id, attempts: 0, notBefore, history: [], held });
        return { gave: 'entry', entry: id, held };
      }
      case 'settle': {
        const entry = this.entries.get(act.entry);
        if (entry === undefined) return undefined;
        const forwardPaths = entry.forwardPaths.filter((path) => !act.forwardPaths.includes(path));
        if (forwardPaths.length === 0) this.entries.delete(entry.id);
        else this.entries.set(entry.id, { ...entry, forwardPaths });
        return undefined;
      }
      case 'retry-later': {
        const entry = this.entries.get(act.entry);
        if (entry === undefined) return undefined;
        const { notBefore, error: lastError, history = entry.history } = act;
        this.entries.set(entry.id, { ...entry, attempts: entry.attempts + 1, notBefore, lastError, history });
        return undefined;
      }
      case 'hold': {
        const entry = this.entries.get(act.entry);
        if (entry !== undefined) this.entries.set(entry.id, { ...entry, held: act.held });
        return undefined;
      }
      case 'hold-destination':
        if (act.held) this.#heldDestinations.add(act.destination);
        else this.#heldDestinations.delete(act.destination);
        for (const entry of this.listQueue().filter(({ destination }) => destination === act.destination))
          this.entries.set(entry.id, { ...entry, held: act.held });
        return undefined;
      case 'make-due':
        for (const entry of this.listQueue()) {
          if ('entry' in act.entries && act.entries.entry !== entry.id) continue;
          if ('destination' in act.entries && act.entries.destination !== entry.destination) continue;
          this.entries.set(entry.id, { ...entry, notBefore: act.notBefore });
        }
        return undefined;
      default:
        return undefined;
    }
  }
}

/** Octets as the store gives them; nobody here asks for their slices. */
export function storedContent(id: number, message: Buffer): StoredContent {
  const octets = Object.assign(new MemoryOctets(message), { slices: () => [] });
  return { id, size: message.length, index: indexMessage(message), octets };
}

export const ENTRY: NewQueueEntry = {
  destination: 'beta.test',
  certified: true,
  reversePath: 'a@alfa.test',
  forwardPaths: ['b@beta.test'],
  content: 1,
  kind: 'transport-envelope',
  identifier: 'opec1@alfa.test',
  eightBit: false,
  createdAt: 0,
  expiresAt: 24 * 3_600_000,
};
