// SPDX-License-Identifier: EUPL-1.2
import { isUtf8 } from 'node:buffer';
import type { LdifAttribute, LdifReason } from './ldif-entry.ts';

/** Why one line is refused. */
export interface LdifRefusal {
  readonly reason: LdifReason;
  readonly detail: string;
}

const COLON = 0x3a;
const LESS_THAN = 0x3c;
const SPACE = 0x20;
/** RFC 2849 AttributeDescription: a name or a dotted OID, then options. */
const DESCRIPTION = /^(?:[A-Za-z][A-Za-z0-9-]*|[0-9]+(?:\.[0-9]+)*)(?:;[A-Za-z0-9-]+)*$/;
const LONGEST_DESCRIPTION = 256;

export function isLdifRefusal(reading: LdifAttribute | LdifRefusal): reading is LdifRefusal {
  return 'reason' in reading;
}

/** Reads one unfolded `name: value`, `name:: base64` or `name:< url` (RFC 2849, attrval-spec). */
export function readAttribute(line: Buffer): LdifAttribute | LdifRefusal {
  const colon = line.subarray(0, LONGEST_DESCRIPTION + 1).indexOf(COLON);
  if (colon === -1) return { reason: 'no-colon', detail: `no colon after ${quoted(line)}` };
  const description = line.toString('latin1', 0, colon);
  if (!DESCRIPTION.test(description)) {
    return {
      reason: 'bad-attribute-name',
      detail: `${quoted(line.subarray(0, colon))} is not an attribute name`,
    };
  }
  const value = readValue(line, colon + 1);
  if (!Buffer.isBuffer(value)) return value;
  if (!description.includes(';')) return { name: description, options: NO_OPTIONS, value };
  const [name = '', ...options] = description.split(';');
  return { name, options, value };
}

const NO_OPTIONS: readonly string[] = Object.freeze([]);

function readValue(line: Buffer, start: number): Buffer | LdifRefusal {
  const mark = line[start];
  if (mark === LESS_THAN) return { reason: 'url-value', detail: 'values behind a URL are not read' };
  if (mark === COLON) return readBase64(line.toString('latin1', skipSpaces(line, start + 1)));
  const value = line.subarray(skipSpaces(line, start));
  if (value.includes(0x00) || value.includes(0x0d)) {
    return { reason: 'unsafe-character', detail: 'a NUL or a bare CR in a value that is not base64' };
  }
  if (!isUtf8(value)) return { reason: 'not-utf8', detail: 'a value that is neither UTF-8 nor base64' };
  return value;
}

function readBase64(text: string): Buffer | LdifRefusal {
  const value = Buffer.from(text, 'base64');
  // Node's decoder skips what it does not know; only what encodes back to the same text is base64.
  if (value.toString('base64') !== text) return { reason: 'bad-base64', detail: 'the value is not base64' };
  return value;
}

function skipSpaces(line: Buffer, start: number): number {
  let at = start;
  while (line[at] === SPACE) at++;
  return at;
}

function quoted(octets: Buffer): string {
  return JSON.stringify(octets.toString('latin1', 0, 40));
}
