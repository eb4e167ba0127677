// SPDX-License-Identifier: EUPL-1.2

/** Octets with a meaning of their own in the grammar. */
export const SP = 0x20;
export const CR = 0x0d;
export const LF = 0x0a;
export const DQUOTE = 0x22;
export const BACKSLASH = 0x5c;
export const OPEN_PAREN = 0x28;
export const CLOSE_PAREN = 0x29;
export const OPEN_BRACKET = 0x5b;
export const CLOSE_BRACKET = 0x5d;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;
export const PLUS = 0x2b;
export const MINUS = 0x2d;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const STAR = 0x2a;
export const DOLLAR = 0x24;
export const DOT = 0x2e;
export const LESS = 0x3c;
export const GREATER = 0x3e;
export const TILDE = 0x7e;

/** Bits of the class table below. */
export const ATOM_CHAR = 1;
export const ASTRING_CHAR = 2;
export const TAG_CHAR = 4;
export const LIST_CHAR = 8;
export const DIGIT = 16;
/** May stand in a quoted string as it is (not a line end, NUL, DQUOTE or backslash); octets above 127 too. */
export const QUOTED_PLAIN = 32;

/** RFC 9051 section 9: ATOM-CHAR, ASTRING-CHAR, tag, list-char, DIGIT, QUOTED-CHAR. */
const CLASSES: Uint8Array = buildClasses();

function buildClasses(): Uint8Array {
  const classes = new Uint8Array(256);
  const atomSpecials = '(){ %*"\\]';
  for (let octet = 0; octet < 256; octet++) {
    const character = String.fromCharCode(octet);
    const atom = octet > 0x1f && octet < 0x7f && !atomSpecials.includes(character);
    let bits = 0;
    if (atom) bits |= ATOM_CHAR;
    if (atom || character === ']') bits |= ASTRING_CHAR;
    if ((atom || character === ']') && character !== '+') bits |= TAG_CHAR;
    if (atom || character === ']' || character === '%' || character === '*') bits |= LIST_CHAR;
    if (octet >= 0x30 && octet <= 0x39) bits |= DIGIT;
    if (octet !== 0 && octet !== CR && octet !== LF && octet !== DQUOTE && octet !== BACKSLASH) {
      bits |= QUOTED_PLAIN;
    }
    classes[octet] = bits;
  }
  return classes;
}

/** Whether the octet is of the class; -1 (the end) is of none. */
export function isOf(octetClass: number, octet: number): boolean {
  return ((CLASSES[octet] ?? 0) & octetClass) !== 0;
}
