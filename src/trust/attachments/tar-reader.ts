// SPDX-License-Identifier: EUPL-1.2

/** A file within a tar (POSIX.1-1988 ustar, pax, GNU). */
export interface TarEntry {
  readonly name: string;
  readonly content: Buffer;
}

const BLOCK = 512;
/** More of a long name than this is not read, octets. */
const LONG_NAME = 64 * 1024;

/** The files in order; undefined when the archive is broken or has more than so many. */
export function readTar(archive: Buffer, maxEntries: number): readonly TarEntry[] | undefined {
  const entries: TarEntry[] = [];
  let longName: string | undefined;
  for (let at = 0; at + BLOCK <= archive.length; ) {
    const header = archive.subarray(at, at + BLOCK);
    if (header.every((octet) => octet === 0)) return entries;
    const size = sizeOf(header);
    const content = archive.subarray(at + BLOCK, at + BLOCK + (size ?? 0));
    if (size === undefined || content.length < size || !sumHolds(header)) return undefined;
    const kind = String.fromCharCode(header[156] ?? 0);
    if (kind === 'L') longName = text(content.subarray(0, LONG_NAME));
    else if (kind === 'x') longName = paxPath(content.subarray(0, LONG_NAME)) ?? longName;
    else {
      if (entries.length === maxEntries) return undefined;
      if (kind === '0' || kind === '\0' || kind === '7')
        entries.push({ name: longName ?? plainName(header), content });
      longName = undefined;
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  // Without the two empty blocks at its end, but whole.
  return entries.length > 0 ? entries : undefined;
}

/** Octal digits, or, where they do not suffice, the number itself with the first bit set (GNU). */
function sizeOf(header: Buffer): number | undefined {
  const field = header.subarray(124, 136);
  if ((field[0] ?? 0) & 0x80) {
    const size = field.readUIntBE(6, 6);
    return field.subarray(1, 6).every((octet) => octet === 0) ? size : undefined;
  }
  const digits = text(field).trim();
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
}

/** The sum counts its own field as blanks. */
function sumHolds(header: Buffer): boolean {
  let sum = 8 * 32;
  for (const [at, octet] of header.entries()) if (at < 148 || at >= 156) sum += octet;
  return Number.parseInt(text(header.subarray(148, 156)).trim(), 8) === sum;
}

function plainName(header: Buffer): string {
  const prefix = text(header.subarray(345, 500));
  const name = text(header.subarray(0, 100));
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** `LENGTH path=NAME`, one of the lines of a pax header. */
function paxPath(content: Buffer): string | undefined {
  return /^\d+ path=(.*)$/m.exec(content.toString('utf8'))?.[1];
}

function text(field: Buffer): string {
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? field.length : end);
}
