// SPDX-License-Identifier: EUPL-1.2
import { encodeModifiedUtf7 } from '../grammar/modified-utf7.ts';

/**
 * Responses are built as strings of octets: each character below 256 is one octet of the wire. Text
 * beyond ASCII enters them through the functions of this file only.
 */
export type OctetString = string;

/** How text may be written in this session. */
export interface StringStyle {
  /** Quoted strings may hold UTF-8, mailbox names are UTF-8 (IMAP4rev2 or UTF8=ACCEPT enabled). */
  readonly utf8: boolean;
}

/** Longest text written as a quoted string; longer ones are literals, which need no scanning to read. */
const QUOTED_LIMIT = 4096;

export function isAsciiText(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

/** Text as octets of UTF-8. */
function utf8Octets(text: string): OctetString {
  return isAsciiText(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/** string = quoted / literal */
export function string(text: string, style: StringStyle): OctetString {
  const octets = utf8Octets(text);
  const quotable = octets.length <= QUOTED_LIMIT && !/[\r\n\0]/.test(octets);
  if (quotable && (style.utf8 || octets === text)) return quoted(octets);
  // RFC 9051 section 9: no NUL in a literal. No header, name or flag has one for good reason.
  const clean = octets.includes('\0') ? octets.replaceAll('\0', '') : octets;
  return `{${clean.length}}\r\n${clean}`;
}

/** nstring = string / nil */
export function nstring(text: string | undefined, style: StringStyle): OctetString {
  return text === undefined ? 'NIL' : string(text, style);
}

/** astring: an atom where it can be one. */
export function astring(text: string, style: StringStyle): OctetString {
  return /^[A-Za-z0-9\-_.:/+!#$&',;<=>?@[\]^`|~]+$/.test(text) && text.toUpperCase() !== 'NIL'
    ? text
    : string(text, style);
}

function quoted(octets: OctetString): OctetString {
  return /["\\]/.test(octets) ? `"${octets.replace(/["\\]/g, '\\$&')}"` : `"${octets}"`;
}

/** mailbox: in UTF-8 or modified UTF-7, always as a string since some clients trip over atoms. */
export function mailboxName(name: string, style: StringStyle): OctetString {
  return string(style.utf8 ? name : encodeModifiedUtf7(name), style);
}

/** Free text at the end of a response: one line of ASCII, or UTF-8 where it may be. */
export function responseText(text: string, style: StringStyle): OctetString {
  const line = text.replace(/[\r\n\0]+/g, ' ');
  return style.utf8 ? utf8Octets(line) : line.replace(/[^\x20-\x7e]/g, '?');
}

/** "(" [flag *(SP flag)] ")" */
export function flagListText(flags: readonly string[]): OctetString {
  return `(${flags.join(' ')})`;
}
