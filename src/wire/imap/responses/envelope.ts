// SPDX-License-Identifier: EUPL-1.2
import { type AddressGroup, type Mailbox, parseAddressList } from '../../mime/addresses.ts';
import type { Header } from '../../mime/header.ts';
import { plainAddresses } from './plain-addresses.ts';
import { nstring, type OctetString, type StringStyle, string } from './strings.ts';

/** The envelope of a message without a header, or of one that was not opened. */
export const EMPTY_ENVELOPE: OctetString = '(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)';

/**
 * envelope of RFC 9051 section 7.5.2 from a message's header: date, subject, from, sender,
 * reply-to, to, cc, bcc, in-reply-to, message-id. Field texts stay as written, encoded-words and all.
 */
export function envelope(fields: Header, style: StringStyle): OctetString {
  const text = (name: string): OctetString => nstring(fields.first(name)?.value, style);
  const from = addresses(fields, 'from', style);
  const sender = addresses(fields, 'sender', style);
  const replyTo = addresses(fields, 'reply-to', style);
  // RFC 9051: sender and reply-to default to from.
  const senders = `${from} ${sender === 'NIL' ? from : sender} ${replyTo === 'NIL' ? from : replyTo}`;
  const to = addresses(fields, 'to', style);
  const cc = addresses(fields, 'cc', style);
  const bcc = addresses(fields, 'bcc', style);
  const ids = `${text('in-reply-to')} ${text('message-id')}`;
  return `(${text('date')} ${text('subject')} ${senders} ${to} ${cc} ${bcc} ${ids})`;
}

/** "(" 1*address ")" / nil; all fields of the name count as one. */
function addresses(fields: Header, name: string, style: StringStyle): OctetString {
  let written = '';
  for (const field of fields.all(name)) written += addressList(field.value, style);
  return written === '' ? 'NIL' : `(${written})`;
}

/** *address, of no characters for a list that holds none. */
function addressList(value: string, style: StringStyle): OctetString {
  let written = '';
  const plain = plainAddresses(value);
  if (plain !== undefined) {
    for (const { name, localPart, domain } of plain) {
      // Nothing in a plain address needs quoting.
      written += `(${name === '' ? 'NIL' : `"${name}"`} NIL "${localPart}" "${domain}")`;
    }
    return written;
  }
  for (const entry of parseAddressList(value).entries) {
    written += 'mailboxes' in entry ? group(entry, style) : address(entry, style);
  }
  return written;
}

/** address = "(" addr-name SP addr-adl SP addr-mailbox SP addr-host ")" */
function address(mailbox: Mailbox, style: StringStyle): OctetString {
  const name =
    mailbox.rawName === undefined || mailbox.rawName === '' ? 'NIL' : string(mailbox.rawName, style);
  return `(${name} NIL ${string(mailbox.localPart, style)} ${string(mailbox.domain, style)})`;
}

/** A group is opened by an address without host, and closed by one without anything. */
function group(entry: AddressGroup, style: StringStyle): OctetString {
  const members = entry.mailboxes.map((mailbox) => address(mailbox, style)).join('');
  return `(NIL NIL ${string(entry.rawName, style)} NIL)${members}(NIL NIL NIL NIL)`;
}
