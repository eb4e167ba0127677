// SPDX-License-Identifier: EUPL-1.2

/** The labels of a metric, each with all the values it can have: nothing grows with the traffic. */
export type LabelValues = Readonly<Record<string, readonly string[]>>;

/** Stands for a value that the metric does not know. */
const OTHER = 'other';
/** Most combinations of values that one metric may have. */
const MOST_COMBINATIONS = 200;

/** One combination of values. */
interface Series {
  /** As the text format writes it, such as `door="imap",result="failed"`. */
  readonly text: string;
  /** Whether every value of it was foreseen: it is told from the start. */
  readonly foreseen: boolean;
}

/**
 * The combinations of values that the labels of one metric can have, each with its place in an array: to count is to
 * add a number there, and text is made when somebody looks.
 */
export class MetricSeries {
  readonly #labels: readonly { readonly name: string; readonly places: ReadonlyMap<string, number> }[];
  readonly #all: readonly Series[];

  /** @throws RangeError when the metric could have more combinations of values than a reader can take in */
  constructor(name: string, labels: LabelValues) {
    const values = Object.entries(labels).map(([label, known]) => ({
      label,
      values: [...new Set([...known, OTHER])],
      foreseen: new Set(known),
    }));
    const count = values.reduce((product, one) => product * one.values.length, 1);
    if (count > MOST_COMBINATIONS) throw new RangeError(`${name} has ${count} combinations of values`);
    this.#labels = values.map((one) => ({
      name: one.label,
      places: new Map(one.values.map((value, place) => [value, place])),
    }));
    let all: readonly Series[] = [{ text: '', foreseen: true }];
    for (const one of values) {
      all = all.flatMap(({ text, foreseen }) =>
        one.values.map((value) => ({
          text: `${text === '' ? '' : `${text},`}${one.label}="${escaped(value)}"`,
          foreseen: foreseen && one.foreseen.has(value),
        })),
      );
    }
    this.#all = all;
  }

  get all(): readonly Series[] {
    return this.#all;
  }

  /** What was not foreseen counts as `other`: an address can never become a label. */
  placeOf(given: Readonly<Record<string, string>>): number {
    let place = 0;
    for (const { name, places } of this.#labels)
      place = place * places.size + (places.get(given[name] ?? OTHER) ?? places.get(OTHER) ?? 0);
    return place;
  }
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
