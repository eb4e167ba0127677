// SPDX-License-Identifier: EUPL-1.2

import type { Header } from '../wire/mime/header.ts';
import { parseHeader } from '../wire/mime/header.ts';
import type { MimeIndex, MimePart } from '../wire/mime/mime-index.ts';
import type { Octets, Piece } from '../wire/mime/octets.ts';
import { identifierLine, referenceLine } from './drafting/header-lines.ts';
import { REFERENCE_FIELD } from './wording/literals.ts';

/** A message that somebody else wrote and that is to be embedded. */
export interface Original {
  readonly octets: Octets;
  /** Made with `watchPrefix: BOUNDARY_PREFIX`. */
  readonly index: MimeIndex;
  /** Its header block as it stands: the octets from 0 to `index.root.bodyStart`. */
  readonly header: Buffer;
  /** The same, read; spares reading it again. */
  readonly fields?: Header;
}

/** The original as it lies in a transport envelope. */
export interface EnclosedOriginal {
  /** The whole envelope. */
  readonly octets: Octets;
  /** The envelope's, made with `watchPrefix: BOUNDARY_PREFIX`. */
  readonly index: MimeIndex;
  /** The envelope's `postacert.eml` part (see `findNamedPart`). */
  readonly part: MimePart;
}

/** What goes into a `postacert.eml` part. */
export interface Enclosure {
  readonly pieces: readonly Piece[];
  /** What the pieces are cut from: the whole original as an envelope carries it. */
  readonly whole: readonly Piece[];
  readonly eightBit: boolean;
  /** Lines that a boundary of ours must not start like. */
  readonly watched: readonly string[];
  /** Content-Transfer-Encoding of the part. */
  readonly encoding: string;
}

export function headerOf(original: Original): Header {
  return original.fields ?? parseHeader(original.header);
}

/**
 * The original with the PEC msgid as its Message-ID and the client's one as X-Riferimento-Message-ID, every
 * other octet as it was (AP-23, AP-24). The Message-ID is replaced where it stands; what has no place yet
 * comes at the end of the header. Only the header is copied, the body stays a range.
 */
export function originalWithNewId(
  original: Original,
  id: { readonly identifier: string; readonly messageId?: string },
): Piece[] {
  const header = headerOf(original);
  const newId = identifierLine('Message-ID', `<${id.identifier}>`);
  const chunks: (Buffer | string)[] = [];
  let replaced = false;
  let kept = 0;
  for (const field of header.fields) {
    const isMessageId = field.key === 'message-id';
    // AP-25: a reference the client wrote is not evidence of anything.
    if (!isMessageId && field.key !== REFERENCE_KEY) continue;
    chunks.push(original.header.subarray(kept, field.start));
    if (isMessageId && !replaced) chunks.push(newId);
    replaced ||= isMessageId;
    kept = field.end;
  }
  const rest = original.header.subarray(kept, header.end);
  chunks.push(rest);
  if (rest.length > 0 && rest.at(-1) !== 0x0a) chunks.push('\r\n');
  if (!replaced) chunks.push(newId);
  chunks.push(referenceLine(id.messageId));
  const head = Buffer.concat(chunks.map((chunk) => (typeof chunk === 'string' ? Buffer.from(chunk) : chunk)));
  const { octets } = original;
  return octets.size > header.end ? [head, { octets, start: header.end, end: octets.size }] : [head];
}

const REFERENCE_KEY = REFERENCE_FIELD.toLowerCase();

/** AP-30: the original as a transport envelope encloses it. */
export function encloseWithNewId(
  original: Original,
  id: { readonly identifier: string; readonly messageId?: string },
): Enclosure {
  return enclosure(originalWithNewId(original, id), original.index);
}

/** IP-23: a received message, octet by octet. */
export function encloseUnchanged(received: Original): Enclosure {
  const { octets } = received;
  return enclosure([{ octets, start: 0, end: octets.size }], received.index);
}

/** DP-10: the original exactly as the envelope carries it. */
export function encloseAgain({ octets, index, part }: EnclosedOriginal): Enclosure {
  const whole = enclosure([{ octets, start: part.bodyStart, end: part.bodyEnd }], index);
  // RFC 2046 section 5.2.1 allows no such thing, but then only the same label makes it readable.
  const encoded = part.encoding === 'base64' || part.encoding === 'quoted-printable';
  return encoded ? { ...whole, encoding: part.encoding } : whole;
}

/** GEN-5, U-9: the octets stay, the label tells what they are. */
export function enclosure(
  pieces: readonly Piece[],
  {
    eightBit,
    watched,
    whole = pieces,
  }: Pick<MimeIndex, 'eightBit' | 'watched'> & { readonly whole?: readonly Piece[] },
): Enclosure {
  return { pieces, whole, eightBit, watched, encoding: eightBit ? '8bit' : '7bit' };
}
