// SPDX-License-Identifier: EUPL-1.2
import type { LoadRow } from './load-row.ts';
import type { Measurement } from './report-parts.ts';
import { flatnessTable, type Sample, sampleTable } from './soak-samples.ts';
import { figure } from './table.ts';

export interface SoakResult extends Measurement {
  readonly minutes: number;
  /** Of the best rate, in per cent. */
  readonly share: number;
  /** Messages a second, measured just before. */
  readonly best: number;
  /** Messages a second that were offered. */
  readonly rate: number;
  readonly sizeKb: number;
  readonly senders: number;
  readonly row: LoadRow;
  /** By provider. */
  readonly samples: Readonly<Record<string, readonly Sample[]>>;
}

export function soakReport(result: SoakResult): { readonly text: string; readonly flat: boolean } {
  const { minutes, share, best, rate, sizeKb, senders, row } = result;
  const samples = new Map(Object.entries(result.samples));
  const { text, flat } = flatnessTable(samples);
  const head = `${minutes} minutes at ${figure(rate)} messages a second offered (${share} % of ${figure(best)}), ${sizeKb} KB, ${senders} senders:
${figure(row.count)} certified messages, all delivered, ${figure(row.perSecond)} a second; journey p50 ${figure(row.journeyP50Ms)} ms, p99 ${figure(row.journeyP99Ms)} ms.
`;
  return { text: `${head}\n${text}\n${sampleTable(samples)}`, flat };
}
