// SPDX-License-Identifier: EUPL-1.2
import type { CommandOf } from '../commands/command.ts';
import type { QresyncParameters } from '../commands/mailboxes.ts';
import { SYSTEM_FLAGS } from '../grammar/flags.ts';
import { type ImapMailbox, type MailboxSnapshot, Refusal } from '../imap-backend.ts';
import { bad, no, ok, type StatusResponse } from '../responses/statuses.ts';
import { flagListText } from '../responses/strings.ts';
import { MailboxView } from '../view/mailbox-view.ts';
import { UidSet } from '../view/uid-set.ts';
import { refused, tellMailbox } from './mailbox-commands.ts';
import { tellFlags } from './news.ts';
import { accountOf, type SessionContext, selectedOf } from './session-context.ts';

/** SELECT and EXAMINE (RFC 9051 sections 6.3.2 and 6.3.3, RFC 7162 section 3.2.5). */
export async function select(
  context: SessionContext,
  command: CommandOf<'SELECT' | 'EXAMINE'>,
): Promise<StatusResponse> {
  if (command.qresync !== undefined && !context.enabled('QRESYNC')) return bad('Enable QRESYNC first');
  // RFC 9051 section 6.3.2: a failed SELECT leaves no mailbox selected, a good one another.
  if (context.selected !== undefined) {
    context.leaveMailbox();
    if (context.enabled('QRESYNC') || context.enabled('IMAP4REV2')) {
      context.untagged('OK [CLOSED] Previous mailbox closed');
    }
  }
  const readOnly = command.name === 'EXAMINE';
  const mailbox = await accountOf(context).openMailbox(command.mailbox, { readOnly });
  if (mailbox instanceof Refusal) return refused(mailbox);
  if (context.loggedOut) {
    mailbox.close();
    return no('The client went away');
  }
  if (command.condstore) context.enable('CONDSTORE');
  const { snapshot } = mailbox;
  context.selected = {
    name: command.mailbox,
    mailbox,
    view: new MailboxView(snapshot),
    readOnly: readOnly || snapshot.readOnly,
  };
  tellSnapshot(context, snapshot);
  if (command.qresync !== undefined) await resynchronise(context, mailbox, command.qresync);
  const { readOnly: shown } = selectedOf(context);
  return ok(shown ? 'Mailbox opened for reading' : 'Mailbox opened', shown ? 'READ-ONLY' : 'READ-WRITE');
}

function tellSnapshot(context: SessionContext, snapshot: MailboxSnapshot): void {
  const { name, view, readOnly } = selectedOf(context);
  const rev2 = context.enabled('IMAP4REV2');
  const flags = [...SYSTEM_FLAGS, ...snapshot.keywords];
  context.untagged(`FLAGS ${flagListText(flags)}`);
  const permanent = readOnly ? [] : snapshot.newKeywords ? [...flags, '\\*'] : flags;
  context.untagged(`OK [PERMANENTFLAGS ${flagListText(permanent)}] Flags that are kept`);
  context.untagged(`${view.exists} EXISTS`);
  if (!rev2) {
    context.untagged(`${view.recent.size} RECENT`);
    const unseen = snapshot.firstUnseenUid === undefined ? 0 : view.sequenceOf(snapshot.firstUnseenUid);
    if (unseen > 0) context.untagged(`OK [UNSEEN ${unseen}] First unseen message`);
  }
  context.untagged(`OK [UIDVALIDITY ${snapshot.uidValidity}] UIDs valid`);
  context.untagged(`OK [UIDNEXT ${snapshot.uidNext}] Next UID`);
  context.untagged(`OK [HIGHESTMODSEQ ${snapshot.highestModseq}] Highest modification sequence`);
  context.untagged(`OK [MAILBOXID (${snapshot.mailboxId})] Mailbox id`);
  if (rev2) tellMailbox(context, 'LIST', { name, attributes: [], childInfo: [], selectable: true });
}

/** Tells what happened since the client was here last. */
async function resynchronise(
  context: SessionContext,
  mailbox: ImapMailbox,
  qresync: QresyncParameters,
): Promise<void> {
  const { view } = selectedOf(context);
  const { snapshot } = mailbox;
  // Another UIDVALIDITY: what the client knows is worth nothing, and it will see so.
  if (qresync.uidValidity !== snapshot.uidValidity) return;
  const known =
    qresync.knownUids === undefined
      ? UidSet.ofRanges([{ first: 1, last: snapshot.uidNext - 1 }])
      : UidSet.ofRanges(qresync.knownUids);
  const logged = await mailbox.vanishedSince(qresync.modseq);
  const vanished = (logged ?? unmatched(known, qresync, view)).intersect(known).minus(view.uids);
  if (!vanished.isEmpty) context.untagged(`VANISHED (EARLIER) ${vanished}`);
  const request = { uids: view.uids.intersect(known), changedSince: qresync.modseq, content: false };
  for await (const batch of mailbox.fetch(request)) {
    for (const message of batch) tellFlags(context, message, { uid: true });
    if (context.writer.isFull) await context.writer.flush();
  }
}

/**
 * When it is no longer known what went when, everything known and not there went. The client's sample
 * of numbers and UIDs (RFC 7162 section 3.2.5.2) spares it what matches from the start.
 */
function unmatched(known: UidSet, qresync: QresyncParameters, view: MailboxView): UidSet {
  if (qresync.match === undefined) return known;
  const numbers = UidSet.ofRanges(qresync.match.sequence);
  const uids = UidSet.ofRanges(qresync.match.uids);
  let matched = 0;
  for (let i = 0; i < Math.min(numbers.size, uids.size); i++) {
    const uid = uids.at(i) ?? 0;
    if (view.sequenceOf(uid) !== numbers.at(i)) break;
    matched = uid;
  }
  return matched === 0 ? known : known.minus(UidSet.ofRanges([{ first: 1, last: matched }]));
}

/** RFC 9051 section 6.4.1: CLOSE expunges silently what it may. */
export async function close(context: SessionContext): Promise<StatusResponse> {
  const { mailbox, view, readOnly } = selectedOf(context);
  if (!readOnly) {
    const refusal = await mailbox.expunge(view.uids);
    if (refusal !== undefined) return no(refusal.text, refusal.code);
  }
  context.leaveMailbox();
  return ok('Mailbox closed');
}

/** RFC 3691. */
export function unselect(context: SessionContext): StatusResponse {
  context.leaveMailbox();
  return ok('Mailbox left');
}
