// SPDX-License-Identifier: EUPL-1.2
import type { MimeDefect, MimeIndex, MimePart, Parameters } from '../../wire/mime/mime-index.ts';

/** A part as it rests: lists instead of objects, as the names would be most of it. */
type PackedPart = readonly [
  headerStart: number,
  bodyStart: number,
  bodyEnd: number,
  bodyLines: number,
  type: string,
  subtype: string,
  encoding: string,
  params: Parameters,
  parts: readonly PackedPart[],
  rest?: SeldomFields,
];

/** What most parts have nothing of. */
type SeldomFields = Pick<MimePart, 'disposition' | 'id' | 'description' | 'md5' | 'language' | 'location'>;

/** A MIME index as it rests. */
type PackedIndex = readonly [
  size: number,
  root: PackedPart,
  flags: number,
  longestLine: number,
  watched: readonly PackedLine[],
  defects: readonly MimeDefect[],
];

/** A line; or which of the message's boundaries it is, doubled, and 1 more for its end. */
type PackedLine = string | number;

const EIGHT_BIT = 1;
const BARE_LINE_ENDS = 2;
const NUL = 4;

/** The text that a MIME index rests as: about half of what JSON makes of it. */
export function packIndex(index: MimeIndex): string {
  const { size, root, eightBit, bareLineEnds, nul, longestLine, watched, defects } = index;
  const flags = (eightBit ? EIGHT_BIT : 0) | (bareLineEnds ? BARE_LINE_ENDS : 0) | (nul ? NUL : 0);
  const lines = watched.length === 0 ? [] : packLines(watched, boundariesOf(root, []));
  const packed: PackedIndex = [size, packPart(root), flags, longestLine, lines, defects];
  return JSON.stringify(packed);
}

/** What `packIndex` was given; throws when the text is of nothing of the kind. */
export function unpackIndex(text: string): MimeIndex {
  const packed = JSON.parse(text) as PackedIndex | MimeIndex;
  // Older stores hold the index itself.
  if (!isPacked(packed)) return packed;
  const [size, packedRoot, flags, longestLine, lines, defects] = packed;
  const root = unpackPart(packedRoot);
  return {
    size,
    root,
    eightBit: (flags & EIGHT_BIT) !== 0,
    bareLineEnds: (flags & BARE_LINE_ENDS) !== 0,
    nul: (flags & NUL) !== 0,
    longestLine,
    watched: lines.length === 0 ? [] : unpackLines(lines, boundariesOf(root, [])),
    defects,
  };
}

function isPacked(index: PackedIndex | MimeIndex): index is PackedIndex {
  return Array.isArray(index);
}

function packPart(part: MimePart): PackedPart {
  const { headerStart, bodyStart, bodyEnd, bodyLines, type, subtype, encoding, params, parts, ...rest } =
    part;
  const packed = [headerStart, bodyStart, bodyEnd, bodyLines, type, subtype, encoding, params] as const;
  const children = parts.map(packPart);
  for (const _ in rest) return [...packed, children, rest];
  return [...packed, children];
}

function unpackPart(packed: PackedPart): MimePart {
  const [headerStart, bodyStart, bodyEnd, bodyLines, type, subtype, encoding, params, parts, rest] = packed;
  return {
    headerStart,
    bodyStart,
    bodyEnd,
    bodyLines,
    type,
    subtype,
    params,
    encoding,
    ...rest,
    parts: parts.map(unpackPart),
  };
}

function boundariesOf(part: MimePart, found: string[]): string[] {
  const { boundary } = part.params;
  if (boundary !== undefined) found.push(boundary);
  for (const child of part.parts) boundariesOf(child, found);
  return found;
}

function packLines(lines: readonly string[], boundaries: readonly string[]): PackedLine[] {
  const numbers = new Map<string, number>();
  boundaries.forEach((boundary, at) => {
    numbers.set(`--${boundary}`, 2 * at);
    numbers.set(`--${boundary}--`, 2 * at + 1);
  });
  return lines.map((line) => numbers.get(line) ?? line);
}

function unpackLines(lines: readonly PackedLine[], boundaries: readonly string[]): string[] {
  return lines.map((line) => {
    if (typeof line === 'string') return line;
    return `--${boundaries[line >> 1] ?? ''}${line % 2 === 1 ? '--' : ''}`;
  });
}
