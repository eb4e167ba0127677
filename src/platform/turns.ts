// SPDX-License-Identifier: EUPL-1.2

/** Lets so many works run at the same time; the others wait, in the order they came. */
export class Turns {
  readonly #atOnce: number;
  readonly #queue: (() => void)[] = [];
  #running = 0;

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** Works that wait for their turn. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Whether the next work would have to wait. */
  get isFull(): boolean {
    return this.#running >= this.#atOnce;
  }

  /** Does the work when its turn comes; settles as the work does. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.isFull) await new Promise<void>((resolve) => this.#queue.push(resolve));
    else this.#running++;
    try {
      return await work();
    } finally {
      // The turn passes to the next in line, or is given back.
      const next = this.#queue.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}
