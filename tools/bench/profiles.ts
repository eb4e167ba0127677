// SPDX-License-Identifier: EUPL-1.2
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RESULTS } from './bench-folder.ts';

/** CPU: where time went. Heap: what was still held at the end, and where it was allocated. */
export const PROFILE_KINDS = ['cpu', 'heap'] as const;
export type ProfileKind = (typeof PROFILE_KINDS)[number];

/** Part of a measurement, in microseconds of the clock that profiles use as well (CLOCK_MONOTONIC). */
export interface ProfiledSpan {
  readonly what: string;
  readonly from: number;
  readonly to: number;
}

const SPANS = 'spans.json';
/** Where profiles go; those of the run before are thrown away. */
const FOLDER = join(RESULTS, 'profiles');

/** What `--profile` asks for: nothing, or one kind; throws for what is neither. */
export function askedProfile(
  kind: string | undefined,
): { readonly kind: ProfileKind; readonly folder: string } | undefined {
  if (kind === undefined) return undefined;
  const known = PROFILE_KINDS.find((one) => one === kind);
  if (known === undefined) throw new Error(`--profile takes ${PROFILE_KINDS.join(' or ')}, not ${kind}`);
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  return { kind: known, folder: FOLDER };
}

/** What makes a process of Node.js write its profiles, those of its threads among them, when it ends. */
export function profileFlags(
  profile: { readonly kind: ProfileKind; readonly folder: string } | undefined,
  name: string,
): string[] {
  if (profile === undefined) return [];
  const folder = join(profile.folder, name);
  mkdirSync(folder, { recursive: true });
  return profile.kind === 'cpu'
    ? ['--cpu-prof', `--cpu-prof-dir=${folder}`, '--cpu-prof-interval=500']
    : ['--heap-prof', `--heap-prof-dir=${folder}`];
}

/** Notes when something was measured, so that a report can leave out start and warm-up. */
export class SpanNotes {
  readonly #spans: ProfiledSpan[] = [];

  async during<Value>(what: string, work: () => Promise<Value>): Promise<Value> {
    const from = microseconds();
    try {
      return await work();
    } finally {
      this.#spans.push({ what, from, to: microseconds() });
    }
  }

  write(folder: string): void {
    writeFileSync(join(folder, SPANS), `${JSON.stringify(this.#spans, null, 2)}\n`);
  }
}

/** The spans that were noted beside profiles; none when there are no notes. */
export function readSpans(folder: string): readonly ProfiledSpan[] {
  const path = join(folder, SPANS);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as ProfiledSpan[]) : [];
}

/** All profiles below a folder. */
export function profileFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(cpu|heap)profile$/.test(name))
    .sort()
    .map((name) => join(folder, name));
}

function microseconds(): number {
  return Number(process.hrtime.bigint() / 1000n);
}
