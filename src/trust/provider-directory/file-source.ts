// SPDX-License-Identifier: EUPL-1.2
import { open } from 'node:fs/promises';
import { Fault } from '../../platform/faults.ts';
import { MAX_INDEX_BYTES } from './directory-reader.ts';
import type { DirectorySource } from './directory-source.ts';

/** The signed index in a file that somebody else puts there. */
export class FileSource implements DirectorySource {
  readonly name: string;

  constructor(path: string) {
    this.name = path;
  }

  async fetch(): Promise<Buffer> {
    const p7m = await readIndexFile(this.name);
    if (p7m !== undefined) return p7m;
    throw new Fault('provider-index-unavailable', `${this.name} does not exist`, { temporary: true });
  }
}

/** A file of at most `MAX_INDEX_BYTES`; `undefined` when there is none. Throws a `Fault`. */
export async function readIndexFile(path: string): Promise<Buffer | undefined> {
  try {
    await using file = await open(path, 'r');
    const { size } = await file.stat();
    if (size > MAX_INDEX_BYTES) throw new Error(`${path} is larger than ${MAX_INDEX_BYTES} octets`);
    return await file.readFile();
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw new Fault('provider-index-unavailable', `cannot read ${path}`, { temporary: true, cause });
  }
}
