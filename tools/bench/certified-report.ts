// SPDX-License-Identifier: EUPL-1.2
import type { Floors } from './floors.ts';
import { cpuMsEach, type LoadRow, totalOf } from './load-row.ts';
import { barPlot } from './plot.ts';
import { circumstancesList, MEBIBYTE, type Measurement } from './report-parts.ts';
import { figure, ratio, table } from './table.ts';

export interface Measured {
  readonly sizeBytes: number;
  readonly senders: number;
  /** Of each message. */
  readonly recipients: number;
  readonly row: LoadRow;
}

/** One way of carrying mail. */
export interface MeasuredWay {
  readonly name: string;
  /** As much as goes. */
  readonly full: readonly Measured[];
  /** A third of the best rate of that size, for the times. */
  readonly paced: readonly Measured[];
}

/** Resident memory of a provider before all loads and some time after them. */
export interface MemoryRow {
  readonly name: string;
  readonly startBytes: number;
  readonly afterBytes: number;
}

/** What one run measured. */
export interface Comparison extends Measurement {
  readonly floors: Floors;
  readonly terms: {
    readonly seconds: number;
    readonly warmUpSeconds: number;
    readonly repeats: number;
  };
  readonly ways: readonly MeasuredWay[];
  readonly memory: readonly MemoryRow[];
  readonly cooledSeconds: number;
}

const KIBIBYTE = 1024;

/** The comparison as Markdown, and its rates as a plot. */
export function certifiedReport(comparison: Comparison): { readonly text: string; readonly svg: string } {
  const sections = certifiedSections(comparison);
  const { terms } = comparison;
  const text = `${circumstancesList(comparison)}
- warm-up: ${terms.warmUpSeconds} s of each way; each load submitted for ${terms.seconds} s; the middle one of ${terms.repeats}

${sections.floors}
As many as go:

${sections.rates}
A third of the best rate:

${sections.paced}
What a message costs:

${sections.costs}
Octets kept and written, by provider:

${sections.bytes}
Memory:

${sections.memory}
Certified over ordinary:

${sections.ratios}
${sections.goals}`;
  return { text, svg: plot(comparison) };
}

/** The parts of the report, each a table. */
export function certifiedSections(comparison: Comparison): Readonly<Record<string, string>> {
  return {
    floors: floorLines(comparison),
    rates: rateTable(comparison, 'full'),
    paced: rateTable(comparison, 'paced'),
    costs: costTable(comparison),
    bytes: byteTable(comparison),
    memory: memoryTable(comparison),
    ratios: ratioTable(comparison),
    goals: goalTable(comparison),
  };
}

function floorLines({ floors }: Comparison): string {
  return `- RSA-2048 signatures a second on one core (openssl): ${figure(floors.rsaPerSecond)}, ${figure(signingMs(floors, 1))} ms each
- appends of 4 KB with fdatasync a second: ${figure(floors.syncsPerSecond)}
`;
}

function signingMs({ rsaPerSecond }: Floors, signatures: number): number {
  return (signatures * 1000) / rsaPerSecond;
}

const LOAD = ['mail', 'KB', 'senders', 'to'];

function loadCells(way: MeasuredWay, { sizeBytes, senders, recipients }: Measured): string[] {
  return [way.name, ...[sizeBytes / KIBIBYTE, senders, recipients].map(figure)];
}

function rateTable({ ways }: Comparison, which: 'full' | 'paced'): string {
  const header = [...LOAD, 'messages', 'a second', 'CPU ms', 'subm. p50 ms', 'p95', 'p99'];
  header.push('journey p50 ms', 'p95', 'p99');
  const rows = ways.flatMap((way) =>
    way[which].map((one) => {
      const { row } = one;
      return [
        ...loadCells(way, one),
        ...[row.count, row.perSecond, cpuMsEach(row)].map(figure),
        ...[row.submissionP50Ms, row.submissionP95Ms, row.submissionP99Ms].map(figure),
        ...[row.journeyP50Ms, row.journeyP95Ms, row.journeyP99Ms].map(figure),
      ];
    }),
  );
  return table(header, rows);
}

