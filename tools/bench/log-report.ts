// SPDX-License-Identifier: EUPL-1.2
import { MEBIBYTE, type Measurement } from './report-parts.ts';
import { figure, table } from './table.ts';

/** The log at the end of one of its days. */
export interface LogRow {
  readonly records: number;
  /** Elapsed for each record of the day, many being committed together. */
  readonly appendUs: number;
  readonly appendCpuUs: number;
  readonly traceP50Ms: number;
  readonly traceP99Ms: number;
  readonly proofP50Ms: number;
  readonly sealSeconds: number;
  /** How long a step took while the day was sealed. */
  readonly waitP50Ms: number;
  readonly waitP99Ms: number;
  /** Resident, of the whole process. */
  readonly memoryBytes: number;
}

export interface LogResult extends Measurement {
  readonly rows: readonly LogRow[];
  readonly auditSeconds: number;
  readonly faults: number;
  readonly peakBytes: number;
  /** Octets of the database for each record. */
  readonly bytesEach: number;
}

export function logReport({ rows, auditSeconds, faults, peakBytes, bytesEach }: LogResult): string {
  const header = ['records', 'append us', 'CPU us', 'trace p50 ms', 'p99', 'proof ms'];
  header.push('sealing the day s', 'steps meanwhile p50 ms', 'p99', 'memory MB');
  const cells = rows.map(({ memoryBytes, ...row }) =>
    [...Object.values(row), memoryBytes / MEBIBYTE].map(figure),
  );
  const records = rows.at(-1)?.records ?? 0;
  const speed = records / auditSeconds;
  return `${table(header, cells)}
Checking all of it took ${figure(auditSeconds)} s (${figure(speed)} records a second) and found ${faults} faults; the process
never held more than ${figure(peakBytes / MEBIBYTE)} MB; the database has ${figure(bytesEach)} octets for each record.
`;
}
