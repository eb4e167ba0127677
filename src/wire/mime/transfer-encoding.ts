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

/** The same as a string, without the last line end. */
export function base64Lines(octets: Uint8Array): string {
  const text = asBuffer(octets).toString('base64');
  let lines = text.slice(0, LINE_COLUMNS);
  for (let at = LINE_COLUMNS; at < text.length; at += LINE_COLUMNS)
    lines += `\r\n${text.slice(at, at + LINE_COLUMNS)}`;
  return lines;
}

/**
 * Quoted-printable of text with CRLF line ends (RFC 2045 section 6.7). CR and LF alone are encoded, and so
 * are a dot and `From ` where a line starts, which some hosts change on the way.
 */
export function encodeQuotedPrintable(octets: Uint8Array): Buffer {
  return Buffer.from(quotePrintable(asBuffer(octets).toString('latin1')), 'latin1');
}

/** The same, where octets are characters. */
export function quotePrintable(text: string): string {
  let encoded = '';
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf('\r\n', start);
    const end = found < 0 ? text.length : found;
    const line = text.slice(start, end);
    // Most lines are what they will be.
    encoded += AS_IT_IS.test(line) ? line : quoteLine(line);
    if (found >= 0) encoded += '\r\n';
    start = end + 2;
  }
  return encoded;
}

/** A line of at most LINE_COLUMNS in which nothing is to be encoded. */
const AS_IT_IS = /^(?!\.|From )[\t -<>-~]{0,75}[!-<>-~]$|^$/;

function quoteLine(line: string): string {
  let encoded = '';
  let columns = '';
  for (let at = 0; at < line.length; at++) {
    const last = at + 1 === line.length;
    let code = quotedOctet(line, at, { first: columns === '', last });
    // The last octet of a line may stand where the mark of a soft line break would.
    if (columns.length + code.length > (last ? LINE_COLUMNS : LINE_COLUMNS - 1)) {
      encoded += `${columns}=\r\n`;
      columns = '';
      code = quotedOctet(line, at, { first: true, last });
    }
    columns += code;
  }
  return encoded + columns;
}

function quotedOctet(line: string, at: number, place: { first: boolean; last: boolean }): string {
  const octet = line.charCodeAt(at);
  const blank = octet === 32 || octet === 9;
  const printable = octet > 32 && octet < 127 && octet !== 61;
  const risky = place.first && (octet === 46 || (octet === 70 && line.startsWith('From ', at)));
  if (!risky && (printable || (blank && !place.last))) return line.charAt(at);
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
  const plain = encoding === 'base64' ? decodePlainBase64(octets) : undefined;
  if (plain !== undefined) return plain;
  const decoder = transferDecoder(encoding);
  return Buffer.concat([decoder.update(octets), decoder.end()]);
}

/**
 * Base64 as everybody writes it: padded at its end, if at all. Node's decoder passes over what is not of the alphabet as
 * `Base64Decoder` does, but for padding elsewhere and the two characters of the other alphabet (RFC 4648 section 5).
 */
function decodePlainBase64(octets: Uint8Array): Buffer | undefined {
  const text = asBuffer(octets).toString('latin1');
  const padding = text.indexOf('=');
  if (padding >= 0 && !/^[=\s]*$/.test(text.slice(padding))) return undefined;
  if (text.includes('-') || text.includes('_')) return undefined;
  return Buffer.from(padding < 0 ? text : text.slice(0, padding), 'base64');
}
