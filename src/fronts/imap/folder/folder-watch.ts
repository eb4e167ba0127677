// SPDX-License-Identifier: EUPL-1.2
import type { FolderId } from '../../../mailroom/mailboxes/mailbox-store.ts';
import type { Act, ActResult, Committed, StepStore } from '../../../mailroom/steps/step-store.ts';

/** Tells who watches a folder that a commit changed it, before that commit's promise resolves. */
export class FolderWatch implements Disposable {
  readonly #watchers = new Map<FolderId, Set<() => void>>();
  readonly #stop: () => void;

  constructor(store: Pick<StepStore, 'onCommitted'>) {
    this.#stop = store.onCommitted((committed) => this.#hear(committed));
  }

  /** Calls the listener after each change of the folder's messages; returns how to stop that. */
  watch(folder: FolderId, listener: () => void): () => void {
    const watchers = this.#watchers.get(folder) ?? new Set();
    this.#watchers.set(folder, watchers);
    // Twice the same function is two listeners.
    const own = () => listener();
    watchers.add(own);
    return () => {
      watchers.delete(own);
      if (watchers.size === 0 && this.#watchers.get(folder) === watchers) this.#watchers.delete(folder);
    };
  }

  [Symbol.dispose](): void {
    this.#stop();
  }

  #hear({ step, outcome }: Committed): void {
    if (this.#watchers.size === 0) return;
    const changed = new Set<FolderId>();
    outcome.parts.forEach((part, at) => {
      if (!part.done) return;
      step.parts[at]?.acts.forEach((act, of) => {
        for (const folder of changedFolders(act, part.results[of])) changed.add(folder);
      });
    });
    for (const folder of changed) for (const listener of [...(this.#watchers.get(folder) ?? [])]) listener();
  }
}

/** The folders whose messages an act changed. */
function changedFolders(act: Act, result: ActResult): readonly FolderId[] {
  if (act.do === 'delete-folder') return [act.folder];
  if (result === undefined) return [];
  if (result.gave === 'message') return [result.folder];
  if (act.do === 'set-flags') return result.gave === 'flags' && result.changed.length > 0 ? [act.folder] : [];
  if (act.do === 'expunge') return result.gave === 'expunged' && result.uids.length > 0 ? [act.folder] : [];
  if (act.do === 'copy' && result.gave === 'copied' && result.to.length > 0)
    return act.move ? [act.folder, act.to] : [act.to];
  return [];
}
