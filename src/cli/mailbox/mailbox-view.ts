// SPDX-License-Identifier: EUPL-1.2
import { openStoredMailboxes } from '../../engines/sqlite/stored-records.ts';
import type { Folder, Mailbox, MailboxReader } from '../../mailroom/mailboxes/mailbox-store.ts';
import { WARNING_LEVELS } from '../../points/quota/quota-warnings.ts';
import { storeFolder } from '../provider-folder.ts';
import type { Standing } from '../wording/mailbox-words.ts';

/** A mailbox as the commands show it. */
export interface MailboxView {
  readonly mailbox: Mailbox;
  readonly standing: Standing;
  readonly countedBytes: number;
  readonly totalBytes: number;
  /** The percents of its room that were reached, of those at which the holder is warned; 0 below. */
  readonly warning: number;
}

/** Every mailbox, by address, read beside the provider. @throws Fault `store-missing`, `store-unavailable` */
export function viewMailboxes(folder: string): readonly MailboxView[] {
  using stored = openStoredMailboxes(storeFolder(folder));
  const { mailboxes } = stored;
  return mailboxes.atOnce(() => mailboxes.listMailboxes().map((mailbox) => viewOf(mailbox, mailboxes)));
}

/** One mailbox with its folders; undefined when there is none. @throws Fault as above */
export function viewMailbox(
  folder: string,
  address: string,
): { readonly view: MailboxView; readonly folders: readonly Folder[] } | undefined {
  using stored = openStoredMailboxes(storeFolder(folder));
  const { mailboxes } = stored;
  return mailboxes.atOnce(() => {
    const mailbox = mailboxes.findMailbox(address);
    if (mailbox === undefined) return undefined;
    return { view: viewOf(mailbox, mailboxes), folders: mailboxes.listFolders(mailbox.id) };
  });
}

export function viewJson({ mailbox, ...view }: MailboxView): Record<string, unknown> {
  const { id: _, passwordHash, ordinaryMail = undefined, ...facts } = mailbox;
  const { countedBytes, totalBytes, warning } = view;
  const hasPassword = passwordHash !== undefined;
  return {
    ...facts,
    ordinaryMail: ordinaryMail ?? 'provider',
    hasPassword,
    countedBytes,
    totalBytes,
    warning,
  };
}

function viewOf(mailbox: Mailbox, reader: MailboxReader): MailboxView {
  const usage = reader.usage(mailbox.id);
  const reached = WARNING_LEVELS.filter(
    (level) => usage.countedBytes * 100 >= mailbox.quotaBytes * level && mailbox.role === 'user',
  );
  const standing = mailbox.role === 'service' ? 'service' : mailbox.status;
  return { mailbox, standing, ...usage, warning: Math.max(0, ...reached) };
}
