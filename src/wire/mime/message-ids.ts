// SPDX-License-Identifier: EUPL-1.2
import { FieldCursor } from './field-cursor.ts';

/** Characters of one id that is accepted: it must stand on a line (RFC 5322 section 2.1.1). */
const MAX_ID = 996;
/** Ids of one References field that are kept. */
const MAX_IDS = 1000;

/**
 * The first msg-id in a Message-ID value, without its angle brackets, otherwise verbatim (RFC 5322 section
 * 3.6.4), always printable ASCII; an id that lacks the brackets but stands alone is taken too; undefined when
 * there is none. Never throws.
 */
export function parseMessageId(text: string): string | undefined {
  const plain = PLAIN.exec(text)?.[1];
  if (plain !== undefined && plain.length <= MAX_ID) return plain;
  const [first] = bracketedIds(text);
  if (first !== undefined) return first;
  const bare = text.trim();
  return bare.length <= MAX_ID && /^[!#-'*+\-./0-9=?A-Z^-~]+@[!-;=?-~]+$/.test(bare) ? bare : undefined;
}

/** Brackets and nothing odd between them, as nearly everybody writes it. */
const PLAIN = /^<([!#-'*-;=?-~]+)>$/;

/**
 * Every msg-id of References or In-Reply-To, in order, without angle brackets, each once; words between
 * them, an old habit of In-Reply-To, are passed over. Never throws.
 */
export function parseMessageIds(text: string): readonly string[] {
  const ids = new Set<string>();
  for (const id of bracketedIds(text)) {
    if (ids.size < MAX_IDS) ids.add(id);
  }
  return [...ids];
}

function* bracketedIds(text: string): Generator<string> {
  const cursor = new FieldCursor(text);
  while (!cursor.atEnd) {
    cursor.take(/[^<("]+/y);
    if (cursor.peek() === '(') {
      cursor.comment();
    } else if (cursor.peek() === '"') {
      cursor.quotedString();
    } else if (cursor.accept('<')) {
      const id = readId(cursor);
      // Ids are written into other headers: nothing but printable ASCII may pass.
      if (id.length <= MAX_ID && /^[ -~]+$/.test(id)) yield id;
    }
  }
}

/** Up to the closing bracket; RFC 5322 section 4.5.4 lets the left side be quoted, brackets and all. */
function readId(cursor: FieldCursor): string {
  const quoted = cursor.take(/[ \t\r\n]*"(?:[^"\\\r\n]|\\[^\r\n])*"(?=@)/y);
  const id = quoted + cursor.take(/[^<>]*/y);
  return cursor.accept('>') ? id.trim().replace(/[\r\n]+[ \t]*/g, '') : '';
}
