// SPDX-License-Identifier: EUPL-1.2
import { cpuMsEach, type LoadRow, totalOf } from './load-row.ts';
import { MEBIBYTE, type Measurement } from './report-parts.ts';
import { figure, ratio, table } from './table.ts';

/** Providers of one size. */
export interface FlatRow {
  readonly what: 'mailboxes' | 'messages';
  readonly number: number;
  /** From the start of the first of them until all doors of both are open. */
  readonly startSeconds: number;
  /** CPU of both until they had nothing to do. */
  readonly startCpuSeconds: number;
  /** Resident then, of each. */
  readonly memoryBytes: readonly number[];
  readonly row: LoadRow;
}

export interface FlatResult extends Measurement {
  readonly rows: readonly FlatRow[];
}

const WORDS = { mailboxes: 'mailboxes', messages: 'messages in each INBOX' };
const FLAT = 1.2;

export function flatReport({ rows }: FlatResult): string {
  const header = [
    'of each provider',
    'a second',
    'CPU ms',
    'of the first',
    'index ms',
    'journey p50 ms',
    'KB written',
  ];
  header.push('start s', 'its CPU s', 'MB then', 'flat');
  return table(
    header,
    rows.map((one) => {
      const { what, number, row, startSeconds, startCpuSeconds, memoryBytes } = one;
      const first = rows.find((other) => other.what === what) ?? one;
      const grown = cpuMsEach(row) / cpuMsEach(first.row);
      return [
        `${figure(number)} ${WORDS[what]}`,
        ...[row.perSecond, cpuMsEach(row)].map(figure),
        ratio(cpuMsEach(row), cpuMsEach(first.row)),
        figure(totalOf(row, ({ indexMsEach }) => indexMsEach)),
        figure(row.journeyP50Ms),
        figure(totalOf(row, ({ writtenBytesEach }) => writtenBytesEach) / 1024),
        ...[startSeconds, startCpuSeconds].map(figure),
        memoryBytes.map((bytes) => figure(bytes / MEBIBYTE)).join(' + '),
        grown <= FLAT ? 'yes' : 'no',
      ];
    }),
  );
}
