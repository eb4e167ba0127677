// SPDX-License-Identifier: EUPL-1.2
import type { Folder } from '../../mailroom/mailboxes/mailbox-store.ts';
import { layRows, layTable, printable, printSize } from '../text-layout.ts';
import type { MailboxWords } from '../wording/mailbox-words.ts';
import type { MailboxView } from './mailbox-view.ts';

export function printMailboxes(views: readonly MailboxView[], words: MailboxWords): string[] {
  if (views.length === 0) return [words.empty];
  const { address, standing, room, ordinaryMail, receipts, holder } = words.labels;
  return layTable(
    [address, standing, room, ordinaryMail, receipts, holder],
    views.map((view) => [
      printable(view.mailbox.address),
      words.standings[view.standing],
      roomOf(view, words),
      words.ordinaryMail[view.mailbox.ordinaryMail ?? 'provider'],
      view.mailbox.filesReceipts ? words.filed : words.inInbox,
      printable(view.mailbox.holder),
    ]),
  );
}

/** Everything about one. */
export function printMailbox(
  { view, folders }: { readonly view: MailboxView; readonly folders: readonly Folder[] },
  words: MailboxWords,
): string[] {
  const { labels } = words;
  const { mailbox } = view;
  const size = (bytes: number) => printSize(bytes, words.decimalMark);
  const service = view.standing === 'service';
  return layRows([
    [labels.address, printable(mailbox.address)],
    [labels.holder, printable(mailbox.holder)],
    [labels.standing, words.standings[view.standing]],
    [labels.password, mailbox.passwordHash === undefined ? words.noPassword : words.hasPassword],
    [labels.quota, service ? '' : size(mailbox.quotaBytes)],
    [labels.counted, service ? '' : roomOf(view, words)],
    [labels.total, size(view.totalBytes)],
    [labels.warning, view.warning === 0 ? words.noWarning : words.warned(view.warning)],
    [labels.ordinaryMail, words.ordinaryMail[mailbox.ordinaryMail ?? 'provider']],
    [labels.receipts, mailbox.filesReceipts ? words.filed : words.inInbox],
    [
      labels.folders,
      folders.map(
        ({ name, messages, unseen, sizeBytes }) =>
          `${printable(name)}: ${words.folder(messages, unseen, size(sizeBytes))}`,
      ),
    ],
  ]);
}

function roomOf({ mailbox, standing, countedBytes }: MailboxView, { decimalMark }: MailboxWords): string {
  const taken = printSize(countedBytes, decimalMark);
  if (standing === 'service') return taken;
  return `${taken} / ${printSize(mailbox.quotaBytes, decimalMark)} (${Math.floor((countedBytes * 100) / mailbox.quotaBytes)} %)`;
}
