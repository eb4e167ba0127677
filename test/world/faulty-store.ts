// SPDX-License-Identifier: EUPL-1.2
import type { HouseStore } from '../../src/mailroom/steps/house-store.ts';
import type { Step, StepOutcome } from '../../src/mailroom/steps/step-store.ts';
import { Fault } from '../../src/platform/faults.ts';

type Commit = (step: Step) => Promise<StepOutcome>;

/** What happens to a commit in place of the usual. */
export type Mishap = (step: Step, commit: Commit) => Promise<StepOutcome>;

/** A store whose commits go wrong when a test says so; everything else is the store's own. */
export class FaultyStore {
  readonly store: HouseStore;
  /** What happens to every commit for the time being. */
  during: Mishap | undefined;
  readonly #listening = new Set<() => void>();
  #dead = false;
  readonly #mishaps: { readonly which: (step: Step) => boolean; readonly mishap: Mishap }[] = [];

  constructor(store: HouseStore) {
    const commit: Commit = (step) => this.#commit(step, (kept) => store.commit(kept));
    const listen: HouseStore['onCommitted'] = (listener) => this.#listen(store, listener);
    this.store = new Proxy(store, {
      get(target, name) {
        if (name === 'commit') return commit;
        if (name === 'onCommitted') return listen;
        const member: unknown = Reflect.get(target, name, target);
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
  }

  /** The next commit that `which` picks meets the mishap instead; once for each call. */
  next(mishap: Mishap, which: (step: Step) => boolean = () => true): void {
    this.#mishaps.push({ which, mishap });
  }

  /** The process that uses this store is gone: it hears of nothing more, and nothing more comes of it. */
  dies(): void {
    this.#dead = true;
    for (const stop of this.#listening) stop();
  }

  #listen(store: HouseStore, listener: Parameters<HouseStore['onCommitted']>[0]): () => void {
    const stop = store.onCommitted((committed) => {
      if (!this.#dead) listener(committed);
    });
    this.#listening.add(stop);
    return () => {
      this.#listening.delete(stop);
      stop();
    };
  }

  async #commit(step: Step, commit: Commit): Promise<StepOutcome> {
    if (this.#dead) return new Promise(() => {});
    const at = this.#mishaps.findIndex(({ which }) => which(step));
    const [found] = at < 0 ? [] : this.#mishaps.splice(at, 1);
    const mishap = found?.mishap ?? this.during;
    return mishap === undefined ? commit(step) : mishap(step, commit);
  }
}

/** The disk refuses: nothing is kept. */
export const refuses: Mishap = async () => {
  throw new Fault('store-unavailable', 'the disk does not answer', { temporary: true });
};

/** The step is kept, but whoever committed it never hears so. */
export const losesTheAnswer: Mishap = async (step, commit) => {
  await commit(step);
  throw new Fault('store-unavailable', 'the writer died', { temporary: true });
};

/** Something else is committed first. */
export function afterwards(first: () => Promise<unknown>): Mishap {
  return async (step, commit) => {
    await first();
    return commit(step);
  };
}
