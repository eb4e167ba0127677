// SPDX-License-Identifier: EUPL-1.2
import { decodeWords } from './encoded-words.ts';
import { ExtendedParameters } from './extended-parameters.ts';
import { FieldCursor } from './field-cursor.ts';
import type { Parameters } from './mime-part.ts';

export interface ContentType {
  /** Lower case. */
  readonly type: string;
  readonly subtype: string;
  readonly params: Parameters;
}

export interface ContentDisposition {
  /** Lower case: `inline`, `attachment` ... */
  readonly type: string;
  readonly params: Parameters;
}

/** Parameters of one field that are read, numbered pieces each counted; the rest is left aside. */
export const MAX_PARAMETERS = 500;

// Made once: an expression written where it is used is a new one each time.
const TYPE = /[^\s/;()"]*/y;
const SUBTYPE = /[^\s;()"/]*/y;
const WORD = /[^\s;()"]*/y;
const NAME = /[^\s;()"=]*/y;
const NAME_OF_FILE = /^(?:file)?name(?:\*|$)/;
const TO_SEMICOLON = /[^;]*/y;
const TO_BLANK = /[^\s;]*/y;
const VALUE = /[^\s;(]*/y;
const JUNK = /[^\s;"]?[^\s;"(]*/y;

/** Reads a Content-Type value; undefined when it holds no type and subtype. Never throws. */
export function parseContentType(value: string): ContentType | undefined {
  const cursor = new FieldCursor(value);
  cursor.skipBlanks();
  const type = cursor.take(TYPE);
  cursor.skipBlanks();
  if (type === '' || !cursor.accept('/')) return undefined;
  cursor.skipBlanks();
  const subtype = cursor.take(SUBTYPE);
  if (subtype === '') return undefined;
  return { type: type.toLowerCase(), subtype: subtype.toLowerCase(), params: readParameters(cursor) };
}

/** Reads a Content-Disposition value; undefined when it holds no type. Never throws. */
export function parseDisposition(value: string): ContentDisposition | undefined {
  const cursor = new FieldCursor(value);
  cursor.skipBlanks();
  const type = cursor.take(NAME);
  cursor.skipBlanks();
  // `filename=x` alone, without a type: RFC 2183 section 2.8 lets an unknown type count as attachment.
  if (cursor.peek() === '=') return { type: 'attachment', params: readParameters(new FieldCursor(value)) };
  if (type === '') return undefined;
  return { type: type.toLowerCase(), params: readParameters(cursor) };
}

/** The first token of a value in lower case, such as a Content-Transfer-Encoding's; empty when there is none. */
export function firstToken(value: string): string {
  const cursor = new FieldCursor(value);
  cursor.skipBlanks();
  return cursor.take(WORD).toLowerCase();
}

function readParameters(cursor: FieldCursor): Parameters {
  const values: Record<string, string> = {};
  let extended: ExtendedParameters | undefined;
  for (let count = 0; count < MAX_PARAMETERS; count++) {
    skipSeparators(cursor);
    if (cursor.atEnd) break;
    const name = cursor.take(NAME).toLowerCase();
    cursor.skipBlanks();
    if (!cursor.accept('=')) {
      skipJunk(cursor);
      continue;
    }
    cursor.skipBlanks();
    const value = readValue(cursor, name);
    // Of two with one name the first counts, as it does for other readers.
    if (name === '') continue;
    if (name.includes('*')) {
      extended ??= new ExtendedParameters();
      if (extended.collect(name, value)) continue;
    }
    if (Object.hasOwn(values, name)) continue;
    // RFC 2047 forbids words within quotes, but the field is full of them. A boundary is never text.
    keep(values, [name, name === 'boundary' ? value : decodeWords(value)]);
  }
  for (const [name, value] of extended?.values() ?? []) keep(values, [name, value]);
  return values;
}

/** A parameter may have any name, also one that means something to objects. */
function keep(values: Record<string, string>, [name, value]: readonly [string, string]): void {
  if (name === '__proto__') Object.defineProperty(values, name, { value, enumerable: true });
  else values[name] = value;
}

function readValue(cursor: FieldCursor, name: string): string {
  if (cursor.peek() === '"') return cursor.quotedString().text;
  // Unquoted file names with blanks and parentheses, and boundaries with specials, are common though forbidden.
  if (NAME_OF_FILE.test(name)) return cursor.take(TO_SEMICOLON).trimEnd();
  return cursor.take(name === 'boundary' ? TO_BLANK : VALUE);
}

function skipSeparators(cursor: FieldCursor): void {
  do cursor.skipBlanks();
  while (cursor.accept(';'));
}

/** Passes something that is no parameter: always at least one character. */
function skipJunk(cursor: FieldCursor): void {
  if (cursor.peek() === '"') cursor.quotedString();
  else if (cursor.peek() !== ';') cursor.take(JUNK);
}

/** RFC 2045 section 5.1: no blanks, controls or tspecials. */
const TOKEN = /^[!#$%&'*+.^`{|}~\w-]+$/;
const MAX_COLUMNS = 76;

/**
 * `; name=value` for each parameter, on folded lines of at most 76 columns: a token where it may be, quoted
 * where it must be (names and boundaries always, as everybody writes them), RFC 2231 in UTF-8 where it is
 * not printable ASCII, in numbered pieces where it is too long for a line. `column` counts the columns
 * already used on the line.
 */
export function formatParameters(params: Parameters, column: number): string {
  let text = '';
  let used = column;
  for (const [name, value] of Object.entries(params)) {
    for (const piece of formatParameter(name, value)) {
      // One column stays free for the semicolon after it.
      const fits = used + 2 + piece.length < MAX_COLUMNS;
      text += fits ? `; ${piece}` : `;\r\n ${piece}`;
      used = fits ? used + 2 + piece.length : 1 + piece.length;
    }
  }
  return text;
}

function formatParameter(name: string, value: string): string[] {
  const room = MAX_COLUMNS - name.length - 8;
  if (/^[ -~]*$/.test(value)) {
    const plain = TOKEN.test(value) && !/^(?:(?:file)?name|boundary)$/.test(name) ? value : quote(value);
    // A boundary in pieces is legal, but few readers would find the parts: RFC 2046 keeps it short.
    if (plain.length <= room || name === 'boundary') return [`${name}=${plain}`];
    const chars = Array.from(value, (char) => (char === '"' || char === '\\' ? `\\${char}` : char));
    return pack(chars, room).map((piece, index) => `${name}*${index}="${piece}"`);
  }
  const encoded = Array.from(value.toWellFormed(), percentEncode);
  const whole = `UTF-8''${encoded.join('')}`;
  if (whole.length <= room) return [`${name}*=${whole}`];
  return pack(["UTF-8''", ...encoded], room).map((piece, index) => `${name}*${index}*=${piece}`);
}

function quote(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}

/** RFC 2231 section 7: attribute-char stands for itself. */
function percentEncode(char: string): string {
  if (/^[!#$&+.^`{|}~\w-]$/.test(char)) return char;
  return Array.from(
    Buffer.from(char),
    (octet) => `%${octet.toString(16).toUpperCase().padStart(2, '0')}`,
  ).join('');
}

/** Joins units into as few strings as fit; units are never split. */
function pack(units: readonly string[], maxLength: number): string[] {
  const packed: string[] = [];
  let last = '';
  for (const unit of units) {
    if (last !== '' && last.length + unit.length > maxLength) {
      packed.push(last);
      last = '';
    }
    last += unit;
  }
  packed.push(last);
  return packed;
}
