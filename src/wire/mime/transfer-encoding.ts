// SPDX-License-Identifier: EUPL-1.2
import { asBuffer } from './octets.ts';
import {
  Base64Decoder,
  IdentityDecoder,
  QuotedPrintableDecoder,
  type TransferDecoder,
} from './transfer-decoders.ts';

const LINE_COLUMNS = 76;

/** Base64 in lines of 76 columns, each ended by CRLF, the last one too; empty for nothing. */
export function encodeBase64(octets: Uint8Array): Buffer {
  const text = asBuffer(octets).toString('base64');
  const lines = Math.ceil(text.length / LINE_COLUMNS);
  const encoded = Buffer.allocUnsafe(text.length + 2 * lines);
  // Written to the end, then moved to the front line by line: what is still to be moved is never overtaken.
  let from = 2 * lines;
  encoded.write(text, from, 'latin1');
  for (let to = 0; from < encoded.length; from += LINE_COLUMNS) {
    const end = Math.min(from + LINE_COLUMNS, encoded.length);
    encoded.copyWithin(to, from, end);
    to += end - from;
    encoded[to++] = 13;
    encoded[to++] = 10;
  }
  return encoded;
}

/**
 * Quoted-printable of text with CRLF line ends (RFC 2045 section 6.7). CR and LF alone are encoded, and so
 * are a dot and `From ` where a line starts, which some hosts change on the way.
 */
export function encodeQuotedPrintable(octets: Uint8Array): Buffer {
  const source = asBuffer(octets);
  let encoded = '';
  let line = '';
  for (let at = 0; at < source.length; at++) {
    if (source[at] === 13 && source[at + 1] === 10) {
      encoded += `${line}\r\n`;
      line = '';
      at++;
      continue;
    }
    const ends = at + 1 === source.length || (source[at + 1] === 13 && source[at + 2] === 10);
    let code = quotedOctet(source, at, { first: line === '', last: ends });
    // The last octet of a line may stand where the mark of a soft line break would.
    if (line.length + code.length > (ends ? LINE_COLUMNS : LINE_COLUMNS - 1)) {
      encoded += `${line}=\r\n`;
      line = '';
      code = quotedOctet(source, at, { first: true, last: ends });
    }
    line += code;
  }
  return Buffer.from(encoded + line, 'latin1');
}

function quotedOctet(source: Buffer, at: number, place: { first: boolean; last: boolean }): string {
  const octet = source[at] ?? 0;
  const blank = octet === 32 || octet === 9;
  const printable = octet > 32 && octet < 127 && octet !== 61;
  const risky =
    place.first && (octet === 46 || (octet === 70 && source.toString('latin1', at, at + 5) === 'From '));
  if (!risky && (printable || (blank && !place.last))) return String.fromCharCode(octet);
  return `=${octet.toString(16).toUpperCase().padStart(2, '0')}`;
}

/** The decoder for a Content-Transfer-Encoding in lower case. */
export function transferDecoder(encoding: string): TransferDecoder {
  if (encoding === 'base64') return new Base64Decoder();
  return encoding === 'quoted-printable' ? new QuotedPrintableDecoder() : new IdentityDecoder();
}

/**
 * The content of a body, chunk by chunk. Forgiving, and never throws by itself: what is no base64 is
 * skipped, a broken `=XY` stays as it is, an unknown encoding passes unchanged.
 */
export async function* decodeTransfer(
  encoding: string,
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer> {
  const decoder = transferDecoder(encoding);
  for await (const chunk of source) {
    const decoded = decoder.update(chunk);
    if (decoded.length > 0) yield decoded;
  }
  const rest = decoder.end();
  if (rest.length > 0) yield rest;
}

/** The same for a body in memory. */
export function decodeTransferred(encoding: string, octets: Uint8Array): Buffer {
  const decoder = transferDecoder(encoding);
  return Buffer.concat([decoder.update(octets), decoder.end()]);
}
