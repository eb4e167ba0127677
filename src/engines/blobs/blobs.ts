// SPDX-License-Identifier: EUPL-1.2
import { constants } from 'node:fs';
import { copyFile, link, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { BlobId, NewBlob } from '../../mailroom/contents/content-store.ts';
import { passCommitPoint } from '../../platform/commit-points.ts';
import { stepFault } from '../step-faults.ts';

/** What the name of a blob's file is made of. */
export interface BlobName {
  readonly id: BlobId;
  readonly sha256: Uint8Array;
}

/** Whether the database names the blob. */
export type IsKept = (name: BlobName) => boolean;

interface Claim {
  readonly ready: Promise<void>;
  claimants: number;
}

/**
 * Large blobs, one file each, under the first octet of their SHA-256. The number in the name makes a
 * file belong to one blob alone, so that none is removed under another that has the same octets. A file
 * gets its final name only when its octets are on stable storage.
 */
export class BlobFiles {
  readonly #folder: string;
  readonly #isKept: IsKept;
  readonly #fanOut = new Map<string, Promise<void>>();
  readonly #claims = new Map<BlobId, Claim>();
  readonly #removals = new Map<BlobId, Promise<void>>();

  constructor(folder: string, isKept: IsKept) {
    this.#folder = folder;
    this.#isKept = isKept;
  }

  pathOf({ id, sha256 }: BlobName): string {
    const digest = Buffer.from(sha256).toString('hex');
    return join(this.#folder, digest.slice(0, 2), `${digest}.${id}`);
  }

  /**
   * Puts the octets on stable storage, name included, for a step about to be committed. A spool file
   * keeps its own name as well, so that it is not lost when the step fails. To be followed by `settle`.
   */
  async claim(blob: NewBlob): Promise<void> {
    let claim = this.#claims.get(blob.id);
    if (claim === undefined) {
      const removed = this.#removals.get(blob.id) ?? Promise.resolve();
      claim = { ready: removed.then(() => this.#place(blob)), claimants: 0 };
      this.#claims.set(blob.id, claim);
    }
    claim.claimants += 1;
    await claim.ready;
  }

  /** The step is committed, or never will be: the last claimant removes what the database does not name. */
  async settle(name: BlobName): Promise<void> {
    const claim = this.#claims.get(name.id);
    if (claim !== undefined) {
      claim.claimants -= 1;
      if (claim.claimants > 0) return;
      this.#claims.delete(name.id);
    }
    await this.#removeUnlessKept(name);
  }

  /** Nothing refers to the blob any more; a step that brings it again has the last word. */
  async remove(name: BlobName): Promise<void> {
    passCommitPoint('blob-removing');
    await this.#removeUnlessKept(name);
  }

  /** Removes what a crash left between the file and the commit; returns how many files that were. */
  async sweep(): Promise<number> {
    let removed = 0;
    for (const fanOut of await listFolder(this.#folder)) {
      for (const file of await listFolder(join(this.#folder, fanOut))) {
        const name = nameOf(file);
        if (name === undefined || this.#claims.has(name.id)) continue;
        if (file.endsWith(PARTIAL)) await this.#remove(name.id, join(this.#folder, fanOut, file));
        else if (!(await this.#removeUnlessKept(name))) continue;
        removed += 1;
      }
    }
    return removed;
  }

  /** Every file there is, with the blob it belongs to; partial ones belong to none that is kept. */
  async *list(): AsyncGenerator<{ readonly path: string; readonly named?: BlobName }> {
    for (const fanOut of await listFolder(this.#folder)) {
      for (const file of await listFolder(join(this.#folder, fanOut))) {
        const path = join(this.#folder, fanOut, file);
        const name = nameOf(file);
        const named = file.endsWith(PARTIAL) && name !== undefined ? { ...name, id: 0 } : name;
        yield named === undefined ? { path } : { path, named };
      }
    }
  }

  async #removeUnlessKept(name: BlobName): Promise<boolean> {
    if (this.#claims.has(name.id) || this.#isKept(name)) return false;
    await this.#remove(name.id, this.pathOf(name));
    return true;
  }

  /** A claim of the blob waits for the removal. */
  async #remove(id: BlobId, path: string): Promise<void> {
    const removal = rm(path, { force: true }).finally(() => this.#removals.delete(id));
    this.#removals.set(id, removal);
    await removal;
  }

  async #place(blob: NewBlob): Promise<void> {
    const path = this.pathOf(blob);
    await this.#makeFanOut(dirname(path));
    if (blob.source.kind === 'memory') await write(path, blob.source.octets);
    else await adopt(path, { spool: blob.source.path, size: blob.size });
    await syncFolder(dirname(path));
    passCommitPoint('blob-named');
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

const PARTIAL = '.partial';

/** The blob a file belongs to; a partial file belongs to the blob it was to become. */
function nameOf(file: string): BlobName | undefined {
  const [, digest = '', id] = /^([0-9a-f]{64})\.([0-9]{1,15})$/.exec(basename(file, PARTIAL)) ?? [];
  return id === undefined ? undefined : { id: Number(id), sha256: Buffer.from(digest, 'hex') };
}

async function write(path: string, octets: Buffer): Promise<void> {
  const file = await open(path + PARTIAL, 'w', 0o600);
  try {
    await file.writeFile(octets);
    await file.sync();
  } finally {
    await file.close();
  }
  passCommitPoint('blob-synced');
  await rename(path + PARTIAL, path);
}

async function adopt(path: string, from: { spool: string; size: number }): Promise<void> {
  const { spool, size } = from;
  const found = await stat(spool);
  if (found.size !== size)
    throw stepFault('step-malformed', `the spool file ${spool} has ${found.size} octets, not ${size}`);
  await syncFile(spool);
  passCommitPoint('blob-synced');
  try {
    await link(spool, path);
  } catch (error) {
    // Complete, or it would not have the name: an earlier attempt at the same step left it.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
    // Another file system, or one without hard links.
    await copyFile(spool, path + PARTIAL, constants.COPYFILE_FICLONE);
    await syncFile(path + PARTIAL);
    await rename(path + PARTIAL, path);
  }
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes names created in the folder, or removed from it, survive a power cut. */
export const syncFolder = syncFile;

async function listFolder(path: string): Promise<string[]> {
  return await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
}
