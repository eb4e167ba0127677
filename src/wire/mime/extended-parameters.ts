// SPDX-License-Identifier: EUPL-1.2
import { decodeCharset } from './charsets.ts';

/** One piece of a value: numbered, percent-encoded or both (RFC 2231 sections 3 and 4). */
interface Piece {
  readonly text: string;
  readonly extended: boolean;
}

/** Where a value that stands in one extended parameter is kept: it counts before numbered pieces. */
const WHOLE = -1;

/** Gathers `name*`, `name*0`, `name*1*` ... and joins them into values. */
export class ExtendedParameters {
  readonly #pieces = new Map<string, Map<number, Piece>>();

  /** Whether the name has the form of RFC 2231; if so, the piece is kept, unless that piece was there before. */
  collect(name: string, text: string): boolean {
    const match = /^([^*]+)\*(?:(0|[1-9][0-9]{0,3})(\*)?)?$/.exec(name);
    if (match === null) return false;
    const [, base = '', number, star] = match;
    const ofName = this.#pieces.get(base) ?? new Map<number, Piece>();
    this.#pieces.set(base, ofName);
    const index = number === undefined ? WHOLE : Number(number);
    if (!ofName.has(index)) ofName.set(index, { text, extended: number === undefined || star !== undefined });
    return true;
  }

  /** Name and decoded value of each; names whose first piece is missing are left out. */
  *values(): Generator<[name: string, value: string]> {
    for (const [name, ofName] of this.#pieces) {
      const pieces = inOrder(ofName);
      if (pieces.length > 0) yield [name, joinPieces(pieces)];
    }
  }
}

function inOrder(ofName: ReadonlyMap<number, Piece>): Piece[] {
  const whole = ofName.get(WHOLE);
  if (whole !== undefined) return [whole];
  const pieces: Piece[] = [];
  for (let piece = ofName.get(0); piece !== undefined; piece = ofName.get(pieces.length)) pieces.push(piece);
  return pieces;
}

function joinPieces(pieces: Piece[]): string {
  const first = pieces[0];
  const tagged = first?.extended === true ? /^([^']*)'[^']*'(.*)$/s.exec(first.text) : null;
  if (tagged !== null) pieces[0] = { text: tagged[2] ?? '', extended: true };
  const charset = tagged?.[1] || 'utf-8';
  let joined = '';
  // A character may be split between extended pieces: their octets are joined before they are decoded.
  let octets: Buffer[] = [];
  for (const { text, extended } of pieces) {
    if (extended) {
      octets.push(percentDecode(text));
    } else {
      joined += decodeCharset(charset, Buffer.concat(octets)) + text;
      octets = [];
    }
  }
  return joined + decodeCharset(charset, Buffer.concat(octets));
}

function percentDecode(text: string): Buffer {
  const octets = Buffer.from(text);
  let length = 0;
  for (let at = 0; at < octets.length; at++) {
    let octet = octets[at] ?? 0;
    const hex = octet === 0x25 ? /^[0-9a-f]{2}/i.exec(octets.toString('latin1', at + 1, at + 3)) : null;
    if (hex !== null) {
      octet = Number.parseInt(hex[0], 16);
      at += 2;
    }
    octets[length++] = octet;
  }
  return octets.subarray(0, length);
}
