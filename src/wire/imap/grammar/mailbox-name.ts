// SPDX-License-Identifier: EUPL-1.2

import type { Decoder } from './decoder.ts';
import { decodeModifiedUtf7 } from './modified-utf7.ts';
import { DQUOTE, LIST_CHAR, OPEN_BRACE } from './octet-classes.ts';

/** Character between the levels of a mailbox name. */
export const HIERARCHY_DELIMITER = '/';

/** Octets of one mailbox name or pattern, in UTF-8. */
export const MAILBOX_NAME_LIMIT_BYTES = 1024;

/** INBOX, and INBOX as the first level, are the same in any case (RFC 9051 section 5.1). */
export function canonicalInbox(name: string): string {
  if (name.length < 5 || name.slice(0, 5).toUpperCase() !== 'INBOX') return name;
  return name.length === 5 || name[5] === HIERARCHY_DELIMITER ? `INBOX${name.slice(5)}` : name;
}

/** mailbox = "INBOX" / astring, as a Unicode name in composed form (RFC 9051 section 5.1: Net-Unicode). */
export function mailbox(decoder: Decoder): string {
  const octets = decoder.astringOctets();
  return canonicalInbox(unicodeName(decoder, octets));
}

/** list-mailbox = 1*list-char / string: a name with wildcards. */
export function listMailbox(decoder: Decoder): string {
  const octet = decoder.peek();
  const octets =
    octet === DQUOTE || octet === OPEN_BRACE
      ? decoder.stringOctets()
      : Buffer.from(decoder.run(LIST_CHAR, 'a mailbox pattern'), 'latin1');
  return unicodeName(decoder, octets);
}

function unicodeName(decoder: Decoder, octets: Buffer): string {
  if (octets.length > MAILBOX_NAME_LIMIT_BYTES) {
    decoder.fail('Mailbox name too long', { status: 'NO', code: 'LIMIT' });
  }
  const text = decoder.text(octets);
  if (decoder.options.utf8) return text.normalize('NFC');
  // Many clients send UTF-8 though nobody enabled it: what is not ASCII cannot be modified UTF-7 anyway.
  if (/[^\x00-\x7f]/.test(text)) return text.normalize('NFC');
  const name = decodeModifiedUtf7(text);
  return name === undefined ? decoder.fail('Malformed mailbox name (modified UTF-7)') : name;
}