function costTable({ ways, floors }: Comparison): string {
  const header = [...LOAD, 'user ms', 'system ms', 'signatures', 'they cost ms', 'index ms', 'generator ms'];
  header.push('KB written', 'KB kept', 'index KB', 'peak MB');
  const rows = ways.flatMap((way) =>
    [...way.full, ...way.paced].map((one) => {
      const { row } = one;
      const signatures = totalOf(row, ({ signaturesEach }) => signaturesEach);
      return [
        ...loadCells(way, one),
        figure(totalOf(row, ({ userMsEach }) => userMsEach)),
        figure(totalOf(row, ({ systemMsEach }) => systemMsEach)),
        figure(signatures),
        figure(signingMs(floors, signatures)),
        figure(totalOf(row, ({ indexMsEach }) => indexMsEach)),
        figure(row.generatorMsEach),
        figure(totalOf(row, ({ writtenBytesEach }) => writtenBytesEach) / KIBIBYTE),
        figure(totalOf(row, ({ keptBytesEach }) => keptBytesEach) / KIBIBYTE),
        figure(totalOf(row, ({ indexBytesEach }) => indexBytesEach) / KIBIBYTE),
        row.carriers.map(({ peakBytes }) => figure(peakBytes / MEBIBYTE)).join(' + '),
      ];
    }),
  );
  return table(header, rows);
}

/** Messages to one recipient without scanner, at the concurrency that kept most. */
function byteTable({ ways }: Comparison): string {
  const certified = ways.find(({ name }) => name === 'certified');
  const rows = (certified?.full ?? [])
    .filter(({ senders, recipients }) => senders === 8 && recipients === 1)
    .flatMap(({ sizeBytes, row }) =>
      row.carriers.map(({ name, keptBytesEach, writtenBytesEach, indexBytesEach }) => [
        `${sizeBytes / KIBIBYTE} KB, ${name}`,
        figure(keptBytesEach / KIBIBYTE),
        ratio(keptBytesEach, sizeBytes),
        figure(writtenBytesEach / KIBIBYTE),
        ratio(writtenBytesEach, keptBytesEach),
        figure(indexBytesEach === undefined ? undefined : indexBytesEach / KIBIBYTE),
      ]),
    );
  return table(['8 senders', 'KB kept', 'of the size', 'KB written', 'of what is kept', 'index KB'], rows);
}

function memoryTable({ memory, ways, cooledSeconds }: Comparison): string {
  const rows = memory.map(({ name, startBytes, afterBytes }) => [
    name,
    figure(startBytes / MEBIBYTE),
    figure(peakOf(ways, name) / MEBIBYTE),
    figure(afterBytes / MEBIBYTE),
    ratio(afterBytes, startBytes),
  ]);
  return table(
    ['resident', 'at the start MB', 'most MB', `${cooledSeconds} s later MB`, 'of the start'],
    rows,
  );
}

function peakOf(ways: readonly MeasuredWay[], carrier: string): number {
  const rows = ways
    .filter(({ name }) => name === 'certified')
    .flatMap(({ full, paced }) => [...full, ...paced]);
  const peaks = rows.flatMap(({ row }) => row.carriers.filter(({ name }) => name === carrier));
  return Math.max(...peaks.map(({ peakBytes }) => peakBytes));
}

/** At the best concurrency of each. */
function ratioTable(comparison: Comparison): string {
  const { certified, ordinary } = named(comparison);
  const kinds = (certified ?? ordinary)?.full ?? [];
  const keys = [...new Set(kinds.map(({ sizeBytes, recipients }) => `${sizeBytes}/${recipients}`))];
  const rows = keys.map((key) => {
    const [sizeBytes = 0, recipients = 1] = key.split('/').map(Number);
    const [ours, theirs] = [certified, ordinary].map((way) => best(way?.full, { sizeBytes, recipients }));
    return [
      `${sizeBytes / KIBIBYTE} KB${recipients === 1 ? '' : `, ${recipients} recipients`}`,
      ...[ours?.row.perSecond, theirs?.row.perSecond].map(figure),
      ratio(ours?.row.perSecond, theirs?.row.perSecond),
      ratio(ours && cpuMsEach(ours.row), theirs && cpuMsEach(theirs.row)),
      ratio(kept(ours), kept(theirs)),
    ];
  });
  const header = ['best of each', 'certified a second', 'ordinary', 'rate', 'CPU each', 'octets kept'];
  return table(header, rows);
}

