// SPDX-License-Identifier: EUPL-1.2
import type { CommandOf } from '../commands/command.ts';
import { type CopyOutcome, Refusal } from '../imap-backend.ts';
import { no, ok, type StatusResponse } from '../responses/statuses.ts';
import { UidSet } from '../view/uid-set.ts';
import { refused } from './mailbox-commands.ts';
import { goneAmong, orderedSet, resolveMessages } from './message-sets.ts';
import { takeInChanges, tellNews } from './news.ts';
import { type SessionContext, selectedOf } from './session-context.ts';

/** COPY and UID COPY (RFC 9051 section 6.4.7, RFC 4315). */
export async function copy(
  context: SessionContext,
  command: CommandOf<'COPY' | 'MOVE'>,
): Promise<StatusResponse> {
  const { mailbox, view } = selectedOf(context);
  const uids = resolveMessages(view, command);
  if (!(uids instanceof UidSet)) return uids;
  await takeInChanges(selectedOf(context));
  const gone = goneAmong(view, { uid: command.uid, uids });
  // RFC 9051 section 6.4.7: all messages are copied, or none.
  if (gone !== undefined) return gone;
  if (uids.isEmpty) return ok('Nothing to copy');
  const outcome = await mailbox.copy(uids, command.mailbox);
  if (outcome instanceof Refusal) return refused(outcome);
  return outcome.from.length === 0 ? ok('Nothing to copy') : ok('Copied', copyUid(outcome));
}

/** MOVE and UID MOVE (RFC 6851): COPYUID comes before the messages go. */
export async function move(
  context: SessionContext,
  command: CommandOf<'COPY' | 'MOVE'>,
): Promise<StatusResponse> {
  const { mailbox, view, readOnly } = selectedOf(context);
  const uids = resolveMessages(view, command);
  if (!(uids instanceof UidSet)) return uids;
  if (readOnly) return no('The mailbox is open for reading', 'READ-ONLY');
  await takeInChanges(selectedOf(context));
  const gone = goneAmong(view, { uid: command.uid, uids });
  if (gone !== undefined) return gone;
  if (uids.isEmpty) return ok('Nothing to move');
  const outcome = await mailbox.move(uids, command.mailbox);
  if (outcome instanceof Refusal) return refused(outcome);
  if (outcome.from.length > 0) context.untagged(`OK [${copyUid(outcome)}] Moved`);
  return afterRemoval(context, 'Moved');
}

/** RFC 4315 section 3: two sets that pair off. */
function copyUid({ uidValidity, from, to }: CopyOutcome): string {
  return `COPYUID ${uidValidity} ${orderedSet(from)} ${orderedSet(to)}`;
}

/** EXPUNGE, and UID EXPUNGE when a set is given (RFC 9051 section 6.4.3, RFC 4315). */
export async function expunge(
  context: SessionContext,
  command: CommandOf<'EXPUNGE' | 'UID EXPUNGE'>,
): Promise<StatusResponse> {
  const { mailbox, view, readOnly } = selectedOf(context);
  if (readOnly) return no('The mailbox is open for reading', 'READ-ONLY');
  const uids = command.name === 'UID EXPUNGE' ? view.resolveUids(command.set) : view.uids;
  const refusal = uids.isEmpty ? undefined : await mailbox.expunge(uids);
  return refusal === undefined ? afterRemoval(context, 'Expunged') : refused(refusal);
}

/** RFC 7162 section 3.2.8: who resynchronises is told the new HIGHESTMODSEQ. */
async function afterRemoval(context: SessionContext, text: string): Promise<StatusResponse> {
  await tellNews(context, { expunge: true });
  return context.enabled('QRESYNC') ? ok(text, `HIGHESTMODSEQ ${selectedOf(context).view.modseq}`) : ok(text);
}
