// SPDX-License-Identifier: EUPL-1.2

/** Signatures, lengths in octets, flags and methods of APPNOTE.TXT 6.3, section 4.3 and 4.4. */
export const ZIP = {
  localSignature: 0x04034b50,
  descriptorSignature: 0x08074b50,
  directorySignature: 0x02014b50,
  endSignature: 0x06054b50,
  localBytes: 30,
  descriptorBytes: 16,
  directoryBytes: 46,
  endBytes: 22,
  /** Bit 3: sizes and CRC follow the data. */
  descriptorFlag: 0x0008,
  /** Bit 11: the name is UTF-8; ours are ASCII, which is the same. */
  utf8Flag: 0x0800,
  stored: 0,
  deflated: 8,
  /** 2.0: deflate. */
  version: 20,
  /** Unix, so that the mode in the external attributes counts. */
  unix: 3,
} as const;

/** What 32 and 16 bits can say without ZIP64; their last value announces it. */
export const MAX_ZIP_BYTES = 0xffff_fffe;
export const MAX_ZIP_ENTRIES = 0xfffe;

/** Longest name, octets. */
export const MAX_NAME_BYTES = 200;

/**
 * Whether a name means the same file to every program: ASCII letters, digits and `._-`, folders parted by `/`; no
 * empty segment, none that begins with a dot, none that ends with one, which Windows drops.
 */
export function isPlainName(name: string): boolean {
  const segment = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;
  return (
    name.length <= MAX_NAME_BYTES &&
    name.split('/').every((part) => segment.test(part) && !part.endsWith('.'))
  );
}
