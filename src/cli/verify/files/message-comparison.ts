// SPDX-License-Identifier: EUPL-1.2
import { decodeWords } from '../../../wire/mime/encoded-words.ts';
import type { Header } from '../../../wire/mime/header.ts';
import type { MimePart } from '../../../wire/mime/mime-index.ts';
import { mediaType, partFileName } from '../../../wire/mime/mime-tree.ts';
import { decodeTransferred } from '../../../wire/mime/transfer-encoding.ts';
import { type OpenedOriginal, readBody, readHashFile, readHeader } from '../original.ts';
import { sha1FormsOfPart } from './sha1-forms.ts';

/** The first thing in which a supplied message is another. */
export interface MessageDifference {
  /** `header`: a field. `structure`: its parts are others, or of other types. `part`: the content of one. */
  readonly what: 'header' | 'structure' | 'part';
  /** Name of the field, or name or type of the part. */
  readonly where: string;
}

/** Fields that the sender's program wrote and no provider changes. */
const FIELDS = ['From', 'To', 'Cc', 'Subject', 'Date'] as const;

/**
 * Holds the message that the user has against the original in an envelope or a receipt: header fields, structure and
 * parts. Where a brief receipt has a hash, the part must have it. A part that was only encoded otherwise is the same.
 * Null when nothing differs.
 */
export async function compareMessages(
  original: OpenedOriginal,
  supplied: OpenedOriginal,
): Promise<MessageDifference | null> {
  const [ours, theirs] = [await readHeader(original), await readHeader(supplied)];
  const field = FIELDS.find((name) => fieldText(ours, name) !== fieldText(theirs, name));
  if (field !== undefined) return { what: 'header', where: field };
  if (!sameMessageId(ours, theirs)) return { what: 'header', where: 'Message-ID' };
  return compareParts({ ...original, part: original.root }, { ...supplied, part: supplied.root });
}

interface Placed extends OpenedOriginal {
  readonly part: MimePart;
}

async function compareParts(ours: Placed, theirs: Placed): Promise<MessageDifference | null> {
  const where = partFileName(ours.part) ?? mediaType(ours.part);
  const hash = await readHashFile(ours.octets, ours.part);
  if (hash !== undefined && (await hasHash(theirs, hash.sha1))) return null;
  if (mediaType(ours.part) !== mediaType(theirs.part)) {
    return { what: hash === undefined ? 'structure' : 'part', where };
  }
  if (ours.part.type !== 'multipart') {
    return (await sameBody(ours, theirs)) ? null : { what: 'part', where };
  }
  if (ours.part.parts.length !== theirs.part.parts.length) return { what: 'structure', where };
  for (const [at, part] of ours.part.parts.entries()) {
    const other = theirs.part.parts[at];
    const difference = other && (await compareParts({ ...ours, part }, { ...theirs, part: other }));
    if (difference) return difference;
  }
  return null;
}

async function hasHash({ octets, part }: Placed, sha1: string): Promise<boolean> {
  const body = await readBody(octets, part);
  return sha1FormsOfPart(body, decodeTransferred(part.encoding, body)).has(sha1);
}

async function sameBody(ours: Placed, theirs: Placed): Promise<boolean> {
  const [a, b] = [await readBody(ours.octets, ours.part), await readBody(theirs.octets, theirs.part)];
  if (withoutLastLines(a).equals(withoutLastLines(b))) return true;
  const [decoded, other] = [
    decodeTransferred(ours.part.encoding, a),
    decodeTransferred(theirs.part.encoding, b),
  ];
  return withoutLastLines(decoded).equals(withoutLastLines(other));
}

/** How many line ends follow the last line of a message is nobody's content. */
function withoutLastLines(body: Buffer): Buffer {
  let end = body.length;
  while (end > 0 && (body[end - 1] === 0x0a || body[end - 1] === 0x0d)) end--;
  return body.subarray(0, end);
}

function fieldText(header: Header, name: string): string {
  return decodeWords(header.first(name)?.value ?? '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** AP-23: in an envelope the sender's Message-ID has moved to X-Riferimento-Message-ID. */
function sameMessageId(ours: Header, theirs: Header): boolean {
  const names = ['X-Riferimento-Message-ID', 'Message-ID'] as const;
  const [given, ...more] = names.map((name) => fieldText(theirs, name)).filter((value) => value !== '');
  if (given === undefined) return true;
  const known = names.map((name) => fieldText(ours, name)).filter((value) => value !== '');
  return known.length === 0 || [given, ...more].some((value) => known.includes(value));
}
