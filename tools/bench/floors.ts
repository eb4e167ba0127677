// SPDX-License-Identifier: EUPL-1.2
import { spawnSync } from 'node:child_process';
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** What the machine gives, whatever the program. */
export interface Floors {
  /** RSA-2048 signatures a second on one core, by openssl. */
  readonly rsaPerSecond: number;
  /** Appends of 4 KB, each followed by fdatasync, a second. */
  readonly syncsPerSecond: number;
}

const SYNC_MS = 1000;

export function measureFloors(folder: string): Floors {
  const { stdout } = spawnSync('openssl', ['speed', '-seconds', '2', 'rsa2048'], { encoding: 'utf8' });
  // "rsa 2048 bits 0.000280s 0.000008s 3571.4 121951.2"
  const rsa = /^rsa +2048 bits +\S+s +\S+s +([\d.]+)/m.exec(stdout)?.[1];
  return { rsaPerSecond: Number(rsa ?? Number.NaN), syncsPerSecond: measureSyncs(folder) };
}

function measureSyncs(folder: string): number {
  const path = join(folder, 'syncs');
  const file = openSync(path, 'w');
  const octets = Buffer.alloc(4096, 1);
  const start = performance.now();
  let count = 0;
  for (; performance.now() - start < SYNC_MS; count++) {
    writeSync(file, octets);
    fdatasyncSync(file);
  }
  const seconds = (performance.now() - start) / 1000;
  closeSync(file);
  rmSync(path);
  return count / seconds;
}
