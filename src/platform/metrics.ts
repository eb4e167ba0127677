// SPDX-License-Identifier: EUPL-1.2
import { type LabelValues, MetricSeries } from './metric-series.ts';
import { systemMonotonic } from './monotonic.ts';

/** One value for each label. */
export type Labels<Values extends LabelValues> = { readonly [Name in keyof Values]: Values[Name][number] };

/** A number by labels, as a measured gauge gives it. */
export interface Measured<Values extends LabelValues> {
  readonly labels: Labels<Values>;
  readonly value: number;
}

export interface MetricTerms<Values extends LabelValues> {
  /** Begins with `ceralacca_`; counters end with `_total`, units come last: `_seconds`, `_bytes`. */
  readonly name: string;
  /** What is counted, in one sentence; docs/operating/watching.md has the same. */
  readonly sentence: string;
  readonly labels?: Values;
}

export interface Counter<Values extends LabelValues> {
  add(labels: Labels<Values>, count?: number): void;
}

export interface Gauge<Values extends LabelValues> {
  set(labels: Labels<Values>, value: number): void;
  change(labels: Labels<Values>, by: number): void;
}

export interface Histogram<Values extends LabelValues> {
  observe(labels: Labels<Values>, value: number): void;
  /** Begins to measure; the returned function ends it, in seconds. */
  begin(): (labels: Labels<Values>) => void;
}

/** Where parts of a provider count things. Each metric is made once and kept; making it twice throws. */
export interface Metrics {
  counter<const Values extends LabelValues>(terms: MetricTerms<Values>): Counter<Values>;
  gauge<const Values extends LabelValues>(terms: MetricTerms<Values>): Gauge<Values>;
  /** Asked whenever somebody looks. Must be quick; when it throws, the metric is left out that time. */
  measured<const Values extends LabelValues>(
    terms: MetricTerms<Values> & { readonly measure: () => readonly Measured<Values>[] },
  ): void;
  histogram<const Values extends LabelValues>(
    terms: MetricTerms<Values> & { readonly buckets: readonly number[] },
  ): Histogram<Values>;
}

/** Buckets for latencies on this machine, in seconds. */
export const LATENCY_SECONDS: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

/** A metric in the text format: its lines below HELP and TYPE. */
interface Told {
  readonly name: string;
  readonly sentence: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly lines: () => readonly string[];
}

/**
 * The metrics of one provider; there is no registry that two would share. Counting is adding numbers, many times for each
 * message; the text is made when somebody looks.
 */
export class MetricsRegistry implements Metrics {
  readonly #told = new Map<string, Told>();

  /** What `text` is, for HTTP. */
  readonly contentType = 'text/plain; version=0.0.4; charset=utf-8';

  /** All metrics in the text format of Prometheus, version 0.0.4. */
  text(): string {
    const texts = [...this.#told.values()].map(({ name, sentence, type, lines }) =>
      [`# HELP ${name} ${helpText(sentence)}`, `# TYPE ${name} ${type}`, ...lines(), ''].join('\n'),
    );
    return texts.join('\n');
  }

