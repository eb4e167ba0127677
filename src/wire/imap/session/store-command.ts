// SPDX-License-Identifier: EUPL-1.2
import type { CommandOf } from '../commands/command.ts';
import { Refusal } from '../imap-backend.ts';
import { no, ok, type StatusResponse } from '../responses/statuses.ts';
import { UidSet } from '../view/uid-set.ts';
import { refused } from './mailbox-commands.ts';
import { goneAmong, resolveMessages, sequenceNumbers } from './message-sets.ts';
import { enableCondstore, takeInChanges, tellFlags } from './news.ts';
import { type SessionContext, selectedOf } from './session-context.ts';

/** STORE and UID STORE (RFC 9051 section 6.4.6, RFC 7162 section 3.1.3). */
export async function store(context: SessionContext, command: CommandOf<'STORE'>): Promise<StatusResponse> {
  const { mailbox, view, readOnly } = selectedOf(context);
  const uids = resolveMessages(view, command);
  if (!(uids instanceof UidSet)) return uids;
  if (readOnly) return no('The mailbox is open for reading', 'READ-ONLY');
  if (command.unchangedSince !== undefined) enableCondstore(context);
  const { mode, flags, unchangedSince } = command;
  const request = { uids, mode, flags, ...(unchangedSince === undefined ? {} : { unchangedSince }) };
  const outcome = uids.isEmpty
    ? { messages: [], changed: UidSet.EMPTY, modified: UidSet.EMPTY }
    : await mailbox.store(request);
  if (outcome instanceof Refusal) return refused(outcome);
  // RFC 7162 section 3.1.3: .SILENT does not silence MODSEQ.
  const tells = !command.silent || context.enabled('CONDSTORE');
  for (const message of outcome.messages) {
    view.noteTold(message.uid, message.modseq);
    if (tells) tellFlags(context, message, { uid: command.uid, flags: !command.silent });
    if (context.writer.isFull) await context.writer.flush();
  }
  await takeInChanges(selectedOf(context));
  const gone = goneAmong(view, { uid: command.uid, uids });
  if (outcome.modified.isEmpty) return gone ?? ok('Stored');
  const modified = command.uid ? outcome.modified : sequenceNumbers(view, outcome.modified);
  const status = gone === undefined ? ok : no;
  return status('Some messages changed since', `MODIFIED ${modified}`);
}
