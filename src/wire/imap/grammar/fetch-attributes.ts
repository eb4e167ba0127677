// SPDX-License-Identifier: EUPL-1.2

import type { Decoder } from './decoder.ts';
import { CLOSE_BRACKET, DIGIT, DOT, GREATER, isOf, LESS, OPEN_BRACKET, SP } from './octet-classes.ts';

/** Data items that take no argument. */
export type SimpleFetchItem =
  | 'BODY'
  | 'BODYSTRUCTURE'
  | 'EMAILID'
  | 'ENVELOPE'
  | 'FLAGS'
  | 'INTERNALDATE'
  | 'MODSEQ'
  | 'RFC822'
  | 'RFC822.HEADER'
  | 'RFC822.SIZE'
  | 'RFC822.TEXT'
  | 'SAVEDATE'
  | 'THREADID'
  | 'UID';

/** `<offset.count>`: octets. */
export interface Partial {
  readonly offset: number;
  readonly count: number;
}

/** section-spec: a part number, what of it, and for header fields which. */
export interface Section {
  /** Part numbers from the outside in; empty for the message itself. */
  readonly part: readonly number[];
  readonly text?: 'HEADER' | 'HEADER.FIELDS' | 'HEADER.FIELDS.NOT' | 'TEXT' | 'MIME';
  /** Field names as written, for the two forms of HEADER.FIELDS. */
  readonly fields?: readonly string[];
}

export type FetchItem =
  | { readonly item: SimpleFetchItem }
  | { readonly item: 'BODY[]'; readonly peek: boolean; readonly section: Section; readonly partial?: Partial }
  | {
      readonly item: 'BINARY[]';
      readonly peek: boolean;
      readonly part: readonly number[];
      readonly partial?: Partial;
    }
  | { readonly item: 'BINARY.SIZE'; readonly part: readonly number[] }
  | { readonly item: 'PREVIEW'; readonly lazy: boolean };

const SIMPLE: ReadonlySet<string> = new Set<SimpleFetchItem>([
  'BODY',
  'BODYSTRUCTURE',
  'EMAILID',
  'ENVELOPE',
  'FLAGS',
  'INTERNALDATE',
  'MODSEQ',
  'RFC822',
  'RFC822.HEADER',
  'RFC822.SIZE',
  'RFC822.TEXT',
  'SAVEDATE',
  'THREADID',
  'UID',
]);

function isSimple(name: string): name is SimpleFetchItem {
  return SIMPLE.has(name);
}

const FAST: readonly FetchItem[] = [{ item: 'FLAGS' }, { item: 'INTERNALDATE' }, { item: 'RFC822.SIZE' }];
/** RFC 9051 section 6.4.5: macros stand alone. */
const MACROS: ReadonlyMap<string, readonly FetchItem[]> = new Map([
  ['FAST', FAST],
  ['ALL', [...FAST, { item: 'ENVELOPE' }]],
  ['FULL', [...FAST, { item: 'ENVELOPE' }, { item: 'BODY' }]],
]);

/** Most data items of one FETCH, and most field names of one section. */
const ITEM_LIMIT = 256;
const FIELD_LIMIT = 256;
const PART_DEPTH_LIMIT = 100;

/** "ALL" / "FULL" / "FAST" / fetch-att / "(" fetch-att *(SP fetch-att) ")" */
export function fetchItems(decoder: Decoder): readonly FetchItem[] {
  if (decoder.atList) return decoder.list(() => fetchAtt(decoder), { atLeast: 1, atMost: ITEM_LIMIT });
  for (const [name, items] of MACROS) if (decoder.takesWord(name)) return items;
  return [fetchAtt(decoder)];
}

function fetchAtt(decoder: Decoder): FetchItem {
  const name = itemName(decoder);
  if (decoder.peek() === OPEN_BRACKET) return sectioned(decoder, name);
  if (name === 'PREVIEW') return { item: 'PREVIEW', lazy: previewModifiers(decoder) };
  if (isSimple(name)) return { item: name };
  return decoder.fail('Unknown data item');
}

