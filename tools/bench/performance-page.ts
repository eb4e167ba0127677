// SPDX-License-Identifier: EUPL-1.2
/**
 * The tables of docs/performance.md, made from the results in docs/performance. Run as a program it writes them into
 * the page; with `--take` it first takes over the results that benches left in var/bench. A table whose result is not
 * there stays as it is.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { RESULTS } from './bench-folder.ts';
import { type Comparison, certifiedReport, certifiedSections } from './certified-report.ts';
import { type FlatResult, flatReport } from './flat-report.ts';
import { type ImapResult, imapReport } from './imap-report.ts';
import { type LogResult, logReport } from './log-report.ts';
import { type MixedResult, mixedReport } from './mixed-report.ts';
import type { Measurement } from './report-parts.ts';
import { type SoakResult, soakReport } from './soak-report.ts';

const ROOT = join(import.meta.dirname, '../..');
export const PAGE = join(ROOT, 'docs/performance.md');
const KEPT = join(ROOT, 'docs/performance');
const PLOT = join(ROOT, 'docs/performance.svg');

const HELP = `npm run bench -- performance-page [options]
  --take   takes the results in var/bench over into docs/performance first
`;

/** Marks in the page: a table of a result, or `when`, the circumstances of all of it. */
const SECTION = /<!-- bench ([a-z-]+) ([a-z]+): begin -->\n[\s\S]*?<!-- bench \1 \2: end -->/g;

const TABLES: Readonly<Record<string, (result: never) => Readonly<Record<string, string>>>> = {
  certified: (result: Comparison) => certifiedSections(result),
  mixed: (result: MixedResult) => ({ table: mixedReport(result) }),
  flat: (result: FlatResult) => ({ table: flatReport(result) }),
  imap: (result: ImapResult) => ({ table: imapReport(result) }),
  'imap-reading': (result: ImapResult) => ({ table: imapReport(result) }),
  'imap-flags': (result: ImapResult) => ({ table: imapReport(result) }),
  'imap-flags-synced': (result: ImapResult) => ({ table: imapReport(result) }),
  log: (result: LogResult) => ({ table: logReport(result) }),
  soak: (result: SoakResult) => ({ table: soakReport(result).text }),
};

export type ResultOf = (name: string) => Measurement | undefined;

/** The page with fresh tables; throws for a mark that nothing belongs to. */
export function refreshedPage(page: string, resultOf: ResultOf): string {
  return page.replaceAll(SECTION, (whole, name: string, part: string) => {
    const tables = TABLES[name];
    if (tables === undefined) throw new Error(`docs/performance.md speaks of a bench ${name}`);
    const result = resultOf(name);
    if (result === undefined) return whole;
    const text = part === 'when' ? whenText(result) : tables(result as never)[part];
    if (text === undefined) throw new Error(`the bench ${name} has no table ${part}`);
    const mark = (end: string) => `<!-- bench ${name} ${part}: ${end} -->`;
    return `${mark('begin')}\n\n${text.trim()}\n\n${mark('end')}`;
  });
}

/** One sentence: a figure is worth nothing without it. */
function whenText({ around, loadAfter }: Measurement): string {
  const { date = '', commit, processors, model, kernel, node, load } = around;
  return `Measured ${date.slice(0, 10)} at commit ${commit}: ${processors} processors (${model}), ${kernel}, Node ${node}; load ${load} before and ${loadAfter} after.`;
}

/** A result of docs/performance. */
export function keptResult(name: string): Measurement | undefined {
  const path = join(KEPT, `${name}.json`);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Measurement) : undefined;
}

function take(): void {
  mkdirSync(KEPT, { recursive: true });
  const names = existsSync(RESULTS) ? readdirSync(RESULTS) : [];
  for (const name of Object.keys(TABLES).map((each) => `${each}.json`))
    if (names.includes(name)) copyFileSync(join(RESULTS, name), join(KEPT, name));
}

function main(): void {
  const option = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({ options: { take: option, help: option } });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  if (values.take) take();
  writeFileSync(PAGE, refreshedPage(readFileSync(PAGE, 'utf8'), keptResult));
  const comparison = keptResult('certified');
  if (comparison !== undefined) writeFileSync(PLOT, certifiedReport(comparison as Comparison).svg);
}

if (import.meta.main) main();
