// SPDX-License-Identifier: EUPL-1.2
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { COMMIT_POINTS, type CommitPoint } from '../../src/platform/commit-points.ts';
import { CRASH_AT } from './crash-at.ts';
import type { FastEra } from './fast-time.ts';

const PRELOAD = join(import.meta.dirname, 'crash-at.ts');
const MAIN = join(import.meta.dirname, 'provider-process.ts');

export interface LifeFacts {
  readonly config: string;
  readonly era: FastEra;
  /** Where compiled code is kept from one life to the next. */
  readonly codeFolder: string;
  /** Where it kills itself. */
  readonly crashAt?: { readonly point: CommitPoint; readonly times: number };
}

export interface LifeEnd {
  readonly signal: NodeJS.Signals | null;
  readonly code: number | null;
  /** Where it killed itself, when it did. */
  readonly point: CommitPoint | undefined;
  readonly opened: boolean;
  readonly stderr: string;
}

/** A provider's process from its start to its end. */
export class ProviderLife {
  readonly #child: ChildProcess;
  #stdout = '';
  #stderr = '';
  #opened = false;
  /** Resolves when its doors are open, or when it ended before. */
  readonly whenOpen: Promise<boolean>;
  readonly ended: Promise<LifeEnd>;

  constructor({ config, era, crashAt, codeFolder }: LifeFacts) {
    this.#child = spawn(process.execPath, ['--import', PRELOAD, MAIN, config, JSON.stringify(era)], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        ...process.env,
        NODE_COMPILE_CACHE: codeFolder,
        [CRASH_AT]: crashAt === undefined ? '' : `${crashAt.point}:${crashAt.times}`,
      },
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    const closed = once(this.#child, 'close');
    this.whenOpen = Promise.race([
      once(this.#child, 'message').then(() => {
        this.#opened = true;
        return true;
      }),
      closed.then(() => false),
    ]);
    this.ended = closed.then(() => this.#end());
  }

  get isOpen(): boolean {
    return this.#opened && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Ends it as an operator would. */
  stop(): Promise<LifeEnd> {
    if (this.#child.connected) this.#child.send('stop');
    return this.ended;
  }

  #end(): LifeEnd {
    const point = /^crashed at (\S+)$/m.exec(this.#stdout)?.[1];
    return {
      signal: this.#child.signalCode,
      code: this.#child.exitCode,
      point: point !== undefined && point in COMMIT_POINTS ? (point as CommitPoint) : undefined,
      opened: this.#opened,
      stderr: this.#stderr,
    };
  }
}
