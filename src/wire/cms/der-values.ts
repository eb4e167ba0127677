// SPDX-License-Identifier: EUPL-1.2
import { type Element, TAG } from './der-reader.ts';
import { oid } from './der-writer.ts';
import { MalformedError } from './malformed.ts';
import { OID } from './oids.ts';

/** Longest object identifier read, in octets of content. */
const MAX_OID_OCTETS = 64;

/** Content octets of an INTEGER, in two's complement, as short as they can be (X.690 section 8.3.2). */
export function integerOctets(element: Element): Buffer {
  const octets = element.content;
  const [first, second] = octets;
  if (first === undefined) throw new MalformedError('an empty integer');
  const padded =
    second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80));
  if (padded && element.rules === 'der') throw new MalformedError('an integer longer than needed');
  return octets;
}

/** An INTEGER that must lie between 0 and 2^31 - 1. */
export function smallInteger(element: Element): number {
  const octets = integerOctets(element);
  if (octets.length > 4) throw new MalformedError('an integer out of range');
  const value = octets.readIntBE(0, octets.length);
  if (value < 0) throw new MalformedError('an integer out of range');
  return value;
}

export function booleanValue(element: Element): boolean {
  const [octet] = element.content;
  if (octet === undefined || element.content.length !== 1) throw new MalformedError('a bad boolean');
  if (element.rules === 'der' && octet !== 0 && octet !== 0xff) throw new MalformedError('a bad boolean');
  return octet !== 0;
}

/** An OBJECT IDENTIFIER in dotted form (X.690 section 8.19). */
export function oidValue(element: Element): string {
  const octets = element.content;
  if (octets.length === 0 || octets.length > MAX_OID_OCTETS)
    throw new MalformedError('a bad object identifier');
  return KNOWN_OIDS.get(octets.toString('latin1')) ?? decodedOid(octets);
}

/** Those that every certificate and signature names, by their octets. */
const KNOWN_OIDS: ReadonlyMap<string, string> = new Map(
  Object.values(OID).map((dotted) => [oid(dotted).subarray(2).toString('latin1'), dotted]),
);

function decodedOid(octets: Buffer): string {
  const arcs: number[] = [];
  let arc = 0;
  for (const [index, octet] of octets.entries()) {
    if (arc === 0 && octet === 0x80) throw new MalformedError('a bad object identifier');
    arc = arc * 128 + (octet & 0x7f);
    if (arc > Number.MAX_SAFE_INTEGER / 128) throw new MalformedError('a bad object identifier');
    if (octet >= 0x80) {
      if (index === octets.length - 1) throw new MalformedError('a bad object identifier');
      continue;
    }
    if (arcs.length === 0) {
      const root = Math.min(Math.floor(arc / 40), 2);
      arcs.push(root, arc - root * 40);
    } else arcs.push(arc);
    arc = 0;
  }
  return arcs.join('.');
}

/** Octets of an OCTET STRING; in BER it may come in segments, which are joined (X.690 section 8.7). */
export function octetStringValue(element: Element): Buffer {
  if (element.tag === TAG.octetString) return element.content;
  const constructedTag = TAG.octetString | 0x20;
  if (element.rules !== 'ber' || element.tag !== constructedTag) {
    throw new MalformedError('an octet string was expected');
  }
  return joinSegments(element, TAG.octetString);
}

/** Joins the segments of a constructed string whose outer tag is the caller's affair. */
export function joinSegments(element: Element, segmentTag: number): Buffer {
  const segments: Buffer[] = [];
  // The depth of nesting is bounded by the reader, so this stack is too.
  const open = [element.fields()];
  for (let fields = open.at(-1); fields !== undefined; fields = open.at(-1)) {
    if (fields.atEnd) {
      open.pop();
      continue;
    }
    const segment = fields.next();
    if (segment.tag === segmentTag) segments.push(segment.content);
    else if (segment.tag === (segmentTag | 0x20)) open.push(segment.fields());
    else throw new MalformedError('a segment of another type inside a string');
  }
  return Buffer.concat(segments);
}

/** A BIT STRING of whole octets, as keys and signatures are. */
export function wholeBits(element: Element): Buffer {
  const [unused] = element.content;
  if (unused !== 0) throw new MalformedError('a bit string of whole octets was expected');
  return element.content.subarray(1);
}

/** Whether each named bit of a BIT STRING is set, bit 0 first (X.690 section 8.6). */
export function namedBits(element: Element): boolean[] {
  const [unused, ...octets] = element.content.subarray(0, 9);
  if (unused === undefined || unused > 7 || (unused > 0 && octets.length === 0)) {
    throw new MalformedError('a bad bit string');
  }
  const bits: boolean[] = [];
  for (const octet of octets) {
    for (let mask = 0x80; mask > 0; mask >>= 1) bits.push((octet & mask) !== 0);
  }
  return bits.slice(0, bits.length - unused);
}

/** UTCTime or GeneralizedTime as RFC 5280 section 4.1.2.5 writes them, in milliseconds since the Unix epoch. */
export function timeValue(element: Element): number {
  const text = element.content.toString('latin1');
  const pattern =
    element.tag === TAG.utcTime
      ? /^(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/
      : /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/;
  if (element.tag !== TAG.utcTime && element.tag !== TAG.generalizedTime) {
    throw new MalformedError('a time was expected');
  }
  const match = pattern.exec(text);
  if (match === null) throw new MalformedError('a time that is not written as it must be');
  const [shortYear = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  const century = shortYear < 50 ? 2000 : 1900;
  const year = element.tag === TAG.utcTime ? century + shortYear : shortYear;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second, 0);
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (!exists || hour > 23 || minute > 59 || second > 59)
    throw new MalformedError('a time that does not exist');
  return date.getTime();
}

/** The text of any of the character strings, X.680 section 41; null for a value that is none. */
export function textValue(element: Element): string | null {
  const octets = element.content;
  switch (element.tag) {
    case TAG.utf8String:
      return octets.toString('utf8');
    case TAG.numericString:
    case TAG.printableString:
    case TAG.ia5String:
    case TAG.visibleString:
    // T.61 is written as Latin-1 by everybody.
    case TAG.teletexString:
      return octets.toString('latin1');
    case TAG.bmpString:
      if (octets.length % 2 !== 0) throw new MalformedError('a cut character string');
      return Buffer.from(octets).swap16().toString('utf16le');
    case TAG.universalString:
      return universalText(octets);
    default:
      return null;
  }
}

function universalText(octets: Buffer): string {
  if (octets.length % 4 !== 0) throw new MalformedError('a cut character string');
  const points: number[] = [];
  for (let offset = 0; offset < octets.length; offset += 4) points.push(octets.readUInt32BE(offset));
  return points.map((point) => (point > 0x10ffff ? '\ufffd' : String.fromCodePoint(point))).join('');
}
