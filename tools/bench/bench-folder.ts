// SPDX-License-Identifier: EUPL-1.2
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { whenInterrupted } from './processes.ts';

/** Where measurements are kept. */
export const RESULTS = join(import.meta.dirname, '../../var/bench');

/** A temporary folder that servers under other users can reach into. */
export class BenchFolder implements Disposable {
  readonly path: string;
  readonly #interruption: Disposable;

  constructor(below = tmpdir()) {
    this.path = mkdtempSync(join(below, 'ceralacca-bench-'));
    chmodSync(this.path, 0o755);
    this.#interruption = whenInterrupted(() => this.#remove());
  }

  [Symbol.dispose](): void {
    this.#interruption[Symbol.dispose]();
    this.#remove();
  }

  #remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Ports that nobody has now. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports: number[] = [];
  for (const server of servers) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address !== null && typeof address === 'object') ports.push(address.port);
  }
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** The circumstances that a figure is worth nothing without. */
export function circumstances(): Record<string, string> {
  const first = (program: string, words: readonly string[]) =>
    execFileSync(program, words, { encoding: 'utf8' }).split('\n', 1)[0]?.trim() ?? '';
  return {
    date: new Date().toISOString(),
    node: process.version,
    kernel: first('uname', ['-sr']),
    processors: first('nproc', []),
    model: first('sh', ['-c', "sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1"]),
    commit: first('git', ['-C', import.meta.dirname, 'describe', '--always', '--dirty']),
    load: loadavg()
      .map((each) => each.toFixed(2))
      .join(' '),
  };
}

/** Writes var/bench/NAME, and returns its path. */
export function keepResult(name: string, text: string): string {
  mkdirSync(RESULTS, { recursive: true });
  const path = join(RESULTS, name);
  writeFileSync(path, text);
  return path;
}
