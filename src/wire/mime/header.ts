// SPDX-License-Identifier: EUPL-1.2
import { isAscii } from 'node:buffer';
import { decodeUnlabelled } from './charsets.ts';
import { asBuffer } from './octets.ts';

const LF = 10;
const CR = 13;
const TAB = 9;
const SPACE = 32;
const COLON = 58;

/** RFC 5322 section 2.1.1: octets of a line, its CRLF not counted. */
export const MAX_LINE_OCTETS = 998;

/** What is wrong with a field. */
export type HeaderDefect =
  /** A line that is neither a field nor the continuation of one. */
  | 'no-colon'
  /** A name that is empty or holds something besides printable ASCII. */
  | 'bad-name'
  /** `Subject : x`, an obsolete form. */
  | 'blank-before-colon'
  | 'nul'
  | 'non-ascii'
  | 'line-too-long'
  /** A CR or an LF alone. */
  | 'bare-line-end'
  /** A continuation line of blanks only: some readers take it for the end of the header. */
  | 'blank-folded-line';

/** One field as it stands in the octets. */
export interface HeaderField {
  /** As written; empty for a line without colon. */
  readonly name: string;
  /** The name in lower case. */
  readonly key: string;
  /** First octet of the name, counted from the start of the octets given. */
  readonly start: number;
  /** One past the final line end; folded lines lie within. */
  readonly end: number;
  /** The octets after the colon up to the final line end (not included), folding and all. */
  readonly raw: Buffer;
  /** `raw` unfolded and without outer blanks, as text: UTF-8 if it is, else windows-1252. Not decoded. */
  readonly value: string;
  readonly defects: readonly HeaderDefect[];
}

export interface Header {
  /** In the order they stand in. */
  readonly fields: readonly HeaderField[];
  /** Where the fields end: the offset of the empty line, or the end of the octets. */
  readonly end: number;
  /** Where the body starts: after the empty line. */
  readonly bodyStart: number;
  /** Every kind of defect seen in any field, each once. */
  readonly defects: readonly HeaderDefect[];
  /** The first field of that name, whatever its case. */
  first(name: string): HeaderField | undefined;
  /** All fields of that name, in order. */
  all(name: string): readonly HeaderField[];
}

/**
 * Reads a header block, with or without its empty line; whatever follows that line is not looked at.
 * Never throws; the octets must not change while the fields are in use.
 */
export function parseHeader(octets: Uint8Array): Header {
  const block = asBuffer(octets);
  const fields: HeaderField[] = [];
  let start = 0;
  while (start < block.length) {
    const lineEnd = endOfLine(block, start);
    if (isEmptyLine(block, start)) return new ParsedHeader(fields, start, lineEnd);
    const end = endOfField(block, lineEnd);
    fields.push(new ParsedField(block, { start, firstLineEnd: lineEnd, end }));
    start = end;
  }
  return new ParsedHeader(fields, block.length, block.length);
}

/** Text of a field value without its folding (RFC 5322 section 2.2.3): line ends go, blanks stay. */
export function unfold(text: string): string {
  if (!/[\r\n]/.test(text)) return text;
  return text.replace(/\r?\n(?=[ \t])/g, '').replace(/[\r\n]+/g, ' ');
}

/** What a field says, out of the octets after its colon, each a character: unfolded and without outer blanks. */
export function fieldValue(raw: string): string {
  const text = /[\x80-\xff]/.test(raw) ? decodeUnlabelled(Buffer.from(raw, 'latin1')) : raw;
  return trimBlanks(unfold(text));
}

class ParsedHeader implements Header {
  readonly fields: readonly HeaderField[];
  readonly end: number;
  readonly bodyStart: number;
  readonly #byKey = new Map<string, HeaderField[]>();

  constructor(fields: readonly HeaderField[], end: number, bodyStart: number) {
    this.fields = fields;
    this.end = end;
    this.bodyStart = bodyStart;
    for (const field of fields) {
      const same = this.#byKey.get(field.key);
      if (same === undefined) this.#byKey.set(field.key, [field]);
      else same.push(field);
    }
  }

