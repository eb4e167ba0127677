// SPDX-License-Identifier: EUPL-1.2
import type { Octets } from '../mime/octets.ts';
import { isPlainName, MAX_NAME_BYTES, MAX_ZIP_BYTES, ZIP } from './zip-format.ts';

/** What is too much; each one more is refused before anything is unpacked. */
export interface ZipLimits {
  /** Octets of the archive itself; above 4 GiB it would be ZIP64, which is not read. */
  readonly archiveBytes: number;
  readonly entries: number;
  /** Octets of all files together, unpacked. */
  readonly unpackedBytes: number;
}

/** A file of an archive, as its directory and its own header agree to say. */
export interface ZipEntry {
  readonly name: string;
  readonly deflated: boolean;
  readonly crc: number;
  /** Octets of the file. */
  readonly sizeBytes: number;
  /** Where its data begin and end in the archive. */
  readonly start: number;
  readonly end: number;
}

export const ZIP_PROBLEMS = [
  /** Not an archive, cut off, or something stands after it. */
  'no-archive',
  'too-large',
  'too-many-entries',
  /** Directory and headers contradict one another, or do not cover the archive without gap or overlap. */
  'contradictory',
  /** Encrypted, in volumes, ZIP64, packed otherwise than by deflate, a link, an extra field that changes the meaning. */
  'unusual',
  /** A name that not every program takes for the same file. */
  'odd-name',
  'name-twice',
] as const;
export type ZipProblem = (typeof ZIP_PROBLEMS)[number];

/** Why an archive is not read. Thrown inside this member only. */
export class ZipRefusal extends Error {
  override readonly name = 'ZipRefusal';
  readonly problem: ZipProblem;

  constructor(problem: ZipProblem, detail: string) {
    super(detail);
    this.problem = problem;
  }
}

/** Extra fields that hold nothing but times and owners (Info-ZIP); any other may name another file or other sizes. */
const HARMLESS_EXTRAS: ReadonlySet<number> = new Set([0x5455, 0x7875]);
const MAX_EXTRA_BYTES = 64;
/** Bits 1 and 2 say how hard the packer tried. */
const KNOWN_FLAGS = ZIP.descriptorFlag | ZIP.utf8Flag | 0x0006;

/** @throws ZipRefusal when two programs could see different files in the archive */
export async function readZipDirectory(archive: Octets, limits: ZipLimits): Promise<readonly ZipEntry[]> {
  if (archive.size > Math.min(limits.archiveBytes, MAX_ZIP_BYTES)) {
    throw new ZipRefusal('too-large', `the archive has ${archive.size} octets`);
  }
  const end = await readEnd(archive, limits);
  const records = readRecords(await archive.read(end.offset, archive.size - ZIP.endBytes), end.count);
  admit(records, limits);
  const entries: ZipEntry[] = [];
  let at = 0;
  for (const record of records) {
    if (record.offset !== at) throw contradictory(`${record.name} does not begin where the one before ends`);
    const placed = await placeEntry(archive, { record, limit: end.offset });
    entries.push(placed.entry);
    at = placed.next;
  }
  if (at !== end.offset) throw contradictory('something lies between the last file and the directory');
  return entries;
}

/** The end record without a comment: what follows an archive is no part of it. */
async function readEnd(
  archive: Octets,
  limits: ZipLimits,
): Promise<{ readonly count: number; readonly offset: number }> {
  const start = archive.size - ZIP.endBytes;
  if (start < 0) throw new ZipRefusal('no-archive', 'it is too short');
  const end = await archive.read(start, archive.size);
  if (end.readUInt32LE(0) !== ZIP.endSignature || end.readUInt16LE(20) !== 0) {
    throw new ZipRefusal('no-archive', 'it does not end as an archive without comment does');
  }
  const count = end.readUInt16LE(10);
  if (count > limits.entries) throw new ZipRefusal('too-many-entries', `there are ${count} entries`);
  if (end.readUInt16LE(4) !== 0 || end.readUInt16LE(6) !== 0 || end.readUInt16LE(8) !== count) {
    throw new ZipRefusal('unusual', 'it is in several volumes');
  }
  const offset = end.readUInt32LE(16);
  if (offset + end.readUInt32LE(12) !== start)
    throw contradictory('the directory does not end where it says');
  return { count, offset };
}

interface DirectoryRecord {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
}

/** APPNOTE.TXT 4.3.12. */
function readRecords(directory: Buffer, count: number): readonly DirectoryRecord[] {
  const records: DirectoryRecord[] = [];
  let at = 0;
  for (let number = 0; number < count; number++) {
    if (at + ZIP.directoryBytes > directory.length) throw contradictory('the directory is cut off');
    const fixed = directory.subarray(at, at + ZIP.directoryBytes);
    if (fixed.readUInt32LE(0) !== ZIP.directorySignature) throw contradictory('the directory is broken');
    const nameEnd = at + ZIP.directoryBytes + fixed.readUInt16LE(28);
    const next = nameEnd + fixed.readUInt16LE(30) + fixed.readUInt16LE(32);
    if (next > directory.length) throw contradictory('the directory is cut off');
    const name = directory.toString('latin1', at + ZIP.directoryBytes, nameEnd);
    checkRecord(name, fixed);
    checkExtra(name, directory.subarray(nameEnd, next));
    records.push({ name, ...readCommon(fixed, 6), offset: fixed.readUInt32LE(42) });
    at = next;
  }
  if (at !== directory.length) throw contradictory('the directory lists more than it counts');
  return records;
}