/** "[" is an ATOM-CHAR, so a name is letters, digits and dots only. */
function itemName(decoder: Decoder): string {
  const start = decoder.position;
  while (/[A-Za-z0-9.]/.test(String.fromCharCode(decoder.peek()))) decoder.position++;
  return decoder.octets.toString('latin1', start, decoder.position).toUpperCase();
}

function sectioned(decoder: Decoder, name: string): FetchItem {
  decoder.position++;
  switch (name) {
    case 'BODY':
    case 'BODY.PEEK': {
      const read = section(decoder);
      const base = { item: 'BODY[]', peek: name === 'BODY.PEEK', section: read } as const;
      return withPartial(decoder, base);
    }
    case 'BINARY':
    case 'BINARY.PEEK': {
      const part = sectionBinary(decoder);
      return withPartial(decoder, { item: 'BINARY[]', peek: name === 'BINARY.PEEK', part } as const);
    }
    case 'BINARY.SIZE':
      return { item: 'BINARY.SIZE', part: sectionBinary(decoder) };
    default:
      return decoder.fail('Unknown data item');
  }
}

/** partial = "<" number64 "." nz-number64 ">" */
function withPartial<Item extends object>(decoder: Decoder, item: Item): Item & { partial?: Partial } {
  if (!decoder.takes(LESS)) return item;
  const offset = decoder.number64();
  decoder.expect(DOT, 'a dot');
  const count = decoder.number64();
  if (count === 0) decoder.fail('Expected a number above zero');
  decoder.expect(GREATER, 'the end of the partial');
  return { ...item, partial: { offset, count } };
}

/** section-part = nz-number *("." nz-number) */
function sectionPart(decoder: Decoder): number[] {
  const part: number[] = [];
  while (isOf(DIGIT, decoder.peek())) {
    if (part.length === PART_DEPTH_LIMIT) decoder.fail('Part number too deep');
    part.push(decoder.nzNumber());
    if (decoder.peek() !== DOT || !isOf(DIGIT, decoder.peek(1))) break;
    decoder.position++;
  }
  return part;
}

/** section-binary = "[" [section-part] "]" */
function sectionBinary(decoder: Decoder): number[] {
  const part = sectionPart(decoder);
  decoder.expect(CLOSE_BRACKET, 'the end of the section');
  return part;
}

/** section = "[" [section-spec] "]"; section-spec = section-msgtext / (section-part ["." section-text]) */
function section(decoder: Decoder): Section {
  const part = sectionPart(decoder);
  if (decoder.takes(CLOSE_BRACKET)) return { part };
  if (part.length > 0) decoder.expect(DOT, 'a dot');
  const read = sectionText(decoder, part);
  decoder.expect(CLOSE_BRACKET, 'the end of the section');
  return read;
}

function sectionText(decoder: Decoder, part: readonly number[]): Section {
  const text = itemName(decoder);
  switch (text) {
    case 'HEADER':
    case 'TEXT':
      return { part, text };
    case 'MIME':
      if (part.length === 0) decoder.fail('MIME needs a part number');
      return { part, text };
    case 'HEADER.FIELDS':
    case 'HEADER.FIELDS.NOT':
      decoder.expect(SP, 'a space');
      return { part, text, fields: headerList(decoder) };
    default:
      return decoder.fail('Unknown section');
  }
}

/** header-list = "(" header-fld-name *(SP header-fld-name) ")" */
function headerList(decoder: Decoder): readonly string[] {
  return decoder.list(() => decoder.astring(), { atLeast: 1, atMost: FIELD_LIMIT });
}

/** RFC 8970: PREVIEW [SP "(" "LAZY" ")"] */
function previewModifiers(decoder: Decoder): boolean {
  if (decoder.peek() !== SP || decoder.peek(1) !== 0x28) return false;
  decoder.position++;
  const modifiers = decoder.list(() => decoder.word(), { atLeast: 1, atMost: 8 });
  if (modifiers.some((modifier) => modifier !== 'LAZY')) decoder.fail('Unknown preview modifier');
  return true;
}
