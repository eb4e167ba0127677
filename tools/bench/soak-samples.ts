// SPDX-License-Identifier: EUPL-1.2
import { readdirSync, readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { median } from './statistics.ts';
import { figure, table } from './table.ts';

/** One provider at one moment of a soak. */
export interface Sample {
  /** Since the soak began. */
  readonly seconds: number;
  /** Anonymous memory of the process: heap, buffers, what the allocator keeps; no file pages. */
  readonly memoryBytes: number;
  /** Open files, sockets included. */
  readonly files: number;
  /** Entries in its queue: several for each message under way. */
  readonly queue: number;
  /** Records in its certification log. */
  readonly records: number;
}

/** What a provider's process has at the moment; of the store, what is committed. */
export class Sampler implements Disposable {
  readonly #pid: number;
  readonly #db: DatabaseSync;
  readonly #queue;
  readonly #records;

  constructor(pid: number, storeFile: string) {
    this.#pid = pid;
    this.#db = new DatabaseSync(storeFile, { readOnly: true, timeout: 5000 });
    this.#queue = this.#db.prepare('SELECT count(*) AS number FROM queue');
    this.#records = this.#db.prepare('SELECT max(sequence) AS number FROM log');
  }

  take(seconds: number): Sample {
    const status = readFileSync(`/proc/${this.#pid}/status`, 'latin1');
    return {
      seconds,
      memoryBytes: Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024,
      files: readdirSync(`/proc/${this.#pid}/fd`).length,
      queue: Number(this.#queue.get()?.number ?? 0),
      records: Number(this.#records.get()?.number ?? 0),
    };
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }
}

/** Whether one thing stays as it was. */
export interface Flatness {
  readonly what: 'memory' | 'files' | 'queue';
  /** Median of the second fifth, when what fills up once has filled up. */
  readonly early: number;
  /** Median of the last fifth. */
  readonly late: number;
  readonly limit: number;
  readonly flat: boolean;
}

/** How much more than early is still flat: a share of it, and something on top of that. */
const SLACK = {
  memory: { share: 0.2, more: 64 * 1024 * 1024 },
  files: { share: 0, more: 16 },
  queue: { share: 0.5, more: 200 },
} as const;

export function judgeFlatness(samples: readonly Sample[]): readonly Flatness[] {
  const fifth = Math.max(Math.floor(samples.length / 5), 1);
  const early = samples.slice(fifth, fifth * 2);
  const late = samples.slice(-fifth);
  const judge = (what: Flatness['what'], of: (sample: Sample) => number): Flatness => {
    const [before, after] = [median(early.map(of)), median(late.map(of))];
    const { share, more } = SLACK[what];
    const limit = before * (1 + share) + more;
    return { what, early: before, late: after, limit, flat: after <= limit };
  };
  return [
    judge('memory', ({ memoryBytes }) => memoryBytes),
    judge('files', ({ files }) => files),
    judge('queue', ({ queue }) => queue),
  ];
}

/** Sample by sample, twenty lines at most. */
export function sampleTable(byProvider: ReadonlyMap<string, readonly Sample[]>): string {
  const names = [...byProvider.keys()];
  const lines = [...byProvider.values()][0] ?? [];
  const every = Math.max(Math.ceil(lines.length / 20), 1);
  const header = ['seconds', ...names.flatMap((name) => [`${name} MB`, 'files', 'queue', 'records'])];
  const rows = lines.flatMap(({ seconds }, at) => {
    if (at % every !== 0 && at !== lines.length - 1) return [];
    const cells = names.flatMap((name) => {
      const sample = byProvider.get(name)?.[at];
      if (sample === undefined) return ['-', '-', '-', '-'];
      const { memoryBytes, files, queue, records } = sample;
      return [memoryBytes / 1024 / 1024, files, queue, records].map(figure);
    });
    return [[figure(Math.round(seconds)), ...cells]];
  });
  return table(header, rows);
}

export function flatnessTable(byProvider: ReadonlyMap<string, readonly Sample[]>): {
  readonly text: string;
  readonly flat: boolean;
} {
  const judged = [...byProvider].flatMap(([name, samples]) =>
    judgeFlatness(samples).map((one) => ({ name, ...one })),
  );
  const shown = (what: string, value: number) =>
    what === 'memory' ? `${figure(value / 1024 / 1024)} MB` : figure(value);
  const rows = judged.map(({ name, what, early, late, limit, flat }) => [
    `${name}: ${what}`,
    ...[early, late, limit].map((value) => shown(what, value)),
    flat ? 'flat' : 'GROWS',
  ]);
  return {
    text: table(['', 'second fifth', 'last fifth', 'limit', 'verdict'], rows),
    flat: judged.every(({ flat }) => flat),
  };
}
