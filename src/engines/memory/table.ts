// SPDX-License-Identifier: EUPL-1.2

/** What must be done to take back the changes of a step that failed, last change last. */
export class Undo {
  readonly #actions: (() => void)[] = [];

  push(action: () => void): void {
    this.#actions.push(action);
  }

  /** The step is done: nothing is taken back any more. */
  forget(): void {
    this.#actions.length = 0;
  }

  /** The step failed: everything is as before it. */
  takeBack(): void {
    for (let action = this.#actions.pop(); action !== undefined; action = this.#actions.pop()) action();
  }
}

/** Rows by key. Rows are replaced, never changed, so that taking back is putting the old row again. */
export class Table<K, V> {
  readonly #rows = new Map<K, V>();
  readonly #undo: Undo;

  constructor(undo: Undo) {
    this.#undo = undo;
  }

  get(key: K): V | undefined {
    return this.#rows.get(key);
  }

  has(key: K): boolean {
    return this.#rows.has(key);
  }

  values(): V[] {
    return [...this.#rows.values()];
  }

  keys(): K[] {
    return [...this.#rows.keys()];
  }

  get size(): number {
    return this.#rows.size;
  }

  set(key: K, row: V): void {
    this.#rememberHow(key);
    this.#rows.set(key, row);
  }

  delete(key: K): void {
    this.#rememberHow(key);
    this.#rows.delete(key);
  }

  #rememberHow(key: K): void {
    const before = this.#rows.get(key);
    if (before === undefined) this.#undo.push(() => this.#rows.delete(key));
    else this.#undo.push(() => this.#rows.set(key, before));
  }
}
