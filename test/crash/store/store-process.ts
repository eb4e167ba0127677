// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { checkStore } from '../../../src/engines/sqlite/check/store-check.ts';
import { openSqliteStore } from '../../../src/engines/sqlite/sqlite-store.ts';
import { silentJournal } from '../../../src/platform/journal.ts';
import { textOf } from '../../contract/steps.ts';

/** What store-child.ts tells of a commit. */
export interface Told {
  readonly kept?: number;
  readonly content?: number;
  readonly text?: string;
  readonly large?: boolean;
  readonly refused?: string;
  readonly fault?: boolean;
  readonly temporary?: boolean;
  readonly starved?: number;
}

/** A process over a store below a folder, on a disk that fails on order. */
export class StoreProcess {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #lines: (Told | string)[] = [];
  #seen = 0;

  constructor(
    t: TestContext,
    what: { readonly task: string; readonly folder: string; readonly files?: number },
  ) {
    const { task, folder, files } = what;
    this.#folder = folder;
    const script = join(import.meta.dirname, 'store-child.ts');
    const limit = files === undefined ? '' : `ulimit -n ${files}; `;
    this.#child = spawn('sh', ['-c', `${limit}exec "$0" "$@"`, process.execPath, script, task, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        LD_PRELOAD: shimIn(folder),
        DISK_FAULTS_FOLDER: folder,
        DISK_FAULTS_ORDER: join(folder, 'order'),
      },
    });
    t.after(() => this.#child.kill('SIGKILL'));
    assert.ok(this.#child.stdout);
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#lines.push(JSON.parse(line)));
  }

  /** Makes the disk fail from now on, or heals it. */
  order(fault: 'full' | 'fsync' | 'read-only' | 'nothing'): void {
    writeFileSync(join(this.#folder, 'order'), fault);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Everything told. */
  get told(): readonly Told[] {
    return this.#lines.filter((line) => typeof line !== 'string');
  }

  /** Waits for so many more lines that are looked for; each line counts once. */
  async hears(wanted: (line: Told | string) => boolean, times = 1): Promise<void> {
    let found = 0;
    while (found < times) {
      while (this.#seen < this.#lines.length && found < times) {
        const line = this.#lines[this.#seen++];
        if (line !== undefined && wanted(line)) found += 1;
      }
      if (found >= times) return;
      assert.ok(this.#child.exitCode === null, 'the process ended');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Passes over what was told so far. */
  forget(): void {
    this.#seen = this.#lines.length;
  }

  async ends(signal?: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    if (signal !== undefined) this.#child.kill(signal);
    await once(this.#child, 'close');
  }
}

/** Everything that was told to be kept is there, octet by octet, the log has no gap, and fsck finds nothing. */
export async function holdsAll(folder: string, told: readonly Told[]): Promise<void> {
  // The child's contents have a MIME index as plain as can be.
  for await (const finding of checkStore({ folder: join(folder, 'store') }))
    assert.ok(finding.passing || finding.code === 'mime-index-wrong', JSON.stringify(finding));
  await using store = await openSqliteStore({ folder: join(folder, 'store'), journal: silentJournal });
  for (const { kept, content, text = '', large } of told) {
    if (kept === undefined || content === undefined) continue;
    const octets = await textOf(store, content);
    assert.equal(octets, Buffer.alloc(large === true ? 4096 * 3 : 500, text).toString());
    assert.equal(store.listRecords(kept, 1)[0]?.sequence, kept);
  }
}

let shim: string | undefined;

/** The shim, compiled once in each process. */
function shimIn(folder: string): string {
  if (shim !== undefined && existsSync(shim)) return shim;
  const path = join(folder, 'disk-faults.so');
  const source = join(import.meta.dirname, 'disk-faults.c');
  execFileSync('cc', ['-shared', '-fPIC', '-O1', '-o', path, source, '-ldl']);
  shim = path;
  return path;
}