function named({ ways }: Comparison) {
  const find = (wanted: string) => ways.find(({ name }) => name === wanted);
  return { certified: find('certified'), ordinary: find('ordinary') };
}

function kept(measured: Measured | undefined): number | undefined {
  return measured && totalOf(measured.row, ({ keptBytesEach }) => keptBytesEach);
}

function best(
  measured: readonly Measured[] | undefined,
  wanted: { readonly sizeBytes: number; readonly recipients: number },
): Measured | undefined {
  const same = (measured ?? []).filter(
    ({ sizeBytes, recipients }) => sizeBytes === wanted.sizeBytes && recipients === wanted.recipients,
  );
  return same.toSorted((one, other) => other.row.perSecond - one.row.perSecond)[0];
}

/** The aims that this bench can judge. */
function goalTable(comparison: Comparison): string {
  const { floors, ways, memory } = comparison;
  const { certified, ordinary } = named(comparison);
  const rows: string[][] = [];
  const judge = (what: string, value: number | undefined, aim: { most?: number; least?: number }) => {
    if (value === undefined || !Number.isFinite(value)) return;
    const { most = Number.POSITIVE_INFINITY, least = Number.NEGATIVE_INFINITY } = aim;
    const words = aim.least === undefined ? `at most ${most}` : `at least ${least}`;
    rows.push([what, words, figure(value), value <= most && value >= least ? 'yes' : 'no']);
  };
  for (const kilobytes of [5, 50]) {
    const wanted = { sizeBytes: kilobytes * KIBIBYTE, recipients: 1 };
    const [ours, theirs] = [best(certified?.full, wanted), best(ordinary?.full, wanted)];
    const rate = ours && theirs ? ours.row.perSecond / theirs.row.perSecond : undefined;
    judge(`rate over ordinary mail, ${kilobytes} KB`, rate, { least: 1 });
  }
  const small = best(certified?.full, { sizeBytes: 5 * KIBIBYTE, recipients: 1 });
  judge('CPU of a 5 KB message, ms', small && cpuMsEach(small.row), { most: 5 });
  const signatures = small && totalOf(small.row, ({ signaturesEach }) => signaturesEach);
  judge('of which signatures, ms', signatures && signingMs(floors, signatures), { most: 1.6 });
  const calm = certified?.paced.find(({ sizeBytes }) => sizeBytes === 5 * KIBIBYTE)?.row;
  judge('a third of the best rate: submission p99, ms', calm?.submissionP99Ms, { most: 25 });
  judge('journey p50, ms', calm?.journeyP50Ms, { most: 25 });
  judge('journey p99, ms', calm?.journeyP99Ms, { most: 100 });
  const megabyte = certified?.full.find((one) => one.sizeBytes === MEBIBYTE && one.recipients === 1);
  for (const { name, keptBytesEach, writtenBytesEach } of megabyte?.row.carriers ?? []) {
    judge(`kept of a 1 MB message by ${name}, MB`, keptBytesEach / MEBIBYTE, { most: 1.05 });
    judge(`written over kept by ${name}`, writtenBytesEach / keptBytesEach, { most: 1.3 });
  }
  for (const { name, startBytes, afterBytes } of memory) {
    judge(`most memory of ${name}, MB`, peakOf(ways, name) / MEBIBYTE, { most: 400 });
    judge(`memory of ${name} after load over start`, afterBytes / startBytes, { most: 1.2 });
  }
  return table(['aim', 'wanted', 'measured', 'reached'], rows);
}

function plot({ ways }: Comparison): string {
  const shown = ways.filter(({ name }) => name !== 'with clamd');
  const loads = (shown[0]?.full ?? []).filter(({ recipients }) => recipients === 1);
  return barPlot({
    title: 'Messages a second, as many as go',
    names: shown.map(({ name }) => (name === 'certified' ? 'Ceralacca, certified' : 'Postfix + Dovecot')),
    groups: loads.map(({ sizeBytes, senders }) => ({
      label: `${sizeBytes / KIBIBYTE} KB, ${senders}`,
      values: shown.map((way) => {
        const same = way.full.find(
          (one) => one.sizeBytes === sizeBytes && one.senders === senders && one.recipients === 1,
        );
        return same?.row.perSecond ?? Number.NaN;
      }),
    })),
  });
}
