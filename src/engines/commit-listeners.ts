// SPDX-License-Identifier: EUPL-1.2
import type { Committed } from '../mailroom/steps/step-store.ts';

type Listener = (committed: Committed) => void;

/** Who wants to know what was committed. */
export class CommitListeners {
  readonly #listeners = new Set<{ readonly hear: Listener }>();

  /** Returns how to stop listening. */
  add(hear: Listener): () => void {
    const listener = { hear };
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A listener that throws stops the process, since it is a bug; it never stops what is committed already. */
  tell(committed: Committed): void {
    for (const listener of this.#listeners) {
      try {
        listener.hear(committed);
      } catch (error) {
        process.nextTick(() => {
          throw error;
        });
      }
    }
  }
}
