// SPDX-License-Identifier: EUPL-1.2

/** How often each thing was seen, by what it is about. */
export class Tally {
  readonly #counts = new Map<string, Map<string, number>>();

  add(about: string, thing: string): void {
    const things = this.#counts.get(about) ?? new Map<string, number>();
    this.#counts.set(about, things);
    things.set(thing, (things.get(thing) ?? 0) + 1);
  }

  /** Everything that was seen about something, in the order of the names, for comparisons. */
  about(about: string): Record<string, number> {
    return sorted(this.#counts.get(about) ?? []);
  }

  subjects(): readonly string[] {
    return [...this.#counts.keys()];
  }
}

export function sorted(counts: Iterable<readonly [string, number]>): Record<string, number> {
  return Object.fromEntries([...counts].sort(([one], [other]) => (one < other ? -1 : 1)));
}
