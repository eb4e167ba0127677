// SPDX-License-Identifier: EUPL-1.2

/** What was made of texts that come again and again; the ones put in first go first. */
export class LastSeen<Value> {
  readonly #limit: number;
  readonly #values = new Map<string, Value>();

  /** `limit`: texts kept. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#values.size;
  }

  find(text: string): Value | undefined {
    return this.#values.get(text);
  }

  keep(text: string, value: Value): void {
    this.#values.set(text, value);
    if (this.#values.size <= this.#limit) return;
    const [oldest] = this.#values.keys();
    if (oldest !== undefined) this.#values.delete(oldest);
  }
}
