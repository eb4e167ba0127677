// SPDX-License-Identifier: EUPL-1.2
import { sameAddress } from '../../wire/mime/addresses.ts';
import type { LogEvent, NewLogRecord } from './log-store.ts';

/** Events of mail whose sender nobody has vouched for. */
const UNVOUCHED: ReadonlySet<LogEvent> = new Set([
  'ordinary-refused',
  'ordinary-discarded',
  'anomaly-created',
]);

/**
 * LOG-10: whether a record is of the holder's own messages: all that befell what the mailbox sent, and of what it
 * received only what is about the message or about this recipient, never how it went for others.
 */
export function isOfHolder(record: NewLogRecord, mailbox: string): boolean {
  const { event, sender, recipient, recipients } = record;
  if (sameAddress(sender, mailbox) && !UNVOUCHED.has(event)) return true;
  if (recipient !== undefined) return sameAddress(recipient, mailbox);
  return recipients.some((address) => sameAddress(address, mailbox));
}

/** Whether a record, by its text, may be such a one; nothing that is gets lost, and it is quick. */
export function mayBeOfHolder(text: string, mailbox: string): boolean {
  // Only the domain: a local part may be written in quotes, too.
  return text.toLowerCase().includes(mailbox.slice(mailbox.lastIndexOf('@')).toLowerCase());
}