  /** Name and sentence of each metric, in the order they were made. */
  list(): readonly { readonly name: string; readonly sentence: string }[] {
    return [...this.#told.values()].map(({ name, sentence }) => ({ name, sentence }));
  }

  counter<const Values extends LabelValues>(terms: MetricTerms<Values>): Counter<Values> {
    const { series, values, lines } = valuesOf(terms);
    this.#tell(terms, { type: 'counter', lines });
    return {
      add: (labels, count = 1) => {
        const place = series.placeOf(labels);
        values[place] = (values[place] ?? 0) + count;
      },
    };
  }

  gauge<const Values extends LabelValues>(terms: MetricTerms<Values>): Gauge<Values> {
    const { series, values, lines } = valuesOf(terms);
    this.#tell(terms, { type: 'gauge', lines });
    return {
      set: (labels, value) => {
        values[series.placeOf(labels)] = value;
      },
      change: (labels, by) => {
        const place = series.placeOf(labels);
        values[place] = (values[place] ?? 0) + by;
      },
    };
  }

  measured<const Values extends LabelValues>(
    terms: MetricTerms<Values> & { readonly measure: () => readonly Measured<Values>[] },
  ): void {
    const series = new MetricSeries(terms.name, terms.labels ?? {});
    const lines = () => {
      const values = new Map<number, number>();
      for (const { labels, value } of measuredOrNothing(terms.measure))
        values.set(series.placeOf(labels), value);
      return [...values].map(([place, value]) => line(terms.name, series.all[place]?.text ?? '', value));
    };
    this.#tell(terms, { type: 'gauge', lines });
  }

  histogram<const Values extends LabelValues>(
    terms: MetricTerms<Values> & { readonly buckets: readonly number[] },
  ): Histogram<Values> {
    const series = new MetricSeries(terms.name, terms.labels ?? {});
    const columns = series.all.map(() => new Column(terms.buckets));
    this.#tell(terms, {
      type: 'histogram',
      lines: () =>
        series.all.flatMap(({ text, foreseen }, place) => {
          const column = columns[place];
          return column === undefined || (!foreseen && column.isEmpty) ? [] : column.lines(terms.name, text);
        }),
    });
    const observe = (labels: Labels<Values>, value: number) =>
      columns[series.placeOf(labels)]?.observe(value);
    return {
      observe,
      begin() {
        const begunMs = systemMonotonic.elapsedMs();
        return (labels) => observe(labels, (systemMonotonic.elapsedMs() - begunMs) / 1000);
      },
    };
  }

  #tell({ name, sentence }: MetricTerms<LabelValues>, told: Pick<Told, 'type' | 'lines'>): void {
    if (this.#told.has(name)) throw new Error(`${name} is there already`);
    this.#told.set(name, { name, sentence, ...told });
  }
}

/** What one combination of labels was observed at. */
class Column {
  readonly #buckets: readonly number[];
  /** By bucket; the last is for what is above all of them. */
  readonly #counts: Float64Array;
  #sum = 0;

  constructor(buckets: readonly number[]) {
    this.#buckets = buckets;
    this.#counts = new Float64Array(buckets.length + 1);
  }

  get isEmpty(): boolean {
    return this.#counts.every((count) => count === 0);
  }

  observe(value: number): void {
    let bucket = 0;
    while (bucket < this.#buckets.length && value > (this.#buckets[bucket] ?? 0)) bucket += 1;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sum += value;
  }

  /** Each bucket counts those before it too. */
  lines(name: string, labels: string): string[] {
    const also = labels === '' ? '' : `,${labels}`;
    let count = 0;
    const lines = [...this.#counts].map((own, bucket) => {
      count += own;
      return line(`${name}_bucket`, `le="${this.#buckets[bucket] ?? '+Inf'}"${also}`, count);
    });
    return [...lines, line(`${name}_sum`, labels, this.#sum), line(`${name}_count`, labels, count)];
  }
}

/** A number for each combination of labels, told unless it was neither foreseen nor ever touched. */
function valuesOf<Values extends LabelValues>({ name, labels = {} as Values }: MetricTerms<Values>) {
  const series = new MetricSeries(name, labels);
  const values: (number | undefined)[] = series.all.map(({ foreseen }) => (foreseen ? 0 : undefined));
  const lines = () =>
    series.all.flatMap(({ text }, place) => {
      const value = values[place];
      return value === undefined ? [] : line(name, text, value);
    });
  return { series, values, lines };
}

function line(name: string, labels: string, value: number): string {
  return `${labels === '' ? name : `${name}{${labels}}`} ${value}`;
}

function helpText(sentence: string): string {
  return sentence.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function measuredOrNothing<Result>(measure: () => readonly Result[]): readonly Result[] {
  try {
    return measure();
  } catch {
    // What cannot be read now must not hide the rest.
    return [];
  }
}
