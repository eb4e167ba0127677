// SPDX-License-Identifier: EUPL-1.2
import type { Floors } from './floors.ts';
import type { LoadRow } from './load-row.ts';
import { barPlot } from './plot.ts';
import { figure, ratio, table } from './table.ts';

export interface Measured {
  readonly sizeBytes: number;
  readonly senders: number;
  readonly row: LoadRow;
}

/** What one run measured. */
export interface Comparison {
  readonly around: Readonly<Record<string, string>>;
  readonly loadAfter: string;
  readonly floors: Floors;
  readonly ways: readonly {
    readonly name: string;
    /** As much as goes. */
    readonly full: readonly Measured[];
    /** A third of the best rate of that size, for the times. */
    readonly paced: readonly Measured[];
  }[];
}

/** Acceptance, envelope, take-charge and delivery: what certifying one message for one recipient signs. */
const SIGNATURES = 4;

/** The comparison as Markdown, and its rates as a plot. */
export function report(comparison: Comparison): { readonly text: string; readonly svg: string } {
  const { around, floors, loadAfter, ways } = comparison;
  const circumstances = Object.entries({ ...around, 'load afterwards': loadAfter });
  const signaturesMs = (SIGNATURES * 1000) / floors.rsaPerSecond;
  const text = `${circumstances.map(([key, value]) => `- ${key}: ${value}`).join('\n')}
- RSA-2048 signatures a second on one core (openssl): ${figure(floors.rsaPerSecond)}; ${SIGNATURES} cost ${figure(signaturesMs)} ms
- appends of 4 KB with fdatasync a second: ${figure(floors.syncsPerSecond)}

As many as go:

${loadTable(comparison, 'full')}
A third of the best rate, on ${ways[0]?.paced[0]?.senders ?? '-'} connections:

${loadTable(comparison, 'paced')}
Certified over ordinary:

${ratioTable(comparison)}`;
  return { text, svg: plot(comparison) };
}

function loadTable({ ways }: Comparison, which: 'full' | 'paced'): string {
  const header = ['mail', 'KB', 'senders', 'messages', 'a second', 'CPU ms', 'subm. p50 ms', 'p95', 'p99'];
  header.push('journey p50 ms', 'p95', 'p99', 'KB written', 'KB kept', 'peak MB');
  const rows = ways.flatMap((way) =>
    way[which].map(({ sizeBytes, senders, row }) => [
      way.name,
      ...[sizeBytes / 1024, senders, row.count, row.perSecond, row.cpuMsEach].map(figure),
      ...[row.submissionP50Ms, row.submissionP95Ms, row.submissionP99Ms].map(figure),
      ...[row.journeyP50Ms, row.journeyP95Ms, row.journeyP99Ms].map(figure),
      ...[row.writtenBytesEach / 1024, row.keptBytesEach / 1024, row.peakMemoryBytes / 1024 / 1024].map(
        figure,
      ),
    ]),
  );
  return table(header, rows);
}

/** At the best concurrency of each. */
function ratioTable(comparison: Comparison): string {
  const [certified, ordinary] = ['certified', 'ordinary'].map((name) =>
    comparison.ways.find((way) => way.name === name),
  );
  const sizes = [...new Set((certified ?? ordinary)?.full.map(({ sizeBytes }) => sizeBytes))];
  const rows = sizes.map((sizeBytes) => {
    const [ours, theirs] = [certified, ordinary].map((way) => best(way?.full, sizeBytes));
    const rate = ratio(ours?.row.perSecond, theirs?.row.perSecond);
    const cpu = ratio(ours?.row.cpuMsEach, theirs?.row.cpuMsEach);
    const kept = ratio(ours?.row.keptBytesEach, theirs?.row.keptBytesEach);
    return [`${sizeBytes / 1024} KB`, rate, cpu, kept];
  });
  return table(['best of each', 'messages a second', 'CPU each', 'octets kept'], rows);
}

function best(measured: readonly Measured[] | undefined, sizeBytes: number): Measured | undefined {
  const same = (measured ?? []).filter((one) => one.sizeBytes === sizeBytes);
  return same.toSorted((one, other) => other.row.perSecond - one.row.perSecond)[0];
}

function plot({ ways }: Comparison): string {
  const loads = (ways[0]?.full ?? []).map(({ sizeBytes, senders }) => ({ sizeBytes, senders }));
  return barPlot({
    title: 'Messages a second, as many as go',
    names: ways.map(({ name }) => (name === 'certified' ? 'Ceralacca, certified' : 'Postfix + Dovecot')),
    groups: loads.map(({ sizeBytes, senders }) => ({
      label: `${sizeBytes / 1024} KB, ${senders}`,
      values: ways.map((way) => {
        const same = way.full.find((one) => one.sizeBytes === sizeBytes && one.senders === senders);
        return same?.row.perSecond ?? Number.NaN;
      }),
    })),
  });
}
