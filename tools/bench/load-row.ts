// SPDX-License-Identifier: EUPL-1.2
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Job, JobResult } from './generator.ts';
import { type Running, type Used, usedSince } from './processes.ts';

/** A server that carries mail, and what it keeps. */
export interface Carrier {
  readonly name: string;
  readonly running: Running;
  /** Octets kept so far. */
  keptBytes(): number;
  /** Of an index over the mail, whatever follows it in the background, so far. */
  indexBytes?(): number;
  /** Signatures made so far. */
  signatures?(): Promise<number>;
  /** Resolves when nothing is done in the background any more. */
  settled?(): Promise<void>;
}

/** What one server spent on each message. */
export interface CarrierRow {
  readonly name: string;
  readonly userMsEach: number;
  readonly systemMsEach: number;
  readonly writtenBytesEach: number;
  readonly keptBytesEach: number;
  /** Most memory of its processes during the load, added up. */
  readonly peakBytes: number;
  /** Signatures for each message; of servers that sign. */
  readonly signaturesEach?: number;
  /** What the index spent after the load; of servers that have one. */
  readonly indexMsEach?: number;
  readonly indexWrittenBytesEach?: number;
  readonly indexBytesEach?: number;
}

/** One load carried: figures of the generator and of the servers. */
export interface LoadRow extends JobResult {
  readonly carriers: readonly CarrierRow[];
}

/** A figure of a load over all its servers. */
export function totalOf(row: LoadRow, figure: (carrier: CarrierRow) => number | undefined): number {
  return row.carriers.reduce((sum, carrier) => sum + (figure(carrier) ?? 0), 0);
}

/** User and system time of all servers for each message, in milliseconds. */
export function cpuMsEach(row: LoadRow): number {
  return totalOf(row, ({ userMsEach, systemMsEach }) => userMsEach + systemMsEach);
}

interface Reading {
  readonly used: Used;
  readonly kept: number;
  readonly index: number;
  readonly signatures: number | undefined;
}

/**
 * Runs a generator for one load and measures the servers meanwhile; log-ins are done before, and an index
 * catches up before and after it.
 */
export async function carry(job: Job, carriers: readonly Carrier[]): Promise<LoadRow> {
  const generator = fork(join(import.meta.dirname, 'generator.ts'));
  const failed = once(generator, 'exit').then(() => {
    throw new Error('the generator failed');
  });
  failed.catch(() => undefined);
  generator.send(job);
  await Promise.race([once(generator, 'message'), failed]);
  await settled(carriers);
  for (const { running } of carriers) running.forgetPeak();
  const before = await readings(carriers);
  generator.send('go');
  const [result] = (await Promise.race([once(generator, 'message'), failed])) as [JobResult];
  const after = await readings(carriers);
  const peaks = carriers.map(({ running }) => running.peakMemoryBytes());
  await settled(carriers);
  const later = await readings(carriers);
  const rows = carriers.map((carrier, at): CarrierRow => {
    const [first, second, third] = [before[at], after[at], later[at]];
    if (!first || !second || !third) throw new Error('a reading is missing');
    const spans = { first, second, third, count: result.count };
    return { name: carrier.name, peakBytes: peaks[at] ?? 0, ...spentBy(carrier, spans) };
  });
  return { ...result, carriers: rows };
}

interface Spans {
  readonly first: Reading;
  readonly second: Reading;
  readonly third: Reading;
  readonly count: number;
}

function spentBy(carrier: Carrier, { first, second, third, count }: Spans) {
  const spent = usedSince(first.used, second.used);
  const index = usedSince(second.used, third.used);
  const [signedBefore, signedAfter] = [first.signatures, second.signatures];
  return {
    userMsEach: spent.userMs / count,
    systemMsEach: spent.systemMs / count,
    writtenBytesEach: spent.writtenBytes / count,
    keptBytesEach: (second.kept - first.kept) / count,
    ...(signedBefore !== undefined &&
      signedAfter !== undefined && { signaturesEach: (signedAfter - signedBefore) / count }),
    ...(carrier.indexBytes !== undefined && {
      indexMsEach: (index.userMs + index.systemMs) / count,
      indexWrittenBytesEach: index.writtenBytes / count,
      indexBytesEach: (third.index - first.index) / count,
    }),
  };
}

async function settled(carriers: readonly Carrier[]): Promise<void> {
  await Promise.all(carriers.map((carrier) => carrier.settled?.()));
}

function readings(carriers: readonly Carrier[]): Promise<Reading[]> {
  return Promise.all(
    carriers.map(async (carrier) => ({
      used: carrier.running.used(),
      kept: carrier.keptBytes(),
      index: carrier.indexBytes?.() ?? 0,
      signatures: await carrier.signatures?.(),
    })),
  );
}
