// SPDX-License-Identifier: EUPL-1.2
import { createHash } from 'node:crypto';
import { decodeWords } from '../../wire/mime/encoded-words.ts';
import { type Header, parseHeader } from '../../wire/mime/header.ts';
import { indexMessage, type MimePart } from '../../wire/mime/mime-index.ts';
import { isEmbeddedMessage, mediaType, partFileName, walkParts } from '../../wire/mime/mime-tree.ts';
import { MemoryOctets, type Octets } from '../../wire/mime/octets.ts';
import { decodeTransfer, decodeTransferred } from '../../wire/mime/transfer-encoding.ts';
import type { AttachmentFacts, HashFile, OriginalFacts } from './verification-report.ts';

const HASH_SUFFIX = '.hash';
/** Octets a hash file is looked for in: 40 digits, and room for a line end. */
const MAX_HASH_FILE_BYTES = 200;
/** Attachments told of. */
const MAX_ATTACHMENTS = 1000;
const MAX_HEADER_BYTES = 1024 * 1024;
const SLICE_BYTES = 256 * 1024;
const CRLF = Buffer.from('\r\n');

/** A message inside another, or alone. */
export interface OpenedOriginal {
  readonly octets: Octets;
  readonly root: MimePart;
}

/** What the `postacert.eml` part of a message holds. */
export async function describeOriginal(message: Octets, part: MimePart): Promise<OriginalFacts> {
  const opened = await openOriginal(message, part);
  const header = await readHeader(opened);
  const field = (name: string) => {
    const value = header.first(name)?.value;
    return value === undefined ? null : decodeWords(value);
  };
  const { attachments, hashFiles } = await listAttachments(opened);
  return {
    subject: field('Subject'),
    from: field('From'),
    to: field('To'),
    cc: field('Cc'),
    date: field('Date'),
    messageId: field('Message-ID'),
    sizeBytes: part.bodyEnd - part.bodyStart,
    sha256: await sha256Of(slicesOf(message, part)),
    attachments,
    hashFiles,
  };
}

/** An encoded message/rfc822, which RFC 2046 section 5.2.1 forbids, is left unopened by the index. */
export async function openOriginal(message: Octets, part: MimePart): Promise<OpenedOriginal> {
  const [root] = part.parts;
  if (root !== undefined) return { octets: message, root };
  const body = decodeTransferred(part.encoding, await message.read(part.bodyStart, part.bodyEnd));
  return { octets: new MemoryOctets(body), root: indexMessage(body).root };
}

export async function readHeader({ octets, root }: OpenedOriginal): Promise<Header> {
  const headerEnd = Math.min(root.bodyStart, root.headerStart + MAX_HEADER_BYTES);
  return parseHeader(await octets.read(root.headerStart, headerEnd));
}

async function listAttachments(opened: OpenedOriginal) {
  const attachments: AttachmentFacts[] = [];
  const hashFiles: HashFile[] = [];
  for (const part of attachmentParts(opened)) {
    const hash = await readHashFile(opened.octets, part);
    if (hash !== undefined) hashFiles.push(hash);
    else attachments.push(await describeAttachment(opened.octets, part));
  }
  return { attachments, hashFiles };
}

/** Named parts and attached messages, as far as they are told of: what a brief receipt has hashes of (DP-13, DP-14). */
export function attachmentParts({ root }: OpenedOriginal): readonly MimePart[] {
  const found: MimePart[] = [];
  for (const { part } of walkParts(root, (container) => !isEmbeddedMessage(container))) {
    if (part.type === 'multipart' || (partFileName(part) === undefined && part.type !== 'message')) continue;
    found.push(part);
    if (found.length >= MAX_ATTACHMENTS) break;
  }
  return found;
}

async function describeAttachment(octets: Octets, part: MimePart): Promise<AttachmentFacts> {
  const digest = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of decodeTransfer(part.encoding, slicesOf(octets, part))) {
    digest.update(chunk);
    sizeBytes += chunk.length;
  }
  const name = partFileName(part) ?? '';
  return { name, mediaType: mediaType(part), sizeBytes, sha256: digest.digest('hex') };
}

/** RFC 6109 section 3.3.2.2: exactly 40 hexadecimal digits. */
export async function readHashFile(octets: Octets, part: MimePart): Promise<HashFile | undefined> {
  const name = partFileName(part);
  if (name?.endsWith(HASH_SUFFIX) !== true || mediaType(part) !== 'text/plain') return undefined;
  if (part.bodyEnd - part.bodyStart > MAX_HASH_FILE_BYTES) return undefined;
  const body = decodeTransferred(part.encoding, await octets.read(part.bodyStart, part.bodyEnd));
  const digits = /^\s*([0-9a-f]{40})\s*$/i.exec(body.toString('latin1'))?.[1];
  if (digits === undefined) return undefined;
  return { name: name.slice(0, -HASH_SUFFIX.length), sha1: digits.toLowerCase() };
}

/** The body of a part as it was transmitted, without the line end after a last part, which no boundary follows. */
export async function readBody(octets: Octets, { bodyStart, bodyEnd }: MimePart): Promise<Buffer> {
  const body = await octets.read(bodyStart, bodyEnd);
  return bodyEnd === octets.size && body.subarray(-2).equals(CRLF) ? body.subarray(0, -2) : body;
}

/** The body of a part, in slices: decoding a large one at once would take its memory several times. */
async function* slicesOf(octets: Octets, { bodyStart, bodyEnd }: MimePart): AsyncGenerator<Buffer> {
  for (let at = bodyStart; at < bodyEnd; at += SLICE_BYTES) {
    yield await octets.read(at, Math.min(at + SLICE_BYTES, bodyEnd));
  }
}

async function sha256Of(chunks: AsyncIterable<Buffer>): Promise<string> {
  const digest = createHash('sha256');
  for await (const chunk of chunks) digest.update(chunk);
  return digest.digest('hex');
}
