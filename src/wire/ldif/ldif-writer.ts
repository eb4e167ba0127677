// SPDX-License-Identifier: EUPL-1.2
import type { LdifAttribute, LdifEntry } from './ldif-entry.ts';

/** Columns a line may have, its leading space included, before it is folded (RFC 2849, note 10). */
const FOLD_AT = 76;

export interface LdifWriting {
  /** Whether `version: 1` comes first; RFC 2849 asks for it. */
  readonly version?: boolean;
  readonly lineEnd?: '\n' | '\r\n';
}

/** Writes a content file: same entries, same octets. */
export function writeLdif(entries: Iterable<LdifEntry>, writing: LdifWriting = {}): Buffer {
  return Buffer.from([...ldifChunks(entries, writing)].join(''), 'latin1');
}

/** The same file, one string of ASCII per entry, for those who send it on as it is made. */
export function* ldifChunks(entries: Iterable<LdifEntry>, writing: LdifWriting = {}): Generator<string> {
  const lineEnd = writing.lineEnd ?? '\n';
  let separator = '';
  if (writing.version ?? true) {
    yield `version: 1${lineEnd}`;
    separator = lineEnd;
  }
  for (const entry of entries) {
    yield separator + entryLines(entry).join(lineEnd) + lineEnd;
    separator = lineEnd;
  }
}

/** An attribute from text; `description` may carry options, as in `providerCertificate;binary`. */
export function attribute(description: string, value: string | Uint8Array): LdifAttribute {
  const [name = '', ...options] = description.split(';');
  return { name, options, value: Buffer.from(value) };
}

function entryLines(entry: LdifEntry): string[] {
  const lines: string[] = [];
  addLine(lines, { description: 'dn', value: Buffer.from(entry.dn, 'utf8') });
  for (const { name, options, value } of entry.attributes) {
    addLine(lines, { description: [name, ...options].join(';'), value });
  }
  return lines;
}

function addLine(lines: string[], line: { description: string; value: Buffer }): void {
  const { description, value } = line;
  const text = isSafeString(value)
    ? `${description}: ${value.toString('latin1')}`
    : `${description}:: ${value.toString('base64')}`;
  if (text.length <= FOLD_AT) {
    lines.push(text);
    return;
  }
  lines.push(text.slice(0, FOLD_AT));
  for (let at = FOLD_AT; at < text.length; at += FOLD_AT - 1)
    lines.push(` ${text.slice(at, at + FOLD_AT - 1)}`);
}

/**
 * RFC 2849 SAFE-STRING: ASCII without NUL, LF and CR, not starting with a space, a colon or `<`. A value
 * that ends in a space is not written plainly either (note 8).
 */
function isSafeString(value: Buffer): boolean {
  const first = value[0];
  if (first === 0x20 || first === 0x3a || first === 0x3c || value[value.length - 1] === 0x20) return false;
  for (const octet of value) {
    if (octet === 0 || octet === 0x0a || octet === 0x0d || octet > 0x7e) return false;
  }
  return true;
}
