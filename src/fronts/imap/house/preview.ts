// SPDX-License-Identifier: EUPL-1.2

import type { MessageContent } from '../../../wire/imap/imap-backend.ts';
import { decodeCharset } from '../../../wire/mime/charsets.ts';
import type { MimePart } from '../../../wire/mime/mime-index.ts';
import { decodeTransferred } from '../../../wire/mime/transfer-encoding.ts';

/** RFC 8970 section 3.2: at most so many characters. */
const PREVIEW_LENGTH = 200;
/** Characters among which a preview's nearly always are. */
const LIKELY_ENOUGH = 1000;
/** Octets of the part that are looked at. */
const LOOKED_AT_BYTES = 16 * 1024;

/**
 * The beginning of what a person wrote (RFC 8970): of a certified message that is the original inside its
 * envelope, not the envelope's own sentences. Undefined when no part holds text.
 */
export async function previewOf({ index, octets }: MessageContent): Promise<string | undefined> {
  const part = textPart(innermost(index.root));
  if (part === undefined) return undefined;
  const end = Math.min(part.bodyEnd, part.bodyStart + LOOKED_AT_BYTES);
  const decoded = decodeTransferred(part.encoding, await octets.read(part.bodyStart, end));
  const text = decodeCharset(part.params.charset ?? 'utf-8', decoded);
  const plain = part.subtype === 'html' ? withoutMarkup(text) : text;
  return beginning(plain);
}

/** The first characters, with one blank between words. */
function beginning(text: string): string {
  const likely = inOneLine(text.slice(0, LIKELY_ENOUGH));
  // A character is at most two code units. What the cut left of a character or of a gap stands at the end.
  const enough = likely.length > 2 * PREVIEW_LENGTH;
  const start = (enough ? likely : inOneLine(text)).slice(0, 2 * PREVIEW_LENGTH);
  return [...start].slice(0, PREVIEW_LENGTH).join('');
}

function inOneLine(text: string): string {
  return text.replace(/[\s\u00a0\ufffd]+/g, ' ').trim();
}

/** The message that the outer one carries, however deep it is wrapped. */
function innermost(root: MimePart): MimePart {
  const carrier = root.type === 'multipart' ? root.parts.find((part) => part.type === 'message') : undefined;
  const inside = carrier?.parts[0] ?? (root.type === 'multipart' ? wrapped(root) : undefined);
  return inside === undefined ? root : innermost(inside);
}

/** The first part of a signature's or a mixture's that is a multipart itself and carries a message. */
function wrapped(root: MimePart): MimePart | undefined {
  return root.parts.find(
    (part) => part.type === 'multipart' && part.parts.some(({ type }) => type === 'message'),
  );
}

/** The first text, plain rather than marked up. */
function textPart(root: MimePart): MimePart | undefined {
  const texts: MimePart[] = [];
  const visit = (part: MimePart): void => {
    if (part.type === 'text' && part.disposition?.type !== 'attachment') texts.push(part);
    if (part.type === 'multipart') for (const inner of part.parts) visit(inner);
  };
  visit(root);
  return texts.find(({ subtype }) => subtype === 'plain') ?? texts.find(({ subtype }) => subtype === 'html');
}

function withoutMarkup(html: string): string {
  return html
    .replace(/<(style|script|head|title)\b[\s\S]*?<\/\1\s*>/gi, ' ')
    .replace(/<[^>]*>?/g, ' ')
    .replace(/&nbsp;/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;|&apos;/g, "'")
    .replace(/&amp;/g, '&');
}
