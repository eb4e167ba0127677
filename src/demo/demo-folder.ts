// SPDX-License-Identifier: EUPL-1.2
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { lockFolder } from '../engines/sqlite/folder-lock.ts';
import { Fault } from '../platform/faults.ts';

/** Everything a demo makes in its folder, but for the lock, which is held. */
const OWN_FILES = [
  'alfa',
  'authority',
  'beta',
  'ca.pem',
  'clock-offset-ms',
  'control.sock',
  'demo.jsonl',
  'ordinary',
  'world.json',
];

/**
 * Takes a folder for this demo alone, before anything in it is touched; made when missing. With `fresh`
 * whatever an earlier demo left there is removed, and nothing else: a wrong `--dir` must not cost anybody's
 * files. Throws the Fault `demo-folder-taken` or `demo-folder-unusable`.
 */
export async function takeFolder(folder: string, fresh: boolean): Promise<Disposable> {
  await guarded(folder, async () => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  });
  const lock = lockOf(folder);
  if (fresh) await guarded(folder, () => startOver(folder));
  return lock;
}

function lockOf(folder: string): Disposable {
  try {
    return lockFolder(folder);
  } catch (cause) {
    if (!(cause instanceof Fault)) throw unusable(folder, cause);
    const who = /\bprocess \d+\b/.exec(cause.message)?.[0] ?? 'another process';
    const sentence = `the folder ${folder} belongs to a demo that is running (${who}): stop it, or name another folder with --dir`;
    throw new Fault('demo-folder-taken', sentence, { temporary: true, cause });
  }
}

async function startOver(folder: string): Promise<void> {
  for (const name of OWN_FILES) await rm(join(folder, name), { recursive: true, force: true });
}

async function guarded(folder: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    throw unusable(folder, cause);
  }
}

function unusable(folder: string, cause: unknown): Fault {
  const why = cause instanceof Error ? cause.message : String(cause);
  const sentence = `the folder ${folder} cannot be used for a demo: ${why}`;
  return new Fault('demo-folder-unusable', sentence, { temporary: false, cause });
}
