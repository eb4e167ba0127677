// SPDX-License-Identifier: EUPL-1.2

/** Kinds of executable content that are known by their first octets. */
export const EXECUTABLE_CONTENTS = ['windows', 'elf', 'mach-o', 'java', 'shortcut', 'script'] as const;
export type ExecutableContent = (typeof EXECUTABLE_CONTENTS)[number];

/** How an archive is packed; `closed` are those that are not opened here. */
export type ArchiveFormat = 'zip' | 'gzip' | 'tar' | 'closed';

/** Octets from the start of a content that tell what it is. */
export const HEAD_BYTES = 512;

const latin = (text: string) => Buffer.from(text, 'latin1');

const SHORTCUT = latin('L\x00\x00\x00\x01\x14\x02\x00');
const MACH_O = ['\xfe\xed\xfa\xce', '\xfe\xed\xfa\xcf', '\xce\xfa\xed\xfe', '\xcf\xfa\xed\xfe'].map(latin);
const ELF = latin('\x7fELF');
const JAVA = latin('\xca\xfe\xba\xbe');
const ZIPS = ['PK\x03\x04', 'PK\x05\x06'].map(latin);
// RAR, 7-Zip, xz, bzip2, Zstandard, CAB, ARJ, ACE, LZH.
const CLOSED = [
  'Rar!\x1a\x07',
  "7z\xbc\xaf'\x1c",
  '\xfd7zXZ\x00',
  'BZh',
  '(\xb5/\xfd',
  'MSCF\x00\x00',
  '\x60\xea',
].map(latin);

/** What kind of program the content is, by its first octets; undefined when it is none that is known. */
export function executableKind(head: Buffer): ExecutableContent | undefined {
  // A text may begin with these two letters, but then holds no NUL.
  if (startsWith(head, latin('MZ')) && head.subarray(0, 64).includes(0)) return 'windows';
  if (startsWith(head, ELF)) return 'elf';
  if (MACH_O.some((magic) => startsWith(head, magic))) return 'mach-o';
  // Java classes, and Mach-O files for several machines: both run.
  if (startsWith(head, JAVA)) return 'java';
  if (startsWith(head, SHORTCUT)) return 'shortcut';
  return startsWith(head, latin('#!')) ? 'script' : undefined;
}

/** How the content is packed, by its first octets. */
export function archiveFormat(head: Buffer): ArchiveFormat | undefined {
  if (ZIPS.some((magic) => startsWith(head, magic))) return 'zip';
  if (startsWith(head, latin('\x1f\x8b'))) return 'gzip';
  if (head.subarray(257, 262).equals(latin('ustar'))) return 'tar';
  return CLOSED.some((magic) => startsWith(head, magic)) ? 'closed' : undefined;
}

/** The last extension of a file's name, in lower case; dots and blanks after it, which Windows drops, do not hide it. */
export function extensionOf(name: string): string | undefined {
  const plain = name.replace(/[.\s\p{Cc}\p{Cf}]+$/u, '');
  return /\.([^./\\]+)$/
    .exec(plain)?.[1]
    ?.replace(/[\p{Cc}\p{Cf}]/gu, '')
    .toLowerCase();
}

function startsWith(head: Buffer, magic: Buffer): boolean {
  return head.subarray(0, magic.length).equals(magic);
}
