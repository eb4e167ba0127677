// SPDX-License-Identifier: EUPL-1.2

/**
 * Lets so many works run at the same time; the others wait, in the order they came. In each turn of the event
 * loop one work begins at most: works that compute before they first wait shut nobody else out together.
 */
export class Turns {
  readonly #atOnce: number;
  readonly #queue: (() => void)[] = [];
  #running = 0;
  #lastBegun: Promise<void> = Promise.resolve();

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
      await this.#breath();
      return await work();
    } finally {
      // The turn passes to the next in line, or is given back.
      const next = this.#queue.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }

  /** Resolves in a turn of the event loop in which no other work begins. */
  #breath(): Promise<void> {
    const breath = this.#lastBegun.then(() => new Promise<void>((resolve) => setImmediate(resolve)));
    this.#lastBegun = breath;
    return breath;
  }
}
