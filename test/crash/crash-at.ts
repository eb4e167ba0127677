// SPDX-License-Identifier: EUPL-1.2
// Loaded before the program in every thread of a process that is to die: node --import crash-at.ts ...
import { subscribe } from 'node:diagnostics_channel';
import { writeSync } from 'node:fs';
import { COMMIT_POINT_CHANNEL } from '../../src/platform/commit-points.ts';

/** `NAME:N`: the process kills itself when it passes that commit point for the Nth time. */
export const CRASH_AT = 'CERALACCA_TEST_CRASH_AT';

const STDOUT = 1;
const [name, times] = (process.env[CRASH_AT] ?? '').split(':');
let passed = 0;

subscribe(COMMIT_POINT_CHANNEL, (point) => {
  if (point !== name) return;
  passed += 1;
  if (passed !== Number(times)) return;
  writeSync(STDOUT, `crashed at ${name}\n`);
  process.kill(process.pid, 'SIGKILL');
});
