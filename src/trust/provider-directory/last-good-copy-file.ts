// SPDX-License-Identifier: EUPL-1.2
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { passCommitPoint } from '../../platform/commit-points.ts';
import { Fault } from '../../platform/faults.ts';
import { readIndexFile } from './file-source.ts';
import type { LastGoodCopyStore } from './last-good-copy-store.ts';

/** The last good copy in a file that only its owner reads and writes (DIR-14, SEC-10). */
export class LastGoodCopyFile implements LastGoodCopyStore {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  load(): Promise<Buffer | undefined> {
    return readIndexFile(this.#path);
  }

  /** Written beside, synced and renamed: a crash leaves the old copy or the new one, never half of it. */
  async keep(p7m: Buffer): Promise<void> {
    const beside = `${this.#path}.new`;
    try {
      await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
      await rm(beside, { force: true });
      await writeSynced(beside, p7m);
      passCommitPoint('index-copy-written');
      await rename(beside, this.#path);
      await using folder = await open(dirname(this.#path), 'r');
      await folder.sync();
    } catch (cause) {
      throw new Fault('provider-index-not-kept', `cannot write ${this.#path}`, { temporary: true, cause });
    }
  }
}

async function writeSynced(path: string, octets: Buffer): Promise<void> {
  await using file = await open(path, 'wx', 0o600);
  await file.writeFile(octets);
  await file.sync();
}
