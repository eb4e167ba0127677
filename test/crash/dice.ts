// SPDX-License-Identifier: EUPL-1.2

/** Chance that comes out the same for the same seed. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to 1, by a linear congruence with the octets of its state mixed afterwards. */
  fraction(): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    let mixed = this.#state ^ (this.#state >>> 15);
    mixed = Math.imul(mixed | 1, mixed ^ 0x2c1b3c6d) >>> 0;
    mixed ^= mixed >>> 13;
    return (mixed >>> 0) / 2 ** 32;
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.fraction() * (most - least + 1));
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  pick<Thing>(things: readonly Thing[]): Thing {
    const thing = things[this.between(0, things.length - 1)];
    if (thing === undefined) throw new Error('nothing to pick from');
    return thing;
  }

  shuffled<Thing>(things: readonly Thing[]): Thing[] {
    const rest = [...things];
    const order: Thing[] = [];
    while (rest.length > 0) order.push(...rest.splice(this.between(0, rest.length - 1), 1));
    return order;
  }

  /** Dice of its own for whoever throws at the same time, so that turns taken do not change what comes. */
  another(): Dice {
    return new Dice(this.between(0, 2 ** 32 - 1));
  }
}
