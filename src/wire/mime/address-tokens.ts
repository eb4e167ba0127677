// SPDX-License-Identifier: EUPL-1.2
import { FieldCursor } from './field-cursor.ts';

/** A lexical token of RFC 5322 section 3.2. */
export interface AddressToken {
  /** `special` is one of `, : ; < > @ .`; `junk` is an octet that may stand nowhere. */
  readonly kind: 'atom' | 'quoted' | 'literal' | 'comment' | 'special' | 'junk';
  /** Quotes, brackets and backslashes removed. */
  readonly text: string;
  /** Whether blanks or a comment stand directly before it. */
  readonly spaced: boolean;
  /** Whether the form is one that nobody may write. */
  readonly odd: boolean;
}

/** Atoms may hold octets above 127: RFC 6532, and much of what is sent without it. */
const ATOM = /[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\uffff-]+/y;

/**
 * An encoded-word, as one atom even when it holds specials it should not (`=?utf-8?q?Rossi,_Mario?=`);
 * angle brackets and quotes are not allowed, so that no address can hide in it.
 */
const ENCODED_WORD = /=\?[^?\s<>"]{1,60}\?[bq]\?[^?\s<>"]*\?=/iy;

const BLANKS = /[ \t\r\n]+/y;
const SPECIAL = /[,:;<>@.]/y;
const ANYTHING = /[\s\S]/y;
const LITERAL = /\[[^[\]\\<>,;"]*/y;

/** Cuts an address field into tokens, in linear time; never throws. */
export function addressTokens(text: string): AddressToken[] {
  const cursor = new FieldCursor(text);
  const tokens: AddressToken[] = [];
  let spaced = false;
  while (!cursor.atEnd) {
    if (cursor.take(BLANKS) !== '') {
      spaced = true;
      continue;
    }
    const token = readToken(cursor);
    tokens.push({ ...token, spaced });
    spaced = token.kind === 'comment';
  }
  return tokens;
}

function readToken(cursor: FieldCursor): Omit<AddressToken, 'spaced'> {
  const char = cursor.peek();
  if (char === '"') {
    const { text, closed } = cursor.quotedString();
    return { kind: closed ? 'quoted' : 'junk', text, odd: !closed };
  }
  if (char === '(') {
    const { text, closed } = cursor.comment();
    return { kind: 'comment', text: text.replace(/\\(.)/g, '$1').trim(), odd: !closed };
  }
  if (char === '[') return readLiteral(cursor);
  const word = char === '=' ? cursor.take(ENCODED_WORD) : '';
  if (word !== '') return { kind: 'atom', text: word, odd: /[(),.:;@[\]\\]/.test(word) };
  const atom = cursor.take(ATOM);
  if (atom !== '') return { kind: 'atom', text: atom, odd: false };
  const special = cursor.take(SPECIAL);
  if (special !== '') return { kind: 'special', text: special, odd: false };
  return { kind: 'junk', text: cursor.take(ANYTHING), odd: true };
}

/** RFC 5322 section 3.4.1: a domain-literal keeps its brackets; blanks inside do not count. */
function readLiteral(cursor: FieldCursor): Omit<AddressToken, 'spaced'> {
  const text = cursor.take(LITERAL);
  if (cursor.accept(']'))
    return { kind: 'literal', text: `${text.replace(/\s+/g, '')}]`, odd: /\s/.test(text) };
  return { kind: 'junk', text, odd: true };
}
