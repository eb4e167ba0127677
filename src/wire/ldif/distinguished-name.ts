// SPDX-License-Identifier: EUPL-1.2
import { isUtf8 } from 'node:buffer';

/** One `type=value`; the type in lower case, the value unescaped. */
export interface NamePart {
  readonly type: string;
  readonly value: string;
}

/** Longest name taken, in characters, and most parts. */
const LONGEST_NAME = 8192;
const MOST_PARTS = 64;
const TYPE = /^(?:[a-z][a-z0-9-]*|[0-9]+(?:\.[0-9]+)*)$/;

/**
 * Reads a distinguished name (RFC 4514), most specific part first. Blanks around `,` and `=` are allowed,
 * as RFC 6109 prints them; parts of several values (`+`) and `#hex` values are not, and give `undefined`
 * like all else that is no name.
 */
export function readDistinguishedName(text: string): readonly NamePart[] | undefined {
  if (text.length === 0 || text.length > LONGEST_NAME) return undefined;
  const parts: NamePart[] = [];
  for (const piece of splitAtCommas(text)) {
    const part = parts.length < MOST_PARTS ? readPart(piece) : undefined;
    if (part === undefined) return undefined;
    parts.push(part);
  }
  return parts;
}

/** Writes a distinguished name, escaping what RFC 4514 section 2.4 says. */
export function writeDistinguishedName(parts: readonly NamePart[]): string {
  return parts.map(({ type, value }) => `${type}=${escapeValue(value)}`).join(',');
}

function splitAtCommas(text: string): string[] {
  const pieces: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === ',') {
      pieces.push(text.slice(start, at));
      start = at + 1;
    }
  }
  pieces.push(text.slice(start));
  return pieces;
}

function readPart(piece: string): NamePart | undefined {
  const equals = piece.indexOf('=');
  if (equals === -1) return undefined;
  const type = piece.slice(0, equals).trim().toLowerCase();
  const value = unescapeValue(withoutOuterBlanks(piece.slice(equals + 1)));
  return TYPE.test(type) && value !== undefined && value !== '' ? { type, value } : undefined;
}

/** Takes blanks off both ends, but never the one that a backslash protects. */
function withoutOuterBlanks(raw: string): string {
  let start = 0;
  while (raw[start] === ' ') start++;
  let end = raw.length;
  while (end > start && raw[end - 1] === ' ' && !isEscaped(raw, end - 1)) end--;
  return raw.slice(start, end);
}

function isEscaped(raw: string, at: number): boolean {
  let backslashes = 0;
  while (raw[at - 1 - backslashes] === '\\') backslashes++;
  return backslashes % 2 === 1;
}

function unescapeValue(raw: string): string | undefined {
  if (raw.startsWith('#')) return undefined;
  const chunks: Buffer[] = [];
  let plain = '';
  for (let at = 0; at < raw.length; at++) {
    const character = raw[at] ?? '';
    if (character !== '\\') {
      // RFC 4514 section 3: these must be escaped, so a plain one means something we do not read.
      if ('"+;<>\0'.includes(character)) return undefined;
      plain += character;
      continue;
    }
    const pair = raw.slice(at + 1, at + 3);
    if (/^[0-9A-Fa-f]{2}$/.test(pair)) {
      chunks.push(Buffer.from(plain, 'utf8'), Buffer.from(pair, 'hex'));
      plain = '';
      at += 2;
    } else if (pair !== '' && ' "#+,;<=>\\'.includes(pair[0] ?? '')) {
      plain += pair[0];
      at += 1;
    } else return undefined;
  }
  const octets = Buffer.concat([...chunks, Buffer.from(plain, 'utf8')]);
  return isUtf8(octets) ? octets.toString('utf8') : undefined;
}

function escapeValue(value: string): string {
  return value
    .replace(/["+,;<>\\]/g, '\\$&')
    .replaceAll('\0', '\\00')
    .replace(/^[ #]/, '\\$&')
    .replace(/ $/, (blank, at: number) => (at === 0 ? blank : `\\${blank}`));
}
