// SPDX-License-Identifier: EUPL-1.2
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Running } from './processes.ts';

const ANSWERS_MS = 60_000;

/** A clamd of the bench's own, and the socket where it listens. */
export interface BenchClamd {
  readonly running: Running;
  readonly socket: string;
}

/**
 * Starts Debian's clamd in the foreground with limits that let 20 MB pass and one signature, for text that stands in
 * no message: with the signatures of ClamAV it holds a gigabyte more, and costs more for what it unpacks.
 */
export async function startClamd(folder: string): Promise<BenchClamd> {
  const socket = join(folder, 'clamd.sock');
  for (const name of ['db', 'tmp']) mkdirSync(join(folder, name), { recursive: true });
  const text = Buffer.from('ceralacca-bench-virus-that-nobody-sends').toString('hex');
  writeFileSync(join(folder, 'db', 'bench.ndb'), `Ceralacca.Bench:0:*:${text}\n`);
  const config = join(folder, 'clamd.conf');
  const lines = [
    `LocalSocket ${socket}`,
    `DatabaseDirectory ${join(folder, 'db')}`,
    `TemporaryDirectory ${join(folder, 'tmp')}`,
    'Foreground yes',
    'User root',
    'StreamMaxLength 200M',
    'MaxScanSize 400M',
    'MaxFileSize 200M',
    'SelfCheck 0',
  ];
  writeFileSync(config, `${lines.join('\n')}\n`);
  const running = Running.start('clamd', ['/usr/sbin/clamd', '-c', config]);
  const late = performance.now() + ANSWERS_MS;
  while (!(await answers(socket))) {
    if (!running.alive || performance.now() > late) throw new Error('clamd does not answer');
    await setTimeout(100);
  }
  return { running, socket };
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.write('zPING\0'));
    socket.once('data', (reply) => {
      resolve(reply.toString() === 'PONG\0');
      socket.destroy();
    });
  });
}
