// SPDX-License-Identifier: EUPL-1.2
import { isAscii } from 'node:buffer';
import { createHash } from 'node:crypto';
import { parseHeader } from '../../wire/mime/header.ts';
import type { MimePart, Parameters } from '../../wire/mime/mime-index.ts';
import { mediaType } from '../../wire/mime/mime-tree.ts';
import { type Octets, type Piece, streamPieces } from '../../wire/mime/octets.ts';
import { formatParameters } from '../../wire/mime/parameters.ts';
import { decodeTransfer } from '../../wire/mime/transfer-encoding.ts';
import { copyField } from '../drafting/header-lines.ts';
import { type EnclosedOriginal, type Enclosure, encloseAgain, enclosure } from '../original.ts';
import { HASH_SUFFIX, UNNAMED_MESSAGE_FILE, UNNAMED_PART_FILE } from '../wording/literals.ts';

/** Hardly more than a boundary line: what the user wrote stays a range, which nobody keeps for the receipt's sake. */
const SHORT_RANGE_BYTES = 128;
const CRLF = Buffer.from('\r\n');
const CR = 13;
const LF = 10;

export interface HashOptions {
  /** U-6: hash the decoded content; the default is the content as it was transmitted. */
  readonly decoded: boolean;
}

/**
 * The original with a hash file in the place of each named part and of each attached message; structure,
 * boundaries and everything else keep their octets (DP-13).
 */
export async function encloseReduced(original: EnclosedOriginal, options: HashOptions): Promise<Enclosure> {
  const { octets, index, part } = original;
  const root = part.parts[0];
  if (root === undefined || isOpaque(root)) return encloseAgain(original);
  const pieces: Piece[] = [];
  let kept = part.bodyStart;
  for (const replaced of partsToReplace(root)) {
    const end = await contentEnd(original, replaced);
    pieces.push(await keep(octets, kept, replaced.headerStart));
    pieces.push(await hashPart(octets, { ...replaced, bodyEnd: end }, options));
    if (end < part.bodyEnd && !(await isLineEnd(octets, end))) pieces.push(CRLF);
    kept = end;
  }
  pieces.push(await keep(octets, kept, part.bodyEnd));
  // GEN-5: what held the octets above 127 may be gone.
  return enclosure(pieces, {
    watched: index.watched,
    whole: [{ octets, start: part.bodyStart, end: part.bodyEnd }],
    eightBit: index.eightBit && (await isEightBit(pieces)),
  });
}

/** A range that stays; short ones are copied, or a message of many parts would be as many pieces. */
async function keep(octets: Octets, start: number, end: number): Promise<Piece> {
  return end - start > SHORT_RANGE_BYTES ? { octets, start, end } : octets.read(start, end);
}

/**
 * Where the content of a part ends. A part that ends with the message has no boundary after it, but the
 * message's own final line end: the same file then has the same hash wherever it stands.
 */
async function contentEnd({ octets, part }: EnclosedOriginal, replaced: MimePart): Promise<number> {
  const { bodyStart, bodyEnd } = replaced;
  if (bodyEnd < part.bodyEnd || bodyEnd - bodyStart < 2) return bodyEnd;
  const last = await octets.read(bodyEnd - 2, bodyEnd);
  return last.equals(CRLF) ? bodyEnd - 2 : bodyEnd;
}

/**
 * Whether a line ends there. It does not after an empty part whose one empty line ends its header and
 * belongs to the boundary too: the hash is no empty part, and needs a line end of its own (DP-13).
 */
async function isLineEnd(octets: Octets, at: number): Promise<boolean> {
  const [octet] = await octets.read(at, at + 1);
  return octet === CR || octet === LF;
}

async function isEightBit(pieces: readonly Piece[]): Promise<boolean> {
  for await (const chunk of streamPieces(pieces)) if (!isAscii(chunk)) return true;
  return false;
}

/** DP-16: a message signed or encrypted as one opaque block is left alone. */
function isOpaque(root: MimePart): boolean {
  return root.type === 'application' && (root.subtype === 'pkcs7-mime' || root.subtype === 'x-pkcs7-mime');
}

/** In the order they stand in; none lies within another. */
function partsToReplace(root: MimePart): MimePart[] {
  const found: MimePart[] = [];
  // DP-15: of a signed message only what is signed, never the signature.
  const start = mediaType(root) === 'multipart/signed' ? root.parts.slice(0, 1) : [root];
  const pending = start;
  for (let part = pending.shift(); part !== undefined; part = pending.shift()) {
    if (isAttachedMessage(part)) found.push(part);
    else if (part.type === 'multipart') pending.unshift(...part.parts);
    else if (isNamed(part)) found.push(part);
  }
  return found;
}

/** DP-14: attached messages go as a whole. */
function isAttachedMessage(part: MimePart): boolean {
  return part.type === 'message' && (part.subtype === 'rfc822' || part.subtype === 'global');
}

/** DP-13: RFC 2231 names arrive here decoded, under their plain parameter. */
function isNamed(part: MimePart): boolean {
  return part.params.name !== undefined || part.disposition?.params.filename !== undefined;
}

/** DP-17: header and body of the part that stands for another. */
async function hashPart(octets: Octets, part: MimePart, options: HashOptions): Promise<Buffer> {
  const header = await octets.read(part.headerStart, part.bodyStart);
  const hash = createHash('sha1');
  const body = octets.stream(part.bodyStart, part.bodyEnd);
  for await (const chunk of options.decoded ? decodeTransfer(part.encoding, body) : body) hash.update(chunk);
  return Buffer.concat([hashHeader(header, part), Buffer.from(hash.digest('hex'))]);
}

/** The part's own header, but for what has to say that the part is a text of 40 digits now. */
function hashHeader(block: Buffer, part: MimePart): Buffer {
  const names = hashNames(part);
  const type = fieldWith('Content-Type: text/plain', { name: names.type });
  const lines = new Map<string, string>([
    ['content-type', type],
    ['content-transfer-encoding', 'Content-Transfer-Encoding: 7bit\r\n'],
  ]);
  if (part.disposition !== undefined) {
    const { size: _size, ...params } = part.disposition.params;
    const start = `Content-Disposition: ${part.disposition.type}`;
    lines.set('content-disposition', fieldWith(start, { ...params, filename: names.disposition }));
  }
  const chunks: Buffer[] = [];
  for (const field of parseHeader(block).fields) {
    const line = lines.get(field.key);
    // A header that a boundary cuts off ends without a line end.
    if (line === undefined) chunks.push(copyField(field, block));
    else if (line !== '') chunks.push(Buffer.from(line));
    // A repeated field would contradict the first one.
    if (line !== undefined) lines.set(field.key, '');
  }
  return Buffer.concat([...chunks, Buffer.from(`${[...lines.values()].join('')}\r\n`)]);
}

function fieldWith(start: string, params: Parameters): string {
  return `${start}${formatParameters(params, start.length)}\r\n`;
}

function hashNames(part: MimePart): { readonly type: string; readonly disposition: string } {
  const inType = part.params.name;
  const inDisposition = part.disposition?.params.filename;
  const fallback = isAttachedMessage(part) ? UNNAMED_MESSAGE_FILE : UNNAMED_PART_FILE;
  return {
    type: (inType || inDisposition || fallback) + HASH_SUFFIX,
    disposition: (inDisposition || inType || fallback) + HASH_SUFFIX,
  };
}
