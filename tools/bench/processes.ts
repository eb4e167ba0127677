// SPDX-License-Identifier: EUPL-1.2
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';

/** What some processes have used since they started. */
export interface Used {
  /** Of ended children as well. */
  readonly userMs: number;
  /** Of ended children as well. */
  readonly systemMs: number;
  /** Octets sent to the disk, of ended children as well; not those of files that went before they were sent. */
  readonly writtenBytes: number;
}

/** What was used between two moments. */
export function usedSince(before: Used, after: Used): Used {
  const spent = (field: keyof Used) => after[field] - before[field];
  return { userMs: spent('userMs'), systemMs: spent('systemMs'), writtenBytes: spent('writtenBytes') };
}

/** Linux counts time in hundredths of a second, on every architecture (USER_HZ). */
const TICK_MS = 10;
const LISTEN_MS = 120_000;

/** Those that would be left alone when the bench is interrupted. */
const started = new Set<Running>();
const leftovers = new Set<() => void>();

/** What is to be done when the bench is interrupted; `using` does not help there. */
export function whenInterrupted(work: () => void): Disposable {
  leftovers.add(work);
  return { [Symbol.dispose]: () => void leftovers.delete(work) };
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    for (const each of started) each.kill();
    for (const work of leftovers) work();
    process.exit(1);
  });
}

/** A process that the bench started, with all that it started itself. */
export class Running implements AsyncDisposable {
  readonly name: string;
  readonly #child: ChildProcess;

  constructor(name: string, child: ChildProcess) {
    this.name = name;
    this.#child = child;
    started.add(this);
    child.once('exit', () => started.delete(this));
  }

  static start(name: string, command: readonly string[], options: SpawnOptions = {}): Running {
    const [program = '', ...parameters] = command;
    return new Running(
      name,
      spawn(program, parameters, { stdio: ['ignore', 'ignore', 'inherit'], ...options }),
    );
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get child(): ChildProcess {
    return this.#child;
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** CPU and writes of the whole family, those that have ended included. */
  used(): Used {
    const all = this.#family().map((pid) => usedBy(pid));
    const sum = (field: keyof Used) => all.reduce((total, one) => total + one[field], 0);
    return { userMs: sum('userMs'), systemMs: sum('systemMs'), writtenBytes: sum('writtenBytes') };
  }

  /** Memory of the family in octets, pages that several share counted once. */
  memoryBytes(): number {
    return this.#family().reduce((sum, pid) => sum + kibibytes(`/proc/${pid}/smaps_rollup`, 'Pss'), 0) * 1024;
  }

  /** The most memory that each process of the family had resident, added up, in octets. */
  peakMemoryBytes(): number {
    return this.#statusBytes('VmHWM');
  }

  /** What each process of the family has resident, added up, in octets. */
  residentBytes(): number {
    return this.#statusBytes('VmRSS');
  }

  #statusBytes(field: string): number {
    return this.#family().reduce((sum, pid) => sum + kibibytes(`/proc/${pid}/status`, field), 0) * 1024;
  }

  /** Peaks count from now on; only root may ask for that, for others they count from the start. */
  forgetPeak(): void {
    for (const pid of this.#family()) {
      try {
        writeFileSync(`/proc/${pid}/clear_refs`, '5');
      } catch {
        // It has ended, or we may not.
      }
    }
  }

  /** Waits until somebody listens; throws when the process ends first or takes too long, with the end of its log. */
  async listening(ports: readonly number[], logFile?: string): Promise<void> {
    const end = performance.now() + LISTEN_MS;
    const log = () => (logFile === undefined ? '' : contents(logFile).slice(-2000));
    for (const port of ports) {
      while (!(await answers(port))) {
        if (!this.alive) throw new Error(`${this.name} ended before it listened\n${log()}`);
        if (performance.now() > end)
          throw new Error(`${this.name} does not listen on port ${port}\n${log()}`);
        await setTimeout(50);
      }
    }
  }

  /** Ends the family at once. */
  kill(): void {
    for (const pid of this.#family().toReversed()) kill(pid);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.alive) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const late = new AbortController();
    const tooLong = setTimeout(10_000, 'late', { signal: late.signal }).catch(() => 'ended');
    if ((await Promise.race([ended, tooLong])) === 'late') {
      this.kill();
      await ended;
    }
    late.abort();
  }

  #family(): number[] {
    const parents = new Map<number, number>();
    for (const name of readdirSync('/proc')) {
      const pid = Number(name);
      const parent = pid > 0 ? statOf(pid)?.[1] : undefined;
      if (parent !== undefined) parents.set(pid, Number(parent));
    }
    const family = [this.pid];
    // A child may have a lower number than its parent: look again for the children of each that was found.
    for (const one of family) for (const [pid, parent] of parents) if (parent === one) family.push(pid);
    return family;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** Fields of /proc/PID/stat after the name, which may hold spaces: state, parent ... */
function statOf(pid: number): string[] | undefined {
  const text = contents(`/proc/${pid}/stat`);
  return text === '' ? undefined : text.slice(text.lastIndexOf(')') + 2).split(' ');
}

function usedBy(pid: number): Used {
  // utime, stime, cutime and cstime are fields 14 to 17 of proc(5); the first here is field 3.
  const ticks = (statOf(pid) ?? []).slice(11, 15).map(Number);
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = ticks;
  const io = contents(`/proc/${pid}/io`);
  const octets = (field: string) => Number(new RegExp(`^${field}: (\\d+)$`, 'm').exec(io)?.[1] ?? 0);
  return {
    userMs: (user + childUser) * TICK_MS,
    systemMs: (system + childSystem) * TICK_MS,
    writtenBytes: octets('write_bytes') - octets('cancelled_write_bytes'),
  };
}

function kibibytes(path: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(contents(path))?.[1] ?? 0);
}

/** A file of /proc; empty when its process has gone. */
function contents(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
