// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { demoPorts, portNumbers } from '../../src/demo/ports.ts';
import type { World } from '../../src/demo/world-file.ts';

const MAIN = join(import.meta.dirname, '../../src/main.ts');
/** How long anything may take on a machine that does other things as well. */
export const PATIENCE_MS = 60_000;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `ceralacca` with some words, started as a user would. */
export class Program {
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';
  readonly #closed: Promise<unknown>;

  constructor(words: readonly string[], cwd?: string) {
    this.child = spawn(process.execPath, [MAIN, ...words], { stdio: ['ignore', 'pipe', 'pipe'], cwd });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.#closed = once(this.child, 'close');
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  async ended(): Promise<Ended> {
    await this.#closed;
    const { exitCode: code, signalCode: signal } = this.child;
    return { code, signal, stdout: this.stdout, stderr: this.stderr };
  }

  async stop(signal: NodeJS.Signals): Promise<Ended> {
    if (this.running) this.child.kill(signal);
    return this.ended();
  }
}

/** `ceralacca WORDS`, to its end. */
export function ceralacca(...words: readonly string[]): Promise<Ended> {
  return new Program(words).ended();
}

export interface DemoWords {
  /** A temporary one unless told, removed at the end. */
  readonly folder?: string;
  readonly portBase?: number;
  readonly further?: readonly string[];
}

/** A demo in a process of its own. */
export class DemoProcess implements AsyncDisposable {
  readonly folder: string;
  readonly portBase: number;
  readonly program: Program;
  readonly readyMs: number;
  readonly world: World;
  readonly #temporary: boolean;

  private constructor(parts: {
    folder: string;
    portBase: number;
    program: Program;
    readyMs: number;
    temporary: boolean;
  }) {
    this.folder = parts.folder;
    this.portBase = parts.portBase;
    this.program = parts.program;
    this.readyMs = parts.readyMs;
    this.#temporary = parts.temporary;
    this.world = JSON.parse(readFileSync(join(this.folder, 'world.json'), 'utf8')) as World;
  }

  /** Starts one and waits for its greeting. */
  static async start(words: DemoWords = {}): Promise<DemoProcess> {
    const temporary = words.folder === undefined;
    const folder = words.folder ?? temporaryFolder();
    for (let attempts = 1; ; attempts++) {
      const portBase = words.portBase ?? (await freePortBase());
      const begun = performance.now();
      const program = new Program(demoWords(folder, portBase, words.further));
      if (await greets(program)) {
        const readyMs = performance.now() - begun;
        return new DemoProcess({ folder, portBase, program, readyMs, temporary });
      }
      const { stderr } = await program.ended();
      // Another test may have been faster to take a port.
      const taken = words.portBase === undefined && stderr.includes('(port-unavailable)');
      assert.ok(taken && attempts < 5, `the demo did not start: ${stderr}`);
    }
  }

  get worldFile(): string {
    return join(this.folder, 'world.json');
  }

  /** Ends it, and gives what it said and how it ended. */
  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    return this.program.stop(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop('SIGKILL');
    if (this.#temporary) rmSync(this.folder, { recursive: true, force: true });
  }
}

export function demoWords(folder: string, portBase: number, further: readonly string[] = []): string[] {
  return ['demo', '--dir', folder, '--port-base', String(portBase), ...further];
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'ceralacca-demo-'));
}

const PORT_BASES = { from: 10_100, to: 30_000 };
/** For worlds that stop and start again: whoever looks for free ports meanwhile looks elsewhere. */
export const KEPT_PORT_BASES = { from: 4_000, to: 7_900 };

/** The first of a demo's ports, all of them free and below those that systems give to clients. */
export async function freePortBase({ from, to } = PORT_BASES): Promise<number> {
  for (;;) {
    const base = randomInt(from, to);
    const free = await Promise.all(portNumbers(demoPorts(base)).map(isFree));
    if (free.every(Boolean)) return base;
  }
}

/** Looks until there is what is looked for. */
export async function until<Found>(
  what: string,
  look: () => Promise<Found | undefined> | Found | undefined,
): Promise<Found> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    assert.ok(performance.now() < end, `waited in vain for ${what}`);
    await pause(40);
  }
}

async function greets(program: Program): Promise<boolean> {
  return until('the demo to start', () => {
    if (program.stdout.includes('DOVE / WHERE')) return true;
    return program.running ? undefined : false;
  });
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
