// SPDX-License-Identifier: EUPL-1.2
/**
 * Reads the profiles that a bench wrote with `--profile`, thread by thread:
 * `npm run bench -- profile-report --help`
 */
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { RESULTS } from './bench-folder.ts';
import {
  type Attribution,
  attributeHeap,
  attributeTime,
  type CpuProfile,
  type HeapProfile,
} from './profile-attribution.ts';
import { type ProfiledSpan, profileFiles, readSpans } from './profiles.ts';
import { table } from './table.ts';

const HELP = `npm run bench -- profile-report [options] [FOLDER]
  --rows N       lines of each table (15)
  --span TEXT    only what was measured under a name with this text in it; every measured span counts by default
  --whole        the whole life of the processes, start and warm-up included
  --functions    functions as well
FOLDER is where the profiles are (var/bench/profiles). Self time is attributed to the nearest frame in src, whatever
package or part of Node.js it called; a second table tells where it was spent.
`;

export interface ReportTerms {
  readonly rows: number;
  readonly functions: boolean;
}

/** One thread as Markdown; `unit` is what its shares are divided by to be shown. */
export function attributionText(
  title: string,
  {
    attribution,
    terms,
    unit,
  }: {
    readonly attribution: Attribution;
    readonly terms: ReportTerms;
    readonly unit: { readonly name: string; readonly size: number };
  },
): string {
  const { total, idle } = attribution;
  const shown = (value: number) => (value / unit.size).toFixed(2);
  const list = (header: string, shares: ReadonlyMap<string, number>) => {
    const rows = [...shares]
      .toSorted(([, one], [, other]) => other - one)
      .slice(0, terms.rows)
      .map(([name, value]) => [name, shown(value), `${((100 * value) / total).toFixed(1)} %`]);
    return table([header, unit.name, 'share'], rows);
  };
  const idling = idle > 0 ? `, idle ${shown(idle)} ${unit.name}` : '';
  return [
    `## ${title}: ${shown(total)} ${unit.name}${idling}\n`,
    list('for', attribution.byMember),
    list('for', attribution.byFile),
    ...(terms.functions ? [list('for', attribution.byFunction)] : []),
    list('spent in', attribution.byOrigin),
  ].join('\n');
}

/** `CPU.date.time.pid.THREAD.sequence.cpuprofile`, in a folder named like its process. */
function titleOf(path: string, { thread }: Attribution): string {
  const number = basename(path).split('.')[4];
  const own = number === '0' ? 'main thread' : (thread ?? `thread ${number}`);
  return `${basename(dirname(path))}, ${own}`;
}

function reportOf(path: string, terms: ReportTerms & { readonly spans: readonly ProfiledSpan[] }): string {
  const text = readFileSync(path, 'utf8');
  const heap = path.endsWith('.heapprofile');
  const attribution = heap
    ? attributeHeap(JSON.parse(text) as HeapProfile)
    : attributeTime(JSON.parse(text) as CpuProfile, terms.spans);
  const unit = heap ? { name: 'MB held', size: 1024 * 1024 } : { name: 'seconds', size: 1e6 };
  return attributionText(titleOf(path, attribution), { attribution, terms, unit });
}

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rows: { type: 'string', default: '15' },
      span: { type: 'string', default: '' },
      whole: { type: 'boolean', default: false },
      functions: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const folder = positionals[0] ?? join(RESULTS, 'profiles');
  const noted = readSpans(folder).filter(({ what }) => what.includes(values.span));
  const terms = { rows: Number(values.rows), functions: values.functions, spans: values.whole ? [] : noted };
  for (const path of profileFiles(folder)) process.stdout.write(`${reportOf(path, terms)}\n`);
}

if (import.meta.main) main();
