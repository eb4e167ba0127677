// SPDX-License-Identifier: EUPL-1.2
import { TAG } from './der-reader.ts';

/** One DER value: identifier, length as short as it can be, contents one after the other. */
export function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  let length = 0;
  for (const content of contents) length += content.length;
  return Buffer.concat([header(tag, length), ...contents]);
}

function header(tag: number, length: number): Buffer {
  if (length < 0x80) return Buffer.from([tag, length]);
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return Buffer.from([tag, 0x80 | octets.length, ...octets]);
}

export const sequence = (...contents: readonly Uint8Array[]): Buffer => der(TAG.sequence, ...contents);

/** X.690 section 11.6: the elements of a DER SET OF are in ascending order of their encodings. */
export function setOf(...elements: readonly Buffer[]): Buffer {
  return der(TAG.set, ...[...elements].sort(Buffer.compare));
}

/** A non-negative INTEGER below 2^53. */
export function integer(value: number): Buffer {
  const octets: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  if (octets.length === 0 || (octets[0] ?? 0) >= 0x80) octets.unshift(0);
  return Buffer.from([TAG.integer, octets.length, ...octets]);
}

export const nullValue = (): Buffer => Buffer.from([TAG.null, 0]);

export const octetString = (octets: Uint8Array): Buffer => der(TAG.octetString, octets);

/** An OBJECT IDENTIFIER from its dotted form. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const octets: number[] = [];
  for (const arc of [first * 40 + second, ...rest]) {
    const digits = [arc % 128];
    for (let high = Math.floor(arc / 128); high > 0; high = Math.floor(high / 128)) {
      digits.unshift((high % 128) | 0x80);
    }
    octets.push(...digits);
  }
  return der(TAG.oid, Buffer.from(octets));
}

/** RFC 5652 section 11.3: UTCTime from 1950 to 2049, GeneralizedTime outside; whole seconds. */
export function time(epochMs: number): Buffer {
  const date = new Date(epochMs);
  const digits = `${date.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;
  const year = date.getUTCFullYear();
  if (year >= 1950 && year <= 2049) return der(TAG.utcTime, Buffer.from(digits.slice(2), 'latin1'));
  return der(TAG.generalizedTime, Buffer.from(digits, 'latin1'));
}
