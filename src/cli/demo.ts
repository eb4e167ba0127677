// SPDX-License-Identifier: EUPL-1.2
import { join, resolve } from 'node:path';
import { NO_ANTIVIRUS } from '../composition/scanning.ts';
import { orderDemo } from '../demo/control.ts';
import type { DemoOptions } from '../demo/demo.ts';
import type { CommandSurroundings } from './command-surroundings.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { DEFAULT_DEMO_FOLDER } from './usual-places.ts';

/** How commands begin: from a checkout npm brings the Node they need, an installed program has its name. */
const PROGRAM = import.meta.filename.endsWith('.ts') ? 'npm run -s ceralacca --' : 'ceralacca';

/**
 * `ceralacca demo`: runs the whole country until it is asked to stop.
 * @throws Fault when a port or the folder is taken
 */
export async function runDemo(
  options: DemoOptions,
  { stdout, stderr, stopRequested }: Pick<CommandSurroundings, 'stdout' | 'stderr' | 'stopRequested'>,
): Promise<ExitCode> {
  // Not for the order beside it, which is short.
  const [{ Demo }, { greeting }] = await Promise.all([
    import('../demo/demo.ts'),
    import('../demo/greeting.ts'),
  ]);
  await using demo = await Demo.start(options);
  if (options.clamd === undefined) stderr.write(`ceralacca: ${NO_ANTIVIRUS}\n`);
  const { folder, without = [] } = options;
  const worldFile = join(folder, 'world.json');
  stdout.write(
    greeting({
      world: demo.world,
      folder,
      worldFile,
      unusualFolder: resolve(folder) !== resolve(DEFAULT_DEMO_FOLDER),
      program: PROGRAM,
      antivirus: options.clamd !== undefined,
      missing: without.map((key) => join(folder, key, 'config.yaml')),
    }),
  );
  await stopRequested();
  stdout.write('Ceralacca: mi fermo / stopping\n');
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

/**
 * `ceralacca demo ntp [SHIFT]`: makes the time server of a running demo wrong, or says by how much it is.
 * @throws Fault `demo-not-running`, `demo-refused`
 */
export async function misleadDemoTime(
  { folder, shift }: { readonly folder: string; readonly shift?: string },
  { stdout }: Pick<CommandSurroundings, 'stdout'>,
): Promise<ExitCode> {
  stdout.write(`${await orderDemo(folder, `ntp ${shift ?? ''}`.trim())}\n`);
  return EXIT.good;
}
