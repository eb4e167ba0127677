// SPDX-License-Identifier: EUPL-1.2
import { isAscii, isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { asBuffer } from './octets.ts';

const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });
/** By label; undefined for labels that name no charset, since asking for one is slow. */
const decoders = new Map<string, TextDecoder | undefined>();
const MAX_DECODERS = 500;

// 0x80 to 0x9F of windows-1252; the five octets it leaves undefined stay C1 controls, as browsers do.
const WINDOWS_1252_UPPER =
  '\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f' +
  '\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178';

/** Spellings seen in mail that the WHATWG label table lacks. */
const ALIASES: Readonly<Record<string, string>> = {
  'utf-8-mac': 'utf-8',
  utf8mb4: 'utf-8',
  'iso8859-1': 'windows-1252',
  'iso-8859-1-windows-3.1-latin-1': 'windows-1252',
  'iso8859-15': 'iso-8859-15',
  'latin-1': 'windows-1252',
  'latin-9': 'iso-8859-15',
  'cp-1252': 'windows-1252',
  '8bit': 'windows-1252',
  cp932: 'shift_jis',
  cp936: 'gbk',
  cp949: 'euc-kr',
  cp950: 'big5',
  'x-gbk': 'gbk',
  'iso-2022-jp-1': 'iso-2022-jp',
  'iso-2022-jp-2': 'iso-2022-jp',
  'iso-2022-jp-ms': 'iso-2022-jp',
  cp50220: 'iso-2022-jp',
};

/** Whether text labelled so can be decoded by its label. */
export function isKnownCharset(label: string): boolean {
  return decoderFor(label) !== undefined;
}

/**
 * Text of octets in the charset named. An unknown or missing name is taken for UTF-8 when the octets are
 * UTF-8 and for windows-1252 otherwise; what the charset leaves undefined becomes U+FFFD. Never throws.
 */
export function decodeCharset(label: string, octets: Uint8Array): string {
  const decoder = decoderFor(label);
  if (decoder === undefined) return decodeUnlabelled(octets);
  if (decoder.encoding === 'windows-1252') return decodeWindows1252(octets);
  try {
    return decoder.decode(octets);
  } catch {
    return decodeUnlabelled(octets);
  }
}

/** Text of octets whose charset nobody tells, such as 8-bit header fields: UTF-8 if they are, else windows-1252. */
export function decodeUnlabelled(octets: Uint8Array): string {
  if (isAscii(octets)) return asBuffer(octets).toString('latin1');
  return isUtf8(octets) ? UTF8.decode(octets) : decodeWindows1252(octets);
}

// Not by TextDecoder: several releases of Node read 0x80 to 0x9F as ISO-8859-1 there.
function decodeWindows1252(octets: Uint8Array): string {
  return asBuffer(octets)
    .toString('latin1')
    .replace(/[\x80-\x9f]/g, (char) => WINDOWS_1252_UPPER.charAt(char.charCodeAt(0) - 0x80));
}

function decoderFor(label: string): TextDecoder | undefined {
  const asked = label.trim().toLowerCase();
  if (asked.length > 40) return undefined;
  const name = Object.hasOwn(ALIASES, asked) ? (ALIASES[asked] ?? asked) : asked;
  if (decoders.has(name)) return decoders.get(name);
  const decoder = newDecoder(name);
  if (decoders.size >= MAX_DECODERS) decoders.clear();
  decoders.set(name, decoder);
  return decoder;
}

function newDecoder(name: string): TextDecoder | undefined {
  try {
    return new TextDecoder(name);
  } catch {
    return undefined;
  }
}
