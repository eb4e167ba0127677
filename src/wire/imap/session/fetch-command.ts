// SPDX-License-Identifier: EUPL-1.2
import type { CommandOf } from '../commands/command.ts';
import { type FetchedMessage, Refusal } from '../imap-backend.ts';
import { bad, no, ok, type StatusResponse } from '../responses/statuses.ts';
import { UidSet } from '../view/uid-set.ts';
import { UnknownTransferEncoding } from './fetch-binary.ts';
import { type FetchPlan, planFetch } from './fetch-items.ts';
import { refused } from './mailbox-commands.ts';
import { goneAmong, resolveMessages } from './message-sets.ts';
import { enableCondstore, takeInChanges, tellFlags } from './news.ts';
import { type SessionContext, selectedOf } from './session-context.ts';
import { turnOfOthers } from './turns.ts';

/** FETCH and UID FETCH (RFC 9051 section 6.4.5, RFC 7162 sections 3.1.4 and 3.2.6). */
export async function fetch(context: SessionContext, command: CommandOf<'FETCH'>): Promise<StatusResponse> {
  if (command.vanished && !context.enabled('QRESYNC')) return bad('Enable QRESYNC first');
  const { view } = selectedOf(context);
  const uids = resolveMessages(view, command);
  if (!(uids instanceof UidSet)) return uids;
  const asksModseq = command.items.some(({ item }) => item === 'MODSEQ');
  if (asksModseq || command.changedSince !== undefined) enableCondstore(context);
  if (command.vanished) await tellVanished(context, command);
  const plan = planFetch(context, command);
  const marked = plan.marksSeen ? await markSeen(context, uids) : UidSet.EMPTY;
  if (marked instanceof Refusal) return refused(marked);
  try {
    await writeMessages(context, { command, uids, plan, marked });
  } catch (error) {
    if (error instanceof UnknownTransferEncoding) return no('Unknown transfer encoding', 'UNKNOWN-CTE');
    throw error;
  }
  await takeInChanges(selectedOf(context));
  return goneAmong(view, { uid: command.uid, uids }) ?? ok('Fetched');
}

/** UIDs named by the command that are gone since (RFC 7162 section 3.2.6). */
async function tellVanished(context: SessionContext, command: CommandOf<'FETCH'>): Promise<void> {
  const { mailbox, view } = selectedOf(context);
  if (command.set.saved || command.changedSince === undefined) return;
  const highest = Math.max(view.uids.highest, mailbox.snapshot.uidNext - 1);
  const named = UidSet.ofRanges(
    command.set.ranges.map(({ first, last }) => ({
      first: Math.min(first, highest),
      last: Math.min(last, highest),
    })),
  );
  const logged = await mailbox.vanishedSince(command.changedSince);
  const vanished = named.minus(view.uids);
  const told = logged === undefined ? vanished : vanished.intersect(logged);
  if (!told.isEmpty) context.untagged(`VANISHED (EARLIER) ${told}`);
}

/** Sets \Seen where it is not set; returns the messages that did not have it. */
async function markSeen(context: SessionContext, uids: UidSet): Promise<UidSet | Refusal> {
  const { mailbox, view, readOnly } = selectedOf(context);
  if (readOnly || uids.isEmpty) return UidSet.EMPTY;
  const outcome = await mailbox.store({ uids, mode: 'add', flags: ['\\Seen'] });
  if (outcome instanceof Refusal) return outcome;
  for (const { uid, modseq } of outcome.messages) if (outcome.changed.has(uid)) view.noteTold(uid, modseq);
  return outcome.changed;
}

interface Writing {
  readonly command: CommandOf<'FETCH'>;
  readonly uids: UidSet;
  readonly plan: FetchPlan;
  /** Messages that were just marked as \Seen: their flags are told too. */
  readonly marked: UidSet;
}

async function writeMessages(context: SessionContext, writing: Writing): Promise<void> {
  const { command, uids, plan } = writing;
  const { mailbox } = selectedOf(context);
  const { writer } = context;
  if (uids.isEmpty) return;
  const request = {
    uids,
    content: plan.content,
    ...(plan.preview === undefined ? {} : { preview: plan.preview }),
    ...(command.changedSince === undefined ? {} : { changedSince: command.changedSince }),
  };
  for await (const batch of mailbox.fetch(request)) {
    for (const message of batch) {
      const written = writeMessage(context, message, writing);
      if (written !== undefined) await written;
      if (writer.isFull) {
        const flushed = writer.flush();
        if (flushed !== undefined) await flushed;
      }
    }
    await turnOfOthers();
  }
}

/** One `* n FETCH (...)`; waits only where an item does. */
function writeMessage(
  context: SessionContext,
  message: FetchedMessage,
  { plan, marked, command }: Writing,
): Promise<void> | undefined {
  const { writer } = context;
  const number = selectedOf(context).view.sequenceOf(message.uid);
  if (number === 0) return undefined;
  writer.text(`* ${number} FETCH (`);
  const finish = (): void => {
    writer.text(')\r\n');
    if (!plan.tellsFlags && marked.has(message.uid)) tellFlags(context, message, { uid: command.uid });
  };
  const { writers } = plan;
  for (let i = 0; i < writers.length; i++) {
    if (i > 0) writer.text(' ');
    const written = writers[i]?.(message, writer);
    if (written !== undefined)
      return writeRest(written, { plan, message, context, next: i + 1 }).then(finish);
  }
  finish();
  return undefined;
}

async function writeRest(
  first: Promise<void>,
  at: { plan: FetchPlan; message: FetchedMessage; context: SessionContext; next: number },
): Promise<void> {
  const { writer } = at.context;
  await first;
  for (const write of at.plan.writers.slice(at.next)) {
    writer.text(' ');
    await write(at.message, writer);
  }
}