  get defects(): readonly HeaderDefect[] {
    return [...new Set(this.fields.flatMap((field) => field.defects))];
  }

  first(name: string): HeaderField | undefined {
    return this.#byKey.get(name.toLowerCase())?.[0];
  }

  all(name: string): readonly HeaderField[] {
    return this.#byKey.get(name.toLowerCase()) ?? [];
  }
}

/** A field whose value and defects are worked out when asked for: most never are. */
class ParsedField implements HeaderField {
  readonly name: string;
  readonly key: string;
  readonly start: number;
  readonly end: number;
  readonly #octets: Buffer;
  readonly #colon: number;
  #value: string | undefined;

  constructor(block: Buffer, range: { start: number; firstLineEnd: number; end: number }) {
    this.start = range.start;
    this.end = range.end;
    this.#octets = block.subarray(range.start, range.end);
    const colon = this.#octets.indexOf(COLON);
    this.#colon = colon < range.firstLineEnd - range.start ? colon : -1;
    this.name = this.#octets.toString('latin1', 0, this.#nameEnd());
    this.key = this.name.toLowerCase();
  }

  get raw(): Buffer {
    const start = this.#colon + 1;
    return this.#octets.subarray(start, Math.max(start, withoutLineEnd(this.#octets, this.#octets.length)));
  }

  get value(): string {
    this.#value ??= trimBlanks(unfold(decodeUnlabelled(this.raw)));
    return this.#value;
  }

  get defects(): readonly HeaderDefect[] {
    const defects = lineDefects(this.#octets);
    if (this.#colon < 0) return [...defects, 'no-colon'];
    if (this.#nameEnd() < this.#colon) defects.push('blank-before-colon');
    // RFC 5322 section 2.2: printable US-ASCII but the colon.
    if (!/^[!-9;-~]+$/.test(this.name)) defects.push('bad-name');
    return defects;
  }

  #nameEnd(): number {
    let end = Math.max(this.#colon, 0);
    while (end > 0 && isBlank(this.#octets[end - 1])) end--;
    return end;
  }
}

function lineDefects(field: Buffer): HeaderDefect[] {
  const defects: HeaderDefect[] = [];
  if (!isAscii(field)) defects.push('non-ascii');
  if (field.includes(0)) defects.push('nul');
  let bare = false;
  let long = false;
  let blankOnly = false;
  for (let start = 0; start < field.length; ) {
    const end = endOfLine(field, start);
    const textEnd = withoutLineEnd(field, end);
    long ||= textEnd - start > MAX_LINE_OCTETS;
    bare ||= end - textEnd === 1 || field.subarray(start, textEnd).includes(CR);
    blankOnly ||= start > 0 && isBlankRun(field, start, textEnd);
    start = end;
  }
  if (long) defects.push('line-too-long');
  if (bare) defects.push('bare-line-end');
  if (blankOnly) defects.push('blank-folded-line');
  return defects;
}

function endOfLine(block: Buffer, start: number): number {
  const lf = block.indexOf(LF, start);
  return lf < 0 ? block.length : lf + 1;
}

/** The end of a line's text, given one past its line end. */
function withoutLineEnd(block: Buffer, end: number): number {
  if (end === 0 || block[end - 1] !== LF) return end;
  return end > 1 && block[end - 2] === CR ? end - 2 : end - 1;
}

function isEmptyLine(block: Buffer, start: number): boolean {
  return block[start] === LF || (block[start] === CR && block[start + 1] === LF);
}

function endOfField(block: Buffer, firstLineEnd: number): number {
  let end = firstLineEnd;
  while (end < block.length && isBlank(block[end])) end = endOfLine(block, end);
  return end;
}

function isBlank(octet: number | undefined): boolean {
  return octet === SPACE || octet === TAB;
}

function isBlankRun(block: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (!isBlank(block[at])) return false;
  return true;
}

function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}
