// SPDX-License-Identifier: EUPL-1.2
import { MalformedError } from './malformed.ts';

/** Identifier octets of the types that CMS and X.509 use (X.690 section 8.1.2). */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  visibleString: 0x1a,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** `der`: definite minimal lengths only. `ber`: what streaming signers produce is taken as well. */
export type EncodingRules = 'der' | 'ber';

/** Deepest nesting read; CMS with a certificate inside needs about 15. */
export const MAX_DEPTH = 32;

const CONSTRUCTED = 0x20;
const INDEFINITE = -1;

interface Header {
  readonly tag: number;
  readonly contentStart: number;
  /** Octets of content, or INDEFINITE. */
  readonly length: number;
}

/** One encoded value, seen in place: nothing is copied and nothing inside is read before it is asked for. */
export class Element {
  readonly source: Buffer;
  readonly tag: number;
  readonly start: number;
  readonly contentStart: number;
  readonly contentEnd: number;
  readonly end: number;
  readonly rules: EncodingRules;
  readonly depth: number;

  constructor(place: Omit<Element, 'bytes' | 'content' | 'definite' | 'constructed' | 'fields'>) {
    this.source = place.source;
    this.tag = place.tag;
    this.start = place.start;
    this.contentStart = place.contentStart;
    this.contentEnd = place.contentEnd;
    this.end = place.end;
    this.rules = place.rules;
    this.depth = place.depth;
  }

  /** The whole encoding: identifier, length and content. */
  get bytes(): Buffer {
    return this.source.subarray(this.start, this.end);
  }

  get content(): Buffer {
    return this.source.subarray(this.contentStart, this.contentEnd);
  }

  /** Whether the length was written down, as DER asks. */
  get definite(): boolean {
    return this.contentEnd === this.end;
  }

  get constructed(): boolean {
    return (this.tag & CONSTRUCTED) !== 0;
  }

  /** The values inside, one after the other. */
  fields(): Fields {
    if (!this.constructed) throw new MalformedError('a constructed value was expected');
    return new Fields(this);
  }
}

/** Walks over the values inside a constructed one. */
export class Fields {
  readonly #parent: Element;
  #offset: number;

  constructor(parent: Element) {
    this.#parent = parent;
    this.#offset = parent.contentStart;
  }

  get atEnd(): boolean {
    return this.#offset >= this.#parent.contentEnd;
  }

  /** The next value, of any type. */
  next(): Element {
    const { source, contentEnd, rules, depth } = this.#parent;
    const element = readElement({ source, start: this.#offset, limit: contentEnd, rules, depth: depth + 1 });
    this.#offset = element.end;
    return element;
  }

  /** The next value, which must bear this identifier octet. */
  take(tag: number): Element {
    const element = this.takeIf(tag);
    if (element === null) throw new MalformedError(`a value of type 0x${tag.toString(16)} was expected`);
    return element;
  }

  /** The next value if it bears this identifier octet, or null. */
  takeIf(tag: number): Element | null {
    if (this.atEnd || this.#parent.source[this.#offset] !== tag) return null;
    return this.next();
  }

  /** Says that nothing else may follow. */
  done(): void {
    if (!this.atEnd) throw new MalformedError('unexpected values at the end of a sequence');
  }
}

/** The one value that `source` must consist of. */
export function readWhole(source: Buffer, rules: EncodingRules): Element {
  const element = readElement({ source, start: 0, limit: source.length, rules, depth: 0 });
  if (element.end !== source.length) throw new MalformedError('octets after the end of the value');
  return element;
}

/** The same where it must be a SEQUENCE: what it holds. */
export function readSequence(source: Buffer, rules: EncodingRules): Fields {
  const element = readWhole(source, rules);
  if (element.tag !== TAG.sequence) throw new MalformedError('a sequence was expected');
  return element.fields();
}

interface Place {
  readonly source: Buffer;
  readonly start: number;
  readonly limit: number;
  readonly rules: EncodingRules;
  readonly depth: number;
}

function readElement(place: Place): Element {
  const { source, start, limit, rules, depth } = place;
  if (depth > MAX_DEPTH) throw new MalformedError(`nested more than ${MAX_DEPTH} deep`);
  const { tag, contentStart, length } = readHeader(place);
  if (length !== INDEFINITE) {
    const end = contentStart + length;
    return new Element({ source, tag, start, contentStart, contentEnd: end, end, rules, depth });
  }
  const contentEnd = findEndOfContents({ source, start: contentStart, limit, rules, depth });
  return new Element({ source, tag, start, contentStart, contentEnd, end: contentEnd + 2, rules, depth });
}

function readHeader({ source, start, limit, rules }: Place): Header {
  const tag = source[start];
  const first = source[start + 1];
  if (tag === undefined || first === undefined || start + 2 > limit) throw new MalformedError('cut short');
  // X.690 section 8.1.2.4: tag numbers above 30; nothing in CMS or X.509 has one.
  if ((tag & 0x1f) === 0x1f) throw new MalformedError('multi-octet tags are not used here');
  if (tag === 0) throw new MalformedError('end-of-contents without a beginning');
  if (first === 0x80) {
    if (rules === 'der' || (tag & CONSTRUCTED) === 0) throw new MalformedError('indefinite length');
    return { tag, contentStart: start + 2, length: INDEFINITE };
  }
  const long = first < 0x80 ? 0 : first & 0x7f;
  const length = first < 0x80 ? first : longLength({ source, start, limit, rules, octets: long });
  const contentStart = start + 2 + long;
  if (contentStart + length > limit) throw new MalformedError('a length beyond the end');
  return { tag, contentStart, length };
}

/** A length in so many octets, which follow the first two. */
function longLength(place: Omit<Place, 'depth'> & { readonly octets: number }): number {
  const { source, start, limit, rules, octets } = place;
  if (octets > 4 || start + 2 + octets > limit) throw new MalformedError('a length beyond the end');
  const value = source.readUIntBE(start + 2, octets);
  // X.690 section 10.1: DER lengths are as short as they can be.
  const minimal = value >= 0x80 && (octets === 1 || value >= 2 ** (8 * (octets - 1)));
  if (rules === 'der' && !minimal) throw new MalformedError('a length longer than needed');
  return value;
}

/** X.690 section 8.1.5: where the two zero octets lie that close an indefinite length. */
function findEndOfContents(place: Place): number {
  const { source, limit, rules } = place;
  // A stack of counters instead of recursion: each octet is passed once, however deep.
  let open = 1;
  let offset = place.start;
  for (;;) {
    if (offset + 2 > limit) throw new MalformedError('no end of an indefinite length');
    if (source[offset] === 0 && source[offset + 1] === 0) {
      open -= 1;
      if (open === 0) return offset;
      offset += 2;
      continue;
    }
    const header = readHeader({ source, start: offset, limit, rules, depth: 0 });
    if (header.length === INDEFINITE) open += 1;
    if (place.depth + open > MAX_DEPTH) throw new MalformedError(`nested more than ${MAX_DEPTH} deep`);
    offset = header.contentStart + Math.max(header.length, 0);
  }
}
