// SPDX-License-Identifier: EUPL-1.2
import { pipeline } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import type { Octets } from '../mime/octets.ts';
import {
  readZipDirectory,
  type ZipEntry,
  type ZipLimits,
  type ZipProblem,
  ZipRefusal,
} from './zip-directory.ts';

/** The data of a file are not what its header says: cut off, longer, broken, or with another CRC. */
export class ZipEntryBroken extends Error {
  override readonly name = 'ZipEntryBroken';
  readonly entry: string;

  constructor(entry: string, detail: string) {
    super(`${entry}: ${detail}`);
    this.entry = entry;
  }
}

/** An archive whose directory was found to be sound; its files are unpacked when asked for. */
export class ZipArchive {
  readonly entries: readonly ZipEntry[];
  readonly #archive: Octets;
  readonly #byName: ReadonlyMap<string, ZipEntry>;

  constructor(archive: Octets, entries: readonly ZipEntry[]) {
    this.#archive = archive;
    this.entries = entries;
    this.#byName = new Map(entries.map((entry) => [entry.name, entry]));
  }

  find(name: string): ZipEntry | undefined {
    return this.#byName.get(name);
  }

  /**
   * The octets of a file, in chunks, never more than its header says.
   * @throws ZipEntryBroken at the latest after the last chunk
   */
  async *stream(entry: ZipEntry): AsyncGenerator<Buffer> {
    let sizeBytes = 0;
    let crc = 0;
    for await (const chunk of entry.deflated ? this.#inflated(entry) : this.#packed(entry)) {
      sizeBytes += chunk.length;
      if (sizeBytes > entry.sizeBytes) throw new ZipEntryBroken(entry.name, 'longer than its header says');
      crc = crc32(chunk, crc);
      yield chunk;
    }
    if (sizeBytes < entry.sizeBytes) throw new ZipEntryBroken(entry.name, 'shorter than its header says');
    if (crc !== entry.crc) throw new ZipEntryBroken(entry.name, 'its CRC is another');
  }

  /** The whole file in memory: the caller knows that its size is bearable. @throws ZipEntryBroken */
  async read(entry: ZipEntry): Promise<Buffer> {
    const octets = Buffer.allocUnsafe(entry.sizeBytes);
    let filled = 0;
    for await (const chunk of this.stream(entry)) filled += chunk.copy(octets, filled);
    return octets;
  }

  #packed({ start, end }: ZipEntry): AsyncIterable<Buffer> {
    return this.#archive.stream(start, end);
  }

  async *#inflated(entry: ZipEntry): AsyncGenerator<Buffer> {
    const inflating = createInflateRaw();
    // What goes wrong while feeding destroys `inflating`, and so ends the loop with the same error.
    pipeline(this.#packed(entry), inflating, () => {});
    try {
      for await (const chunk of inflating) yield chunk;
    } catch (error) {
      if (!isZlibError(error)) throw error;
      throw new ZipEntryBroken(entry.name, 'it cannot be unpacked');
    }
    if (inflating.bytesWritten !== entry.end - entry.start) {
      throw new ZipEntryBroken(entry.name, 'something lies behind its data');
    }
  }
}

export type ZipReading =
  | { readonly ok: true; readonly archive: ZipArchive }
  | { readonly ok: false; readonly problem: ZipProblem; readonly detail: string };

/**
 * Reads the directory of an archive (PKWARE APPNOTE.TXT) strictly: headers and directory agree, entries lie one after
 * the other from the first octet to the directory, nothing follows it. Refuses on anything else; unpacks nothing.
 * Rejects only when `archive` cannot be read.
 */
export async function openZip(archive: Octets, limits: ZipLimits): Promise<ZipReading> {
  try {
    return { ok: true, archive: new ZipArchive(archive, await readZipDirectory(archive, limits)) };
  } catch (error) {
    if (!(error instanceof ZipRefusal)) throw error;
    return { ok: false, problem: error.problem, detail: error.message };
  }
}

function isZlibError(error: unknown): boolean {
  return error instanceof Error && 'errno' in error && 'code' in error && /^Z_/.test(String(error.code));
}
