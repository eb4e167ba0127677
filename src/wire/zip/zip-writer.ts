// SPDX-License-Identifier: EUPL-1.2
import { pipeline } from 'node:stream';
import { promisify } from 'node:util';
import { crc32, createDeflateRaw, deflateRaw } from 'node:zlib';
import { isPlainName, MAX_ZIP_BYTES, MAX_ZIP_ENTRIES, ZIP } from './zip-format.ts';

/** A file to be packed. */
export interface ZipFile {
  /** Plain, see `isPlainName`; each once, whatever the case of its letters. */
  readonly name: string;
  /** Small ones as a buffer; what should not be held whole as chunks, which are taken once. */
  readonly content: Uint8Array | AsyncIterable<Uint8Array>;
}

export interface ZipWriting {
  /** What programs show as the time of each file, in UTC; milliseconds since 1970. Before 1980 it is 1980. */
  readonly modifiedAt: number;
}

/** The files cannot be one archive of this kind: a name that is not plain, one twice, too many, too large. */
export class ZipUnwritable extends Error {
  override readonly name = 'ZipUnwritable';
}

const deflate = promisify(deflateRaw);

/**
 * The octets of an archive of the files, in their order, to be piped somewhere: no ZIP64, no comment, no extra field;
 * the same files give the same octets. Holds one small file at a time, and of a large one its chunks.
 * @throws ZipUnwritable at the file that cannot be put in
 */
export async function* zipChunks(
  files: Iterable<ZipFile> | AsyncIterable<ZipFile>,
  { modifiedAt }: ZipWriting,
): AsyncGenerator<Buffer> {
  const time = dosTime(modifiedAt);
  const directory: Buffer[] = [];
  const names = new Set<string>();
  let offset = 0;
  for await (const file of files) {
    admit(file.name, names);
    const start = offset;
    const entry: PackedFacts = { name: file.name, time, flags: 0, method: 0, crc: 0, packed: 0, size: 0 };
    for await (const chunk of packed(file, entry)) {
      offset += chunk.length;
      if (offset > MAX_ZIP_BYTES) throw new ZipUnwritable(`${file.name} makes the archive too large`);
      yield chunk;
    }
    directory.push(directoryRecord(entry, start));
  }
  const records = Buffer.concat(directory);
  if (offset + records.length > MAX_ZIP_BYTES) throw new ZipUnwritable('the archive is too large');
  yield Buffer.concat([records, endRecord(directory.length, { size: records.length, offset })]);
}

function admit(name: string, names: Set<string>): void {
  if (!isPlainName(name)) throw new ZipUnwritable(`${JSON.stringify(name)} is no plain name`);
  const folded = name.toLowerCase();
  if (names.has(folded)) throw new ZipUnwritable(`${name} is there twice`);
  if (names.size === MAX_ZIP_ENTRIES) throw new ZipUnwritable('there are too many files');
  names.add(folded);
}

interface PackedFacts {
  readonly name: string;
  readonly time: number;
  flags: number;
  method: number;
  crc: number;
  /** Octets as they lie in the archive. */
  packed: number;
  /** Octets of the file. */
  size: number;
}

/** Header and data of one file; the facts are filled in on the way. */
async function* packed({ content }: ZipFile, entry: PackedFacts): AsyncGenerator<Buffer> {
  if (!(content instanceof Uint8Array)) {
    yield* packedChunks(content, entry);
    return;
  }
  const smaller = await deflate(content);
  const deflated = smaller.length < content.length;
  const data = deflated ? smaller : Buffer.from(content);
  entry.method = deflated ? ZIP.deflated : ZIP.stored;
  entry.crc = crc32(content);
  entry.packed = data.length;
  entry.size = content.length;
  yield localHeader(entry);
  yield data;
}

