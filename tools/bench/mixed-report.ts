// SPDX-License-Identifier: EUPL-1.2
import type { LoadRow } from './load-row.ts';
import { MEBIBYTE, type Measurement } from './report-parts.ts';
import { figure, table } from './table.ts';

export interface MixedResult extends Measurement {
  readonly smallBytes: number;
  readonly largeBytes: number;
  /** Small ones, while nothing else is sent. */
  readonly alone: LoadRow;
  /** Small ones, while large ones are sent; their servers are counted with the large ones. */
  readonly among: LoadRow;
  readonly large: LoadRow;
}

/** What the journey of a small message may take while large ones are sent, 99 times in 100. */
const AIM_MS = 250;

export function mixedReport({ smallBytes, largeBytes, alone, among, large }: MixedResult): string {
  const header = ['messages', 'KB', 'number', 'a second', 'subm. p50 ms', 'p95', 'p99'];
  header.push('journey p50 ms', 'p95', 'p99');
  const line = (what: string, bytes: number, row: LoadRow) => [
    what,
    ...[bytes / 1024, row.count, row.perSecond].map(figure),
    ...[row.submissionP50Ms, row.submissionP95Ms, row.submissionP99Ms].map(figure),
    ...[row.journeyP50Ms, row.journeyP95Ms, row.journeyP99Ms].map(figure),
  ];
  const rows = [
    line('small, alone', smallBytes, alone),
    line('small, among large', smallBytes, among),
    line('large', largeBytes, large),
  ];
  const peaks = large.carriers.map(({ name, peakBytes }) => `${name} ${figure(peakBytes / MEBIBYTE)} MB`);
  const worst = Math.max(among.submissionP99Ms, among.journeyP99Ms);
  return `${table(header, rows)}
p99 of small messages among large ones: ${figure(worst)} ms, where ${AIM_MS} are wanted: ${worst <= AIM_MS ? 'reached' : 'not reached'}. Most memory meanwhile: ${peaks.join(', ')}.
`;
}
