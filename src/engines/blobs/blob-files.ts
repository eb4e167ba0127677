// SPDX-License-Identifier: EUPL-1.2
import { constants } from 'node:fs';
import { copyFile, link, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlobId, NewBlob } from '../../mailroom/contents/content-store.ts';
import { stepFault } from '../step-faults.ts';

/** What the name of a blob's file is made of. */
export interface BlobName {
  readonly id: BlobId;
  readonly sha256: Uint8Array;
}

/**
 * Large blobs, one file each, under the first octet of their SHA-256. The number in the name makes a
 * file belong to one blob alone, so that none is ever removed under another that is just arriving.
 */
export class BlobFiles {
  readonly #folder: string;
  readonly #fanOut = new Map<string, Promise<void>>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  pathOf({ id, sha256 }: BlobName): string {
    const digest = Buffer.from(sha256).toString('hex');
    return join(this.#folder, digest.slice(0, 2), `${digest}.${id}`);
  }

  /**
   * Puts the octets on stable storage under their final name, before anything refers to them. A spool
   * file keeps its own name as well until the commit, so that nothing is lost when the step fails.
   */
  async place(blob: NewBlob): Promise<void> {
    const path = this.pathOf(blob);
    await this.#makeFanOut(join(path, '..'));
    // Only a step that failed before can have left a file of this name.
    await rm(path, { force: true });
    if (blob.source.kind === 'memory') await write(path, blob.source.octets);
    else await adopt(path, { spool: blob.source.path, size: blob.size });
    await syncFolder(join(path, '..'));
  }

  async remove(name: BlobName): Promise<void> {
    await rm(this.pathOf(name), { force: true });
  }

  /** Removes files that no blob owns, below the given number: what a crash left between file and commit. */
  async sweep(options: { below: BlobId; isKept(id: BlobId): boolean }): Promise<number> {
    let removed = 0;
    for (const fanOut of await listFolder(this.#folder)) {
      for (const file of await listFolder(join(this.#folder, fanOut))) {
        const id = Number(/^[0-9a-f]{64}\.([0-9]+)$/.exec(file)?.[1] ?? Number.NaN);
        if (!(id < options.below) || options.isKept(id)) continue;
        await rm(join(this.#folder, fanOut, file), { force: true });
        removed += 1;
      }
    }
    return removed;
  }

  #makeFanOut(path: string): Promise<void> {
    let made = this.#fanOut.get(path);
    if (made === undefined) {
      made = mkdir(path, { recursive: true }).then(() => syncFolder(this.#folder));
      this.#fanOut.set(path, made);
      made.catch(() => this.#fanOut.delete(path));
    }
    return made;
  }
}

async function write(path: string, octets: Buffer): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(octets);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function adopt(path: string, from: { spool: string; size: number }): Promise<void> {
  const { spool, size } = from;
  const found = await stat(spool);
  if (found.size !== size)
    throw stepFault('step-malformed', `the spool file ${spool} has ${found.size} octets, not ${size}`);
  await link(spool, path).catch(() => copyFile(spool, path, constants.COPYFILE_EXCL));
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes names created in the folder, or removed from it, survive a power cut. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function listFolder(path: string): Promise<string[]> {
  return await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
}
