// SPDX-License-Identifier: EUPL-1.2
import { join } from 'node:path';
import { orderDemo } from '../demo/control.ts';
import { Demo, type DemoOptions } from '../demo/demo.ts';
import type { CommandSurroundings } from './command-surroundings.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

/**
 * `ceralacca demo`: runs the whole country until it is asked to stop.
 * @throws Fault when a port or the folder is taken
 */
export async function runDemo(
  options: DemoOptions,
  { stdout, stopRequested }: Pick<CommandSurroundings, 'stdout' | 'stopRequested'>,
): Promise<ExitCode> {
  await using _demo = await Demo.start(options);
  stdout.write(`${join(options.folder, 'world.json')}\n`);
  await stopRequested();
  return EXIT.good;
}

/**
 * `ceralacca demo clock [SHIFT]`: moves the clock of a running demo, or says what it shows.
 * @throws Fault `demo-not-running`, `demo-refused`
 */
export async function moveDemoClock(
  { folder, shift }: { readonly folder: string; readonly shift?: string },
  { stdout }: Pick<CommandSurroundings, 'stdout'>,
): Promise<ExitCode> {
  const instant = await orderDemo(folder, `clock ${shift ?? ''}`.trim());
  stdout.write(`${instant}\n`);
  return EXIT.good;
}