function checkRecord(name: string, fixed: Buffer): void {
  if (!isPlainName(name)) {
    const shown = JSON.stringify(name.slice(0, MAX_NAME_BYTES));
    throw new ZipRefusal('odd-name', `${shown} is no plain name`);
  }
  // Comment, volume.
  if (fixed.readUInt16LE(32) !== 0 || fixed.readUInt16LE(34) !== 0) throw unusual(name, 'a comment');
  const kind = fixed.readUInt16LE(40) >>> 12;
  if (fixed.readUInt8(5) === ZIP.unix && kind !== 0 && kind !== 8)
    throw unusual(name, 'it is no regular file');
}

function checkExtra(name: string, extra: Buffer): void {
  if (extra.length > MAX_EXTRA_BYTES) throw unusual(name, 'long extra fields');
  let at = 0;
  for (; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (!HARMLESS_EXTRAS.has(extra.readUInt16LE(at))) throw unusual(name, 'an extra field');
  }
  if (at !== extra.length) throw contradictory(`the extra fields of ${name} are broken`);
}

/** From the version needed to the sizes, in either header. */
function readCommon(header: Buffer, at: number): Omit<DirectoryRecord, 'name' | 'offset'> {
  return {
    flags: header.readUInt16LE(at + 2),
    method: header.readUInt16LE(at + 4),
    crc: header.readUInt32LE(at + 10),
    packed: header.readUInt32LE(at + 14),
    size: header.readUInt32LE(at + 18),
  };
}

function admit(records: readonly DirectoryRecord[], limits: ZipLimits): void {
  const names = new Set<string>();
  let unpacked = 0;
  for (const { name, flags, method, packed, size } of records) {
    const folded = name.toLowerCase();
    if (names.has(folded)) throw new ZipRefusal('name-twice', `${name} is there twice`);
    names.add(folded);
    if ((flags & ~KNOWN_FLAGS) !== 0) throw unusual(name, 'encrypted or patched');
    if (method !== ZIP.stored && method !== ZIP.deflated) throw unusual(name, `packing method ${method}`);
    if (method === ZIP.stored && packed !== size) throw contradictory(`the sizes of ${name} differ`);
    unpacked += size;
  }
  if (unpacked > limits.unpackedBytes) {
    throw new ZipRefusal('too-large', `the files have ${unpacked} octets`);
  }
}

/** Where the data of an entry lie; its own header says what the directory says. */
async function placeEntry(
  archive: Octets,
  { record, limit }: { readonly record: DirectoryRecord; readonly limit: number },
): Promise<{ readonly entry: ZipEntry; readonly next: number }> {
  const { name, offset } = record;
  const nameStart = offset + ZIP.localBytes;
  if (nameStart > limit) throw contradictory(`${name} lies outside`);
  const fixed = await archive.read(offset, nameStart);
  if (fixed.readUInt32LE(0) !== ZIP.localSignature) throw contradictory(`${name} is not where it should be`);
  const nameEnd = nameStart + fixed.readUInt16LE(26);
  const start = nameEnd + fixed.readUInt16LE(28);
  const end = start + record.packed;
  const descriptor = (record.flags & ZIP.descriptorFlag) !== 0;
  const next = descriptor ? end + ZIP.descriptorBytes : end;
  if (next > limit) throw contradictory(`${name} lies outside`);
  const names = await archive.read(nameStart, start);
  if (names.toString('latin1', 0, nameEnd - nameStart) !== name) throw contradictory(`${name} has two names`);
  checkExtra(name, names.subarray(nameEnd - nameStart));
  if (!agrees(readCommon(fixed, 4), record)) throw contradictory(`${name} has two headers`);
  if (descriptor && !describes(await archive.read(end, next), record)) {
    throw contradictory(`what follows ${name} describes another file`);
  }
  const { crc, size, method } = record;
  return { entry: { name, deflated: method === ZIP.deflated, crc, sizeBytes: size, start, end }, next };
}

function agrees(
  local: Omit<DirectoryRecord, 'name' | 'offset'>,
  { flags, method, crc, packed, size }: DirectoryRecord,
): boolean {
  if (local.flags !== flags || local.method !== method) return false;
  // Where they follow the data.
  const later = (flags & ZIP.descriptorFlag) !== 0;
  if (later && local.crc === 0 && local.packed === 0 && local.size === 0) return true;
  return local.crc === crc && local.packed === packed && local.size === size;
}

function describes(descriptor: Buffer, { crc, packed, size }: DirectoryRecord): boolean {
  return (
    descriptor.readUInt32LE(0) === ZIP.descriptorSignature &&
    descriptor.readUInt32LE(4) === crc &&
    descriptor.readUInt32LE(8) === packed &&
    descriptor.readUInt32LE(12) === size
  );
}

function contradictory(detail: string): ZipRefusal {
  return new ZipRefusal('contradictory', detail);
}

function unusual(name: string, what: string): ZipRefusal {
  return new ZipRefusal('unusual', `${name}: ${what}`);
}
