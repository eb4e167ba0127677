// SPDX-License-Identifier: EUPL-1.2
import {
  Counter as PromCounter,
  Gauge as PromGauge,
  Histogram as PromHistogram,
  Registry,
} from 'prom-client';
import { systemMonotonic } from './monotonic.ts';

/** The labels of a metric, each with all the values it can have: nothing grows with the traffic. */
export type LabelValues = Readonly<Record<string, readonly string[]>>;

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

/** Stands for a value that the metric does not know. */
const OTHER = 'other';
/** Most combinations of values that one metric may have. */
const MOST_COMBINATIONS = 200;

/** The metrics of one provider; there is no registry that two would share. */
export class MetricsRegistry implements Metrics {
  readonly #registry = new Registry();

  /** What `text` is, for HTTP. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All metrics in the text format of Prometheus, version 0.0.4. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** Name and sentence of each metric, in the order they were made. */
  list(): readonly { readonly name: string; readonly sentence: string }[] {
    return this.#registry.getMetricsAsArray().map(({ name, help }) => ({ name, sentence: help }));
  }

  counter<const Values extends LabelValues>(terms: MetricTerms<Values>): Counter<Values> {
    const counter = new PromCounter(this.#promTerms(terms));
    const known = knownValues(terms);
    for (const labels of combinations(known)) counter.inc(labels, 0);
    return { add: (labels, count = 1) => counter.inc(bounded(known, labels), count) };
  }

  gauge<const Values extends LabelValues>(terms: MetricTerms<Values>): Gauge<Values> {
    const gauge = new PromGauge(this.#promTerms(terms));
    const known = knownValues(terms);
    for (const labels of combinations(known)) gauge.set(labels, 0);
    return {
      set: (labels, value) => gauge.set(bounded(known, labels), value),
      change: (labels, by) => gauge.inc(bounded(known, labels), by),
    };
  }

  measured<const Values extends LabelValues>(
    terms: MetricTerms<Values> & { readonly measure: () => readonly Measured<Values>[] },
  ): void {
    const known = knownValues(terms);
    new PromGauge({
      ...this.#promTerms(terms),
      collect() {
        this.reset();
        // Without labels, `reset` would tell 0.
        this.remove({});
        for (const { labels, value } of measuredOrNothing(terms.measure)) {
          this.set(bounded(known, labels), value);
        }
      },
    });
  }

  histogram<const Values extends LabelValues>(
    terms: MetricTerms<Values> & { readonly buckets: readonly number[] },
  ): Histogram<Values> {
    const histogram = new PromHistogram({ ...this.#promTerms(terms), buckets: [...terms.buckets] });
    const known = knownValues(terms);
    for (const labels of combinations(known)) histogram.zero(labels);
    const observe = (labels: Labels<Values>, value: number) => {
      histogram.observe(bounded(known, labels), value);
    };
    return {
      observe,
      begin() {
        const begunMs = systemMonotonic.elapsedMs();
        return (labels) => observe(labels, (systemMonotonic.elapsedMs() - begunMs) / 1000);
      },
    };
  }

  #promTerms({ name, sentence, labels }: MetricTerms<LabelValues>) {
    return { name, help: sentence, labelNames: Object.keys(labels ?? {}), registers: [this.#registry] };
  }
}

type Known = ReadonlyMap<string, ReadonlySet<string>>;

/** @throws RangeError when the metric could have more combinations of values than a reader can take in */
function knownValues({ name, labels = {} }: MetricTerms<LabelValues>): Known {
  const known = new Map(Object.entries(labels).map(([label, values]) => [label, new Set(values)]));
  const count = [...known.values()].reduce((product, values) => product * (values.size + 1), 1);
  if (count > MOST_COMBINATIONS) throw new RangeError(`${name} has ${count} combinations of values`);
  return known;
}

/** The labels with whatever was not foreseen as `other`: an address can never become a label. */
function bounded(known: Known, labels: Readonly<Record<string, string>>): Record<string, string> {
  const safe: Record<string, string> = {};
  for (const [label, values] of known) {
    const value = labels[label] ?? OTHER;
    safe[label] = values.has(value) ? value : OTHER;
  }
  return safe;
}

/** Every combination, so that what has not happened yet is told as 0. */
function combinations(known: Known): Record<string, string>[] {
  let all: Record<string, string>[] = [{}];
  for (const [label, values] of known) {
    all = all.flatMap((labels) => [...values].map((value) => ({ ...labels, [label]: value })));
  }
  return all;
}

function measuredOrNothing<Result>(measure: () => readonly Result[]): readonly Result[] {
  try {
    return measure();
  } catch {
    // What cannot be read now must not hide the rest.
    return [];
  }
}
