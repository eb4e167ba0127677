// SPDX-License-Identifier: EUPL-1.2
import { flagListText, type OctetString } from '../responses/strings.ts';
import type { FlagState, MailboxNews } from '../view/mailbox-view.ts';
import type { SelectedMailbox, SessionContext } from './session-context.ts';

/** Asks the selected mailbox what happened and takes it into the view. */
export async function takeInChanges(selected: SelectedMailbox): Promise<void> {
  const { mailbox, view } = selected;
  const changes = mailbox.changes(view.modseq);
  const arrived = changes instanceof Promise ? await changes : changes;
  if (arrived !== undefined) view.apply(arrived);
}

/** Tells the client what happened in its mailbox: EXPUNGE or VANISHED, EXISTS, RECENT, FETCH. */
export async function tellNews(
  context: SessionContext,
  options: { readonly expunge: boolean },
): Promise<void> {
  const { selected, writer } = context;
  if (selected === undefined) return;
  await takeInChanges(selected);
  const { view } = selected;
  if (!view.hasNews(options)) return;
  const news = view.takeNews(options);
  if (context.enabled('QRESYNC')) {
    // RFC 7162 section 3.2.10: VANISHED takes EXPUNGE's place.
    if (!news.expunged.uids.isEmpty) context.untagged(`VANISHED ${news.expunged.uids}`);
  } else for (const number of news.expunged.sequence) context.untagged(`${number} EXPUNGE`);
  tellNumbers(context, news);
  for (const message of news.changed) {
    if (writer.isFull) await writer.flush();
    tellFlags(context, message, { uid: false });
  }
}

/** Tells what came, and nothing else: what a command is about to look at is known to the client first. */
export async function tellArrivals(context: SessionContext): Promise<void> {
  const { selected } = context;
  if (selected === undefined) return;
  await takeInChanges(selected);
  tellNumbers(context, selected.view.takeArrivals());
}

function tellNumbers(
  context: SessionContext,
  { exists, recent }: Pick<MailboxNews, 'exists' | 'recent'>,
): void {
  if (exists !== undefined) context.untagged(`${exists} EXISTS`);
  if (recent !== undefined && !context.enabled('IMAP4REV2')) context.untagged(`${recent} RECENT`);
}

/** `* n FETCH (UID u FLAGS (...) MODSEQ (m))`, with UID and MODSEQ where they are due. */
export function tellFlags(
  context: SessionContext,
  message: FlagState,
  options: { readonly uid: boolean; readonly flags?: boolean },
): void {
  const { selected } = context;
  const number = selected?.view.sequenceOf(message.uid) ?? 0;
  if (selected === undefined || number === 0) return;
  // RFC 7162 section 3.2.4: with QRESYNC every FETCH that tells flags tells the UID.
  const uid = options.uid || context.enabled('QRESYNC') ? `UID ${message.uid} ` : '';
  const items = options.flags === false ? `MODSEQ (${message.modseq})` : flagItems(context, message);
  context.untagged(`${number} FETCH (${uid}${items})`);
}

/** FLAGS, and with CONDSTORE the MODSEQ that goes with them. */
export function flagItems(context: SessionContext, message: FlagState): OctetString {
  const flags = `FLAGS ${shownFlags(context, message)}`;
  return context.enabled('CONDSTORE') ? `${flags} MODSEQ (${message.modseq})` : flags;
}

/** The flags of a message as this session sees them: \Recent is IMAP4rev1's and the session's own. */
export function shownFlags(context: SessionContext, message: FlagState): OctetString {
  const recent = context.selected?.view.recent;
  if (recent === undefined || recent.isEmpty || context.enabled('IMAP4REV2') || !recent.has(message.uid)) {
    return flagListText(message.flags);
  }
  return flagListText([...message.flags, '\\Recent']);
}

/** A CONDSTORE-enabling command in the selected state tells HIGHESTMODSEQ once (RFC 7162 section 3.1). */
export function enableCondstore(context: SessionContext): void {
  if (context.enabled('CONDSTORE')) return;
  context.enable('CONDSTORE');
  const { selected } = context;
  if (selected !== undefined) {
    context.untagged(`OK [HIGHESTMODSEQ ${selected.view.modseq}] Modification sequences enabled`);
  }
}
