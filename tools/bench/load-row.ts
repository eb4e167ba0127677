// SPDX-License-Identifier: EUPL-1.2
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Job, JobResult } from './generator.ts';
import type { Running } from './processes.ts';

/** Servers that carry the load, and what they keep. */
export interface Carriers {
  readonly running: readonly Running[];
  /** Octets kept so far. */
  keptBytes(): number;
}

/** One load carried: figures of the generator and of the servers. */
export interface LoadRow extends JobResult {
  readonly [name: string]: number;
  /** User and system time of all processes of the servers. */
  readonly cpuMsEach: number;
  readonly writtenBytesEach: number;
  readonly keptBytesEach: number;
  /** Peaks of all processes added up; since the start of the row. */
  readonly peakMemoryBytes: number;
}

/** Runs a generator for one load and measures the servers meanwhile; log-ins are done before. */
export async function carry(job: Job, carriers: Carriers): Promise<LoadRow> {
  const { running } = carriers;
  const generator = fork(join(import.meta.dirname, 'generator.ts'));
  const failed = once(generator, 'exit').then(() => {
    throw new Error('the generator failed');
  });
  failed.catch(() => undefined);
  generator.send(job);
  await Promise.race([once(generator, 'message'), failed]);
  for (const each of running) each.forgetPeak();
  const kept = carriers.keptBytes();
  const before = running.map((each) => each.used());
  generator.send('go');
  const [result] = (await Promise.race([once(generator, 'message'), failed])) as [JobResult];
  const after = running.map((each) => each.used());
  const { count } = result;
  const spent = (field: 'cpuMs' | 'writtenBytes') =>
    after.reduce((sum, used, at) => sum + used[field] - (before[at]?.[field] ?? 0), 0) / count;
  return {
    ...result,
    cpuMsEach: spent('cpuMs'),
    writtenBytesEach: spent('writtenBytes'),
    keptBytesEach: (carriers.keptBytes() - kept) / count,
    peakMemoryBytes: running.reduce((sum, each) => sum + each.peakMemoryBytes(), 0),
  };
}

/** Octets that a store keeps: pages in use, and the files beside the database. */
export function storeBytes(storeFile: string): number {
  const db = new DatabaseSync(storeFile, { readOnly: true, timeout: 5000 });
  const number = (name: string) => Number(Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
  const pages = number('page_count') - number('freelist_count');
  const bytes = pages * number('page_size');
  db.close();
  const others = filesBelow(join(storeFile, '..')).filter((path) => !path.startsWith(storeFile));
  return others.reduce((sum, path) => sum + sizeOf(path), bytes);
}

/** Octets of all files below a folder. */
export function folderBytes(folder: string): number {
  return filesBelow(folder).reduce((sum, path) => sum + sizeOf(path), 0);
}

function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
