// SPDX-License-Identifier: EUPL-1.2
import type { LiteralHeader } from '../grammar/refusals.ts';

const LITERAL_AT_END = /~?\{(\d{1,20})(\+?)\}\r?\n$/;
/** The longest end of a line that can be a literal's header. */
export const LITERAL_TAIL_BYTES = 32;

const TAG_AT_START = /^[\x21\x23\x24\x26\x27\x2c-\x5b\x5d-\x7a\x7c\x7e]{1,255}(?= )/;

/** The literal that a line announces at its end. */
export function literalAtEnd(line: Buffer): LiteralHeader | undefined {
  const tail = line.toString('latin1', Math.max(0, line.length - LITERAL_TAIL_BYTES));
  const match = LITERAL_AT_END.exec(tail);
  if (match === null) return undefined;
  const sizeBytes = Math.min(Number(match[1]), Number.MAX_SAFE_INTEGER);
  return { sizeBytes, synchronizing: match[2] === '', binary: tail[match.index] === '~' };
}

/** Clients end lines with CRLF; people at a terminal with LF alone, which cannot be mistaken. */
export function withoutLineEnd(octets: Buffer): Buffer {
  const end = octets.length - (octets[octets.length - 2] === 0x0d ? 2 : 1);
  return octets.subarray(0, end);
}

/** The tag of a command that is not read any further, `*` when it has none. */
export function tagAtStart(start: Buffer): string {
  return TAG_AT_START.exec(start.toString('latin1', 0, 256))?.[0] ?? '*';
}
