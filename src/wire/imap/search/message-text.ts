// SPDX-License-Identifier: EUPL-1.2
import { decodeCharset } from '../../mime/charsets.ts';
import { type Header, parseHeader } from '../../mime/header.ts';
import type { MimePart } from '../../mime/mime-index.ts';
import { partFileName } from '../../mime/mime-tree.ts';
import { MemoryOctets } from '../../mime/octets.ts';
import { decodeTransferred } from '../../mime/transfer-encoding.ts';
import type { MessageContent } from '../imap-backend.ts';
import { headerText } from './message-header.ts';
import type { SearchText } from './search-evaluation.ts';
import { unicodeCasemap } from './unicode-casemap.ts';

/** Octets of one text part that are looked at. */
const SEARCHED_PART_BYTES = 16 * 1024 * 1024;

/** A message of that size is at hand as a whole. */
const READ_WHOLE_BYTES = 256 * 1024;

/** A message that is looked at in many places, read whole where that is little. */
export async function atHand(content: MessageContent): Promise<MessageContent> {
  const { index, octets } = content;
  if (octets.size > READ_WHOLE_BYTES) return content;
  return { index, octets: new MemoryOctets(await octets.read(0, octets.size)) };
}

/** What is searched of a message, in `unicodeCasemap` form. */
export interface SearchTexts {
  /** A line `NAME: value` for each field. */
  readonly header: string;
  readonly body: string;
}

/**
 * What BODY and TEXT look through: every text part decoded, the headers of embedded messages, and the
 * names of attachments. Reads the parts one after the other.
 */
export async function readSearchTexts(content: MessageContent, of: Header): Promise<SearchTexts> {
  const parts: string[] = [];
  // One by one: most are ASCII, and a line end between them keeps them apart whatever becomes of their characters.
  for (const part of searchedParts(content.index.root))
    parts.push(unicodeCasemap(await partText(content, part)));
  return { header: unicodeCasemap(headerText(of)), body: parts.join('\n') };
}

export async function readSearchText(content: MessageContent, of: Header): Promise<SearchText> {
  const { header, body } = await readSearchTexts(content, of);
  return {
    bodyHolds: (text) => body.includes(text),
    anywhereHolds: (text) => header.includes(text) || body.includes(text),
  };
}

function searchedParts(root: MimePart): readonly MimePart[] {
  const found: MimePart[] = [];
  const visit = (part: MimePart): void => {
    found.push(part);
    for (const inner of part.parts) visit(inner);
  };
  visit(root);
  return found;
}

async function partText(content: MessageContent, part: MimePart): Promise<string> {
  const texts: string[] = [];
  const name = partFileName(part);
  if (name !== undefined) texts.push(name);
  const [message] = part.parts;
  if (part.type === 'message' && message !== undefined) {
    const header = await content.octets.read(message.headerStart, message.bodyStart);
    texts.push(headerText(parseHeader(header)));
  } else if (part.type === 'text') {
    const end = Math.min(part.bodyEnd, part.bodyStart + SEARCHED_PART_BYTES);
    const octets = decodeTransferred(part.encoding, await content.octets.read(part.bodyStart, end));
    texts.push(decodeCharset(part.params.charset ?? 'us-ascii', octets));
  }
  return texts.join('\n');
}
