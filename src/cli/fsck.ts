// SPDX-License-Identifier: EUPL-1.2
import { examineStore } from '../composition/store-examination.ts';
import type { Finding } from '../platform/findings.ts';
import type { CommandSurroundings } from './command-surroundings.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { providerFolder } from './provider-folder.ts';
import { printable } from './text-layout.ts';

export interface FsckOptions {
  /** A provider's folder, or the store within. */
  readonly folder?: string;
  /** The provider's configuration, where no folder is named. */
  readonly config?: string;
  readonly quick?: boolean;
  readonly json?: boolean;
}

/** Changes when a key changes its meaning or goes; new keys may come without notice. */
export const FSCK_FORMAT = 'ceralacca-fsck/1';

/**
 * `ceralacca fsck`: proves every invariant of a store. Ends with 1 when something is damaged; what a crash may
 * leave, and what goes away by itself, is told and counts as good. @throws Fault
 */
export async function fsck(
  options: FsckOptions,
  { stdout, stderr }: Pick<CommandSurroundings, 'stdout' | 'stderr'>,
): Promise<ExitCode> {
  const folder = providerFolder(options, stderr);
  if (folder === undefined) return EXIT.bad;
  const { quick = false, json = false } = options;
  let damaged = 0;
  let passing = 0;
  const findings: Finding[] = [];
  for await (const finding of examineStore({ folder, quick })) {
    if (finding.passing) passing += 1;
    else damaged += 1;
    if (json) findings.push(finding);
    else stdout.write(`${printFinding(finding)}\n`);
  }
  if (json) stdout.write(`${JSON.stringify({ format: FSCK_FORMAT, folder, quick, findings }, null, 2)}\n`);
  else stdout.write(`${printSum(damaged, passing)}\n`);
  return damaged === 0 ? EXIT.good : EXIT.bad;
}

export function printFinding({ code, what, where, passing }: Finding): string {
  return `${passing ? 'passing' : 'DAMAGE'}  ${code}: ${printable(where)}: ${printable(what)}`;
}

export function printSum(damaged: number, passing: number): string {
  const rest = passing === 0 ? '' : `; ${passing} that pass by themselves`;
  return damaged === 0 ? `the store is whole${rest}` : `the store is DAMAGED: ${damaged} findings${rest}`;
}
