// SPDX-License-Identifier: EUPL-1.2

/** A command as it came: its keyword in capitals, and what follows the first space, untouched. */
export interface CommandLine {
  readonly keyword: string;
  readonly argument?: string;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * RFC 1939 section 3: a keyword of three or four letters (RFC 2449 section 4 lets extensions have more)
 * and arguments after one space. Undefined when the line is nothing of the kind: control characters,
 * octets that are no UTF-8, no keyword.
 */
export function parseCommandLine(octets: Buffer): CommandLine | undefined {
  const line = decodeText(octets);
  if (line === undefined) return undefined;
  const [, keyword, argument] = /^([A-Za-z][A-Za-z0-9]{0,19})(?: (.*))?$/s.exec(line) ?? [];
  if (keyword === undefined) return undefined;
  const command = { keyword: keyword.toUpperCase() };
  return argument === undefined ? command : { ...command, argument };
}

/** Text without control characters; undefined when the octets are something else. */
export function decodeText(octets: Buffer): string | undefined {
  for (const octet of octets) if (octet < 0x20 || octet === 0x7f) return undefined;
  try {
    return utf8.decode(octets);
  } catch {
    return undefined;
  }
}

/** The arguments of a command that takes numbers; undefined when one is not a number of at most 10 digits. */
export function parseNumbers(argument: string | undefined): readonly number[] | undefined {
  const words = (argument ?? '').split(' ').filter((word) => word !== '');
  if (!words.every((word) => /^\d{1,10}$/.test(word))) return undefined;
  return words.map(Number);
}
