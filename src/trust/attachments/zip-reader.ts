// SPDX-License-Identifier: EUPL-1.2

/** A file within an archive in the format of PKWARE (APPNOTE.TXT). */
export interface ZipEntry {
  /** As the directory and as the file's own header name it; programs go by either. */
  readonly names: readonly string[];
  readonly encrypted: boolean;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly packed: Buffer;
}

const END = 0x06054b50;
const DIRECTORY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const DIRECTORY_BYTES = 46;
const LOCAL_BYTES = 30;
/** Where a value does not fit it stands in an extra field (section 4.5.3). */
const ELSEWHERE = 0xffffffff;
const ZIP64 = 1;

/**
 * The files that the archive's directory lists; undefined when the archive is broken, in several volumes, or
 * begins with a file that its directory does not list: then programs see different files in it.
 */
export function readZip(archive: Buffer, maxEntries: number): readonly ZipEntry[] | undefined {
  const end = findEnd(archive);
  if (end === undefined) return undefined;
  const count = archive.readUInt16LE(end + 10);
  const size = archive.readUInt32LE(end + 12);
  const start = end - size;
  if (count === 0xffff || count > maxEntries || start < 0) return undefined;
  // What stands before the archive (a program that unpacks it) shifts all offsets.
  const shift = start - archive.readUInt32LE(end + 16);
  if (shift < 0) return undefined;
  const entries: ZipEntry[] = [];
  const places = new Set<number>();
  let at = start;
  for (let number = 0; number < count; number++) {
    const record = readRecord(archive, at, end);
    const entry = record && readEntry(archive, record, shift);
    if (record === undefined || entry === undefined) return undefined;
    places.add(record.offset + shift);
    entries.push(entry);
    at = record.next;
  }
  const first = uint32(archive, shift);
  return at === end && (first !== LOCAL || places.has(shift)) ? entries : undefined;
}

/** The record at the archive's end; a comment of up to 65535 octets may follow it. */
function findEnd(archive: Buffer): number | undefined {
  const last = archive.length - END_BYTES;
  for (let at = last; at >= Math.max(0, last - 0xffff); at--) {
    if (archive.readUInt32LE(at) !== END) continue;
    if (at + END_BYTES + archive.readUInt16LE(at + 20) === archive.length) return at;
  }
  return undefined;
}

interface DirectoryRecord {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly packedBytes: number;
  readonly offset: number;
  readonly next: number;
}

function readRecord(archive: Buffer, at: number, end: number): DirectoryRecord | undefined {
  if (at + DIRECTORY_BYTES > end || archive.readUInt32LE(at) !== DIRECTORY) return undefined;
  const nameBytes = archive.readUInt16LE(at + 28);
  const extraBytes = archive.readUInt16LE(at + 30);
  const nameEnd = at + DIRECTORY_BYTES + nameBytes;
  const next = nameEnd + extraBytes + archive.readUInt16LE(at + 32);
  if (next > end) return undefined;
  const sizes = [24, 20, 42].map((place) => archive.readUInt32LE(at + place));
  const [, packedBytes, offset] = widened(sizes, archive.subarray(nameEnd, nameEnd + extraBytes));
  if (packedBytes === undefined || offset === undefined) return undefined;
  return {
    name: nameOf(archive.subarray(at + DIRECTORY_BYTES, nameEnd)),
    flags: archive.readUInt16LE(at + 8),
    method: archive.readUInt16LE(at + 10),
    packedBytes,
    offset,
    next,
  };
}

/** Size, packed size and offset, those that did not fit taken from the extra field, in this order. */
function widened(sizes: readonly number[], extra: Buffer): readonly number[] {
  let field: Buffer | undefined;
  for (let at = 0; at + 4 <= extra.length; ) {
    const length = extra.readUInt16LE(at + 2);
    if (extra.readUInt16LE(at) === ZIP64) field = extra.subarray(at + 4, at + 4 + length);
    at += 4 + length;
  }
  let used = 0;
  return sizes.flatMap((size) => {
    if (size !== ELSEWHERE) return [size];
    if (field === undefined || used + 8 > field.length) return [];
    const wide = Number(field.readBigUInt64LE(used));
    used += 8;
    return [wide];
  });
}

function readEntry(archive: Buffer, record: DirectoryRecord, shift: number): ZipEntry | undefined {
  const at = record.offset + shift;
  if (uint32(archive, at) !== LOCAL || at + LOCAL_BYTES > archive.length) return undefined;
  const nameBytes = archive.readUInt16LE(at + 26);
  const start = at + LOCAL_BYTES + nameBytes + archive.readUInt16LE(at + 28);
  const end = start + record.packedBytes;
  if (end > archive.length) return undefined;
  const own = nameOf(archive.subarray(at + LOCAL_BYTES, at + LOCAL_BYTES + nameBytes));
  const flags = record.flags | archive.readUInt16LE(at + 6);
  return {
    names: own === record.name ? [own] : [record.name, own],
    // Bit 0; bit 13: the directory is encrypted as well.
    encrypted: (flags & 0x2001) !== 0,
    method: record.method,
    packed: archive.subarray(start, end),
  };
}

function uint32(archive: Buffer, at: number): number | undefined {
  return at + 4 <= archive.length ? archive.readUInt32LE(at) : undefined;
}

/** Only extensions matter: whatever the code page, those are ASCII. */
function nameOf(octets: Buffer): string {
  return octets.toString('utf8');
}
