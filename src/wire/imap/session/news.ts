// SPDX-License-Identifier: EUPL-1.2
import { flagListText, type OctetString } from '../responses/strings.ts';
import type { FlagState } from '../view/mailbox-view.ts';
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
  if (news.exists !== undefined) context.untagged(`${news.exists} EXISTS`);
  if (news.recent !== undefined && !context.enabled('IMAP4REV2')) context.untagged(`${news.recent} RECENT`);
  for (const message of news.changed) {
    if (writer.isFull) await writer.flush();
    tellFlags(context, message, { uid: false });
  }
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
  const items: OctetString[] = [];
  // RFC 7162 section 3.2.4: with QRESYNC every FETCH that tells flags tells the UID.
  if (options.uid || context.enabled('QRESYNC')) items.push(`UID ${message.uid}`);
  if (options.flags !== false) items.push(`FLAGS ${shownFlags(context, message)}`);
  if (context.enabled('CONDSTORE')) items.push(`MODSEQ (${message.modseq})`);
  context.untagged(`${number} FETCH (${items.join(' ')})`);
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
