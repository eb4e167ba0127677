// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { dailyDatabase } from './signatures.ts';

const STREAM_MAX_LENGTH = 2 * 1024 * 1024;

/** clamd of Debian on a socket in a temporary folder, with test signatures alone. */
export class RealClamd implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'clamd-'));
  readonly path = join(this.folder, 'clamd.sock');
  #child: ChildProcess | undefined;
  #said = '';

  /** Makes its folder; `signaturesAt` is when its signatures say they were made. */
  constructor(signaturesAt: number) {
    for (const name of ['db', 'tmp']) mkdirSync(join(this.folder, name));
    this.renew(signaturesAt);
    const lines = [
      `LocalSocket ${this.path}`,
      `DatabaseDirectory ${join(this.folder, 'db')}`,
      `TemporaryDirectory ${join(this.folder, 'tmp')}`,
      'Foreground yes',
      `StreamMaxLength ${STREAM_MAX_LENGTH}`,
      'MaxThreads 2',
      'AlertExceedsMax yes',
      'ConcurrentDatabaseReload yes',
    ];
    writeFileSync(join(this.folder, 'clamd.conf'), `${lines.join('\n')}\n`);
  }

  /** Puts other signatures into its folder; it reads them at the next start, or when told. */
  renew(signaturesAt: number): void {
    writeFileSync(join(this.folder, 'db', 'daily.cud'), dailyDatabase(signaturesAt));
  }

  async starts(): Promise<this> {
    const child = spawn('/usr/sbin/clamd', ['-c', join(this.folder, 'clamd.conf')], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#said += text;
      });
    }
    for (let attempt = 0; attempt < 600; attempt++) {
      if ((await this.asks('PING')) === 'PONG\0') return this;
      assert.equal(child.exitCode, null, this.#said);
      await pause(50);
    }
    assert.fail(`clamd does not answer: ${this.#said}`);
  }

  /** Kills it, as a crash does. */
  async dies(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** What it answers to a command; empty when it cannot be reached. */
  async asks(command: string): Promise<string> {
    const socket = connect(this.path);
    try {
      await once(socket, 'connect');
      socket.write(`z${command}\0`);
      let reply = '';
      for await (const octets of socket) reply += (octets as Buffer).toString('latin1');
      return reply;
    } catch {
      return '';
    } finally {
      socket.destroy();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dies();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
