// SPDX-License-Identifier: EUPL-1.2
import { decodeTransfer } from '../../mime/transfer-encoding.ts';
import type { Partial } from '../grammar/fetch-attributes.ts';
import type { MessageContent } from '../imap-backend.ts';
import type { ResponseWriter } from '../responses/response-writer.ts';
import { findPart } from '../responses/sections.ts';
import { cutRange } from './fetch-sections.ts';

/** Content-Transfer-Encodings that BINARY undoes (RFC 3516). */
const KNOWN_ENCODINGS: ReadonlySet<string> = new Set([
  '7bit',
  '8bit',
  'binary',
  'base64',
  'quoted-printable',
]);

/** Whether a part's encoding is one that nobody here can undo: NO [UNKNOWN-CTE]. */
export function isUndecodable(content: MessageContent, numbers: readonly number[]): boolean {
  const part = findPart(content.index.root, numbers)?.part;
  return part !== undefined && part.parts.length === 0 && !KNOWN_ENCODINGS.has(part.encoding);
}

interface DecodedPart {
  readonly encoding: string;
  readonly start: number;
  readonly end: number;
}

export interface BinaryItem {
  readonly part: readonly number[];
  readonly partial?: Partial;
}

/** Undefined when there is no such part. What holds other parts is served as it stands: nothing encodes it. */
function decodedPart(content: MessageContent, numbers: readonly number[]): DecodedPart | undefined {
  const { root } = content.index;
  if (numbers.length === 0) return { encoding: 'binary', start: root.headerStart, end: root.bodyEnd };
  const part = findPart(root, numbers)?.part;
  if (part === undefined) return undefined;
  if (part.parts.length > 0) return { encoding: 'binary', start: part.bodyStart, end: part.bodyEnd };
  return { encoding: part.encoding, start: part.bodyStart, end: part.bodyEnd };
}

function decoded(content: MessageContent, part: DecodedPart): AsyncIterable<Buffer> {
  return decodeTransfer(part.encoding, content.octets.stream(part.start, part.end));
}

/** How long the decoded part is, and whether it needs a literal8. */
async function measure(
  content: MessageContent,
  part: DecodedPart,
): Promise<{ readonly sizeBytes: number; readonly nul: boolean }> {
  let sizeBytes = 0;
  let nul = false;
  for await (const chunk of decoded(content, part)) {
    sizeBytes += chunk.length;
    nul ||= chunk.includes(0);
  }
  return { sizeBytes, nul };
}

/** Decodes twice, once to measure: the length comes before the octets, which are never all held. */
export async function writeBinary(
  writer: ResponseWriter,
  content: MessageContent,
  item: BinaryItem,
): Promise<void> {
  const part = decodedPart(content, item.part);
  const origin = item.partial === undefined ? '' : `<${item.partial.offset}>`;
  const label = `BINARY[${item.part.join('.')}]${origin}`;
  if (part === undefined) return writer.text(`${label} NIL`);
  const { sizeBytes, nul } = await measure(content, part);
  const { start, end } = cutRange({ start: 0, end: sizeBytes }, item.partial);
  if (start === end) return writer.text(`${label} ""`);
  writer.text(`${label} ${nul ? '~' : ''}{${end - start}}\r\n`);
  let at = 0;
  for await (const chunk of decoded(content, part)) {
    const from = Math.max(start - at, 0);
    const to = Math.min(end - at, chunk.length);
    if (from < to) writer.octets(chunk.subarray(from, to));
    at += chunk.length;
    if (at >= end) break;
    if (writer.isFull) await writer.flush();
  }
}

export async function writeBinarySize(
  writer: ResponseWriter,
  content: MessageContent,
  item: BinaryItem,
): Promise<void> {
  const part = decodedPart(content, item.part);
  const sizeBytes = part === undefined ? 0 : (await measure(content, part)).sizeBytes;
  writer.text(`BINARY.SIZE[${item.part.join('.')}] ${sizeBytes}`);
}