/** Sizes and CRC are known only after the data: they follow it, and the header has zeros. */
async function* packedChunks(content: AsyncIterable<Uint8Array>, entry: PackedFacts): AsyncGenerator<Buffer> {
  entry.method = ZIP.deflated;
  entry.flags = ZIP.descriptorFlag;
  yield localHeader(entry);
  const deflating = createDeflateRaw();
  // What goes wrong while feeding destroys `deflating`, and so ends the loop with the same error.
  pipeline(counted(content, entry), deflating, () => {});
  for await (const chunk of deflating) {
    entry.packed += chunk.length;
    yield chunk;
  }
  const descriptor = Buffer.alloc(ZIP.descriptorBytes);
  descriptor.writeUInt32LE(ZIP.descriptorSignature, 0);
  writeSizes(descriptor, { at: 4, entry });
  yield descriptor;
}

async function* counted(content: AsyncIterable<Uint8Array>, entry: PackedFacts): AsyncGenerator<Uint8Array> {
  for await (const chunk of content) {
    entry.crc = crc32(chunk, entry.crc);
    entry.size += chunk.length;
    if (entry.size > MAX_ZIP_BYTES) throw new ZipUnwritable(`${entry.name} is too large`);
    yield chunk;
  }
}

/** APPNOTE.TXT 4.3.7. */
function localHeader(entry: PackedFacts): Buffer {
  const header = Buffer.alloc(ZIP.localBytes);
  header.writeUInt32LE(ZIP.localSignature, 0);
  writeCommon(header, { at: 4, entry });
  return Buffer.concat([header, Buffer.from(entry.name, 'latin1')]);
}

/** APPNOTE.TXT 4.3.12. */
function directoryRecord(entry: PackedFacts, offset: number): Buffer {
  const record = Buffer.alloc(ZIP.directoryBytes);
  record.writeUInt32LE(ZIP.directorySignature, 0);
  record.writeUInt16LE((ZIP.unix << 8) | ZIP.version, 4);
  writeCommon(record, { at: 6, entry });
  // A regular file that everybody may read.
  record.writeUInt32LE(0o100644 * 0x10000, 38);
  record.writeUInt32LE(offset, 42);
  return Buffer.concat([record, Buffer.from(entry.name, 'latin1')]);
}

/** The fields that both headers have, from the version needed to the length of the name. */
function writeCommon(
  target: Buffer,
  { at, entry }: { readonly at: number; readonly entry: PackedFacts },
): void {
  target.writeUInt16LE(ZIP.version, at);
  target.writeUInt16LE(entry.flags, at + 2);
  target.writeUInt16LE(entry.method, at + 4);
  target.writeUInt32LE(entry.time, at + 6);
  writeSizes(target, { at: at + 10, entry });
  target.writeUInt16LE(entry.name.length, at + 22);
}

function writeSizes(
  target: Buffer,
  { at, entry }: { readonly at: number; readonly entry: PackedFacts },
): void {
  target.writeUInt32LE(entry.crc, at);
  target.writeUInt32LE(entry.packed, at + 4);
  target.writeUInt32LE(entry.size, at + 8);
}

/** APPNOTE.TXT 4.3.16. */
function endRecord(count: number, directory: { readonly size: number; readonly offset: number }): Buffer {
  const end = Buffer.alloc(ZIP.endBytes);
  end.writeUInt32LE(ZIP.endSignature, 0);
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(directory.size, 12);
  end.writeUInt32LE(directory.offset, 16);
  return end;
}

/** Date and time of MS-DOS in one number: from 1980 on, in steps of two seconds. */
function dosTime(instant: number): number {
  const time = new Date(Math.max(instant, Date.UTC(1980, 0, 1)));
  const date = ((time.getUTCFullYear() - 1980) << 9) | ((time.getUTCMonth() + 1) << 5) | time.getUTCDate();
  const clock = (time.getUTCHours() << 11) | (time.getUTCMinutes() << 5) | (time.getUTCSeconds() >> 1);
  return date * 0x10000 + clock;
}
