// SPDX-License-Identifier: EUPL-1.2
import { writeLocalPart } from './addr-spec.ts';
import type { AddressList } from './address-list.ts';
import { AddressListReader } from './address-list-reader.ts';
import { encodePhrase } from './encoded-words.ts';
import { LastSeen } from './last-seen.ts';

export { isAddress } from './addr-spec.ts';
export type { AddressGroup, AddressList, Mailbox } from './address-list.ts';

/**
 * Reads an address list (the value of From, To, Cc, Reply-To ..., folded or not). Forms that nobody may write
 * but whose meaning is plain are read and flagged: the obsolete ones, an `@` or brackets in a display name
 * without quotes, specials in an encoded-word. Everything else that is wrong makes the list invalid, and
 * what can be read is given all the same. Linear in the length of the text; never throws. The same short text may give
 * the same object: each field of a message is asked for several times on its way, and many messages share theirs.
 */
export function parseAddressList(text: string): AddressList {
  if (text.length > SEEN_CHARACTERS) return new AddressListReader(text).read();
  let list = SEEN.find(text);
  if (list === undefined) {
    list = new AddressListReader(text).read();
    SEEN.keep(text, list);
  }
  return list;
}

const SEEN_CHARACTERS = 400;
const SEEN = new LastSeen<AddressList>(256);

/** The address with its domain in lower case; the local part stays as it is. */
export function normalizeAddress(address: string): string {
  const at = address.lastIndexOf('@');
  return at < 0 ? address : address.slice(0, at) + lowerCase(address.slice(at));
}

/** Whether two addresses name the same mailbox: case does not matter on either side, nor needless quotes (AP-9). */
export function sameAddress(a: string, b: string): boolean {
  return comparable(a) === comparable(b);
}

/**
 * `name <address>` for a header, the name quoted or encoded as it needs, folded so that lines stay within 76
 * columns where they can; `column` counts the columns already used on the line.
 */
export function formatMailbox(
  mailbox: { readonly name?: string; readonly address: string },
  column = 0,
): string {
  if (mailbox.name === undefined || mailbox.name.trim() === '') return mailbox.address;
  const name = encodePhrase(mailbox.name, { firstColumn: column });
  const line = name.lastIndexOf('\n');
  const used = line < 0 ? column + name.length : name.length - line - 1;
  // One column stays free for the comma of a list.
  const fold = used + mailbox.address.length + 3 > 75 ? '\r\n ' : ' ';
  return `${name}${fold}<${mailbox.address}>`;
}

/** An address list for a header, one mailbox after the other, folded after commas. */
export function formatAddressList(
  mailboxes: readonly { readonly name?: string; readonly address: string }[],
  column = 0,
): string {
  let text = '';
  let used = column;
  for (const mailbox of mailboxes) {
    let next = formatMailbox(mailbox, used + 2);
    const fits = used + 2 + firstLineLength(next) <= 75;
    if (text !== '' && !fits) next = formatMailbox(mailbox, 1);
    text += text === '' ? next : `${fits ? ', ' : ',\r\n '}${next}`;
    used = text.includes('\n') ? text.length - text.lastIndexOf('\n') - 1 : column + text.length;
  }
  return text;
}

function firstLineLength(text: string): number {
  const end = text.indexOf('\r');
  return end < 0 ? text.length : end;
}

function comparable(address: string): string {
  const at = address.lastIndexOf('@');
  const local = address.slice(0, Math.max(at, 0));
  if (!/^".*"$/s.test(local)) return lowerCase(address);
  return lowerCase(writeLocalPart(local.slice(1, -1).replace(/\\(.)/gs, '$1')) + address.slice(at));
}

/** ASCII only: a Kelvin sign is no k. */
function lowerCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
