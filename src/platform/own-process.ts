// SPDX-License-Identifier: EUPL-1.2
import { type ChildProcess, fork } from 'node:child_process';

/**
 * Starts another process that runs a module of ours, with a channel for messages (structured clone) and so many
 * threads for work outside its event loop. It has our environment and none of our outputs.
 */
export function startOwnProcess(module: URL, { threads }: { readonly threads: number }): ChildProcess {
  return fork(module, {
    serialization: 'advanced',
    execArgv: [],
    env: { ...process.env, UV_THREADPOOL_SIZE: String(threads) },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
}
