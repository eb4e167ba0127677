// SPDX-License-Identifier: EUPL-1.2
import type { CommandOf } from '../commands/command.ts';
import { type FetchedMessage, Refusal } from '../imap-backend.ts';
import { bad, no, ok, type StatusResponse } from '../responses/statuses.ts';
import { UidSet } from '../view/uid-set.ts';
import { type FetchPlan, planFetch } from './fetch-items.ts';
import { refused } from './mailbox-commands.ts';
import { goneAmong, resolveMessages } from './message-sets.ts';
import { enableCondstore, flagItems, takeInChanges } from './news.ts';
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
  const written = await writeMessages(context, { command, uids, plan, marked });
  await takeInChanges(selectedOf(context));
  const gone = goneAmong(view, { uid: command.uid, uids });
  if (gone !== undefined) return gone;
  // RFC 3516 section 4.3
  return written.all ? ok('Fetched') : no('Unknown transfer encoding', 'UNKNOWN-CTE');
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

/** `all` is false when a message was left out because a part of it cannot be decoded. */
async function writeMessages(context: SessionContext, writing: Writing): Promise<{ readonly all: boolean }> {
  const { command, uids, plan } = writing;
  const { mailbox } = selectedOf(context);
  const { writer } = context;
  if (uids.isEmpty) return { all: true };
  let all = true;
  const request = {
    uids,
    content: plan.content,
    envelope: plan.envelope,
    structure: plan.structure,
    ...(plan.preview === undefined ? {} : { preview: plan.preview }),
    ...(command.changedSince === undefined ? {} : { changedSince: command.changedSince }),
  };
  for await (const batch of mailbox.fetch(request)) {
    for (const message of batch) {
      if (plan.undecodable(message)) {
        all = false;
        continue;
      }
      const written = writeMessage(context, message, writing);
      if (written !== undefined) await written;
      if (writer.isFull) {
        const flushed = writer.flush();
        if (flushed !== undefined) await flushed;
      }
    }
    await turnOfOthers();
  }
  return { all };
}

/** One `* n FETCH (...)`; waits only where an item does. */
function writeMessage(
  context: SessionContext,
  message: FetchedMessage,
  { plan, marked }: Writing,
): Promise<void> | undefined {
  const { writer } = context;
  const number = selectedOf(context).view.sequenceOf(message.uid);
  if (number === 0) return undefined;
  writer.text(`* ${number} FETCH (`);
  if (!plan.tellsFlags && marked.has(message.uid)) writer.text(`${flagItems(context, message)} `);
  const { writers } = plan;
  for (let i = 0; i < writers.length; i++) {
    if (i > 0) writer.text(' ');
    const written = writers[i]?.(message, writer);
    if (written !== undefined) return writeRest(written, { plan, message, context, next: i + 1 });
  }
  writer.text(')\r\n');
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
  writer.text(')\r\n');
}
