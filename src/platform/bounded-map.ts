// SPDX-License-Identifier: EUPL-1.2

/** Values by key, up to a limit; the ones that were not asked for the longest go first. */
export class BoundedMap<Key, Value> {
  readonly #half: number;
  /** What was put or asked for since the other half was last let go. */
  #recent = new Map<Key, Value>();
  #older = new Map<Key, Value>();

  /** `limit`: values held at most, 2 or more. */
  constructor(limit: number) {
    this.#half = Math.floor(limit / 2);
  }

  get size(): number {
    return this.#recent.size + this.#older.size;
  }

  get(key: Key): Value | undefined {
    const recent = this.#recent.get(key);
    if (recent !== undefined) return recent;
    const older = this.#older.get(key);
    if (older !== undefined) this.set(key, older);
    return older;
  }

  set(key: Key, value: Value): void {
    this.#older.delete(key);
    this.#recent.set(key, value);
    if (this.#recent.size < this.#half) return;
    this.#older = this.#recent;
    this.#recent = new Map();
  }

  delete(key: Key): void {
    this.#recent.delete(key);
    this.#older.delete(key);
  }

  clear(): void {
    this.#recent.clear();
    this.#older.clear();
  }
}
