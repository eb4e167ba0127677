// SPDX-License-Identifier: EUPL-1.2
import type { MimeIndex, MimePart } from './mime-index.ts';

/**
 * The index of a message after header fields of `prefix` octets, `prefixLines` lines, were put in front
 * of it: what is below moves, the outermost header grows. Spares reading the message again.
 */
export function shiftIndex(
  index: MimeIndex,
  prefix: { readonly bytes: number; readonly longestLine: number },
): MimeIndex {
  const { bytes } = prefix;
  return {
    ...index,
    size: index.size + bytes,
    longestLine: Math.max(index.longestLine, prefix.longestLine),
    root: { ...shiftPart(index.root, bytes), headerStart: index.root.headerStart },
  };
}

function shiftPart(part: MimePart, bytes: number): MimePart {
  return {
    ...part,
    headerStart: part.headerStart + bytes,
    bodyStart: part.bodyStart + bytes,
    bodyEnd: part.bodyEnd + bytes,
    parts: part.parts.map((child) => shiftPart(child, bytes)),
  };
}
