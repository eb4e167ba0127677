// SPDX-License-Identifier: EUPL-1.2
import type { QueueEntry, QueueEntryId, QueueReader } from '../../mailroom/queue/queue-store.ts';
import type { Act, QueueChoice, StepStore } from '../../mailroom/steps/step-store.ts';
import type { Clock } from '../../platform/clock.ts';
import type { ControlAnswer } from './control-socket.ts';

export interface QueueOrdersOptions {
  readonly store: StepStore & QueueReader;
  readonly relay: { readonly underWay: readonly QueueEntryId[] };
  readonly clock: Clock;
}

/** What an operator may order of the queue of the running provider. Each order is one step. */
export class QueueOrders {
  readonly #options: QueueOrdersOptions;

  constructor(options: QueueOrdersOptions) {
    this.#options = options;
  }

  /** Rejects with the temporary Fault of a store that does not commit. */
  async obey({ order, entries }: Readonly<Record<string, unknown>>): Promise<ControlAnswer> {
    if (order === 'queue-under-way') {
      return { ok: true, underWay: this.#options.relay.underWay, now: this.#options.clock.now() };
    }
    const choice = readChoice(entries);
    if (choice === undefined) return refused('it is not said which entries');
    const found = this.#find(choice);
    if ('entry' in choice && found.length === 0) return refused(`there is no entry ${choice.entry}`);
    switch (order) {
      case 'queue-retry':
        return this.#commit(found, [
          { do: 'make-due', entries: choice, notBefore: this.#options.clock.now() },
        ]);
      case 'queue-hold':
        if ('all' in choice) return refused('not everything can be held at once: name a destination');
        return this.#commit(found, [holdAct(choice, true)]);
      case 'queue-release':
        return this.#commit(found, this.#releases(choice, found));
      default:
        return refused('there is no such order');
    }
  }

  #find(choice: QueueChoice): readonly QueueEntry[] {
    const { store } = this.#options;
    if ('entry' in choice) return [store.findQueueEntry(choice.entry)].filter((entry) => entry !== undefined);
    const all = store.listQueue();
    return 'all' in choice ? all : all.filter(({ destination }) => destination === choice.destination);
  }

  #releases(choice: QueueChoice, found: readonly QueueEntry[]): readonly Act[] {
    if (!('all' in choice)) return [holdAct(choice, false)];
    const destinations = this.#options.store.listHeldDestinations();
    return [
      ...destinations.map((destination) => holdAct({ destination }, false)),
      ...found
        .filter(({ held, destination }) => held && !destinations.includes(destination))
        .map(({ id }) => holdAct({ entry: id }, false)),
    ];
  }

  async #commit(found: readonly QueueEntry[], acts: readonly Act[]): Promise<ControlAnswer> {
    if (acts.length > 0) await this.#options.store.commit({ blobs: [], contents: [], parts: [{ acts }] });
    return { ok: true, entries: found.length };
  }
}

function holdAct(choice: Exclude<QueueChoice, { readonly all: true }>, held: boolean): Act {
  return 'entry' in choice
    ? { do: 'hold', entry: choice.entry, held }
    : { do: 'hold-destination', destination: choice.destination, held };
}

function readChoice(value: unknown): QueueChoice | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { entry, destination, all } = value as Readonly<Record<string, unknown>>;
  if (typeof entry === 'number' && Number.isSafeInteger(entry)) return { entry };
  if (typeof destination === 'string' && destination !== '')
    return { destination: destination.toLowerCase() };
  return all === true ? { all } : undefined;
}

function refused(error: string): ControlAnswer {
  return { ok: false, error };
}
