#!/usr/bin/env node
// SPDX-License-Identifier: EUPL-1.2
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { systemClock } from './platform/clock.ts';
import { randomIds } from './platform/ids.ts';
import { restartLean } from './platform/lean-process.ts';

// Whoever reads the output may have seen enough, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

if (process.argv[2] === 'serve') restartLean();

// Only now: what would be thrown away by starting again need not be read.
const { runCommandLine } = await import('./cli/command-line.ts');

process.exitCode = await runCommandLine(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  clock: systemClock,
  ids: randomIds,
  pause: (delayMs) => setTimeout(delayMs),
  // Once: the second Ctrl-C stops at once, which costs nothing that was promised.
  stopRequested: () =>
    Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]).then(() => undefined),
});
