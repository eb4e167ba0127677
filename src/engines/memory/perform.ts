// SPDX-License-Identifier: EUPL-1.2

import type { Mailbox } from '../../mailroom/mailboxes/mailbox-store.ts';
import type {
  Act,
  ActResult,
  Condition,
  NewFolder,
  PartOutcome,
  Step,
  StepOutcome,
} from '../../mailroom/steps/step-store.ts';
import { performAvailabilityAct } from './availability-acts.ts';
import type { Brought } from './content-acts.ts';
import { createFolder, deleteFolder, folderNamed, renameFolder, subscribe } from './folder-acts.ts';
import { forgetFrames, keepFrame } from './frame-acts.ts';
import { performLogAct, record } from './log-acts.ts';
import { append, copy, expunge, setFlags } from './message-acts.ts';
import { endQuarantine, isQuarantineOver, quarantine } from './quarantine-acts.ts';
import {
  changeEntry,
  enqueue,
  findOutcome,
  holdDestination,
  isAbout,
  makeDue,
  markTracking,
  putDeliveryOutcome,
  putSubmission,
  retryLater,
  settle,
  track,
} from './relay-acts.ts';
import { performRevocationAct } from './revocation-acts.ts';
import type { Tables } from './tables.ts';
import { countedBytes } from './usage.ts';

/** Performs a step, part after part: later parts see what earlier ones did. Throws when it cannot. */
export function performStep(
  tables: Tables,
  task: { parts: Step['parts']; brought: Brought; expungedKept: number },
): StepOutcome {
  const parts: PartOutcome[] = [];
  for (const part of task.parts) {
    const failed = part.onlyIf?.find((condition) =>
      condition.is === 'part-done' ? parts[condition.part]?.done !== true : !holds(tables, condition),
    );
    parts.push(
      failed === undefined
        ? { done: true, results: part.acts.map((act) => perform(tables, { ...task, act })) }
        : { done: false, failed },
    );
  }
  return { parts };
}

function holds(tables: Tables, condition: Exclude<Condition, { is: 'part-done' }>): boolean {
  switch (condition.is) {
    case 'no-delivery-outcome':
      return findOutcome(tables, condition) === undefined;
    case 'no-tracking-outcome': {
      const tracked = tables.trackings.get(condition.identifier) ?? [];
      const found = tracked.find((tracking) => isAbout(tracking, condition.recipient));
      if (condition.untaken && found?.takenInChargeAt !== undefined) return false;
      if (condition.unexpired && found?.secondNoticeAt !== undefined) return false;
      return found?.outcome === undefined;
    }
    case 'queued':
      return tables.queue.has(condition.entry);
    case 'quarantine-over':
      return isQuarantineOver(tables, condition);
    case 'room': {
      const mailbox = tables.mailboxes.get(condition.mailbox)?.mailbox;
      if (mailbox?.status !== 'active') return false;
      // What does not count has always room, even where the quota was lowered below what is there.
      if (condition.sizeBytes === 0) return true;
      return countedBytes(tables, mailbox.id) + condition.sizeBytes <= mailbox.quotaBytes;
    }
    case 'folder':
      return (folderNamed(tables, condition) !== undefined) === condition.wanted;
  }
}

function perform(tables: Tables, task: { act: Act; brought: Brought; expungedKept: number }): ActResult {
  const { act, brought, expungedKept } = task;
  switch (act.do) {
    case 'put-mailbox':
      return putMailbox(tables, act);
    case 'append':
      return append(tables, { act, brought });
    case 'set-flags':
      return setFlags(tables, act);
    case 'expunge':
      return expunge(tables, { act, expungedKept });
    case 'copy':
      return copy(tables, { act, expungedKept });
    case 'create-folder':
      return { gave: 'folder', folder: createFolder(tables, act).id };
    case 'delete-folder':
      return deleteFolder(tables, act.folder);
    case 'enqueue':
      return enqueue(tables, { entry: act.entry, brought });
    case 'record':
      return record(tables, act.record);
    case 'quarantine':
      quarantine(tables, { infected: act.infected, brought });
      return undefined;
    case 'keep-frame':
      keepFrame(tables, { frame: act.frame, brought });
      return undefined;
    case 'track':
      track(tables, { act, brought });
      return undefined;
    default:
      performSilently(tables, act);
      return undefined;
  }
}

type SilentAct = Exclude<
  Act,
  {
    do:
      | 'put-mailbox'
      | 'append'
      | 'set-flags'
      | 'expunge'
      | 'copy'
      | 'create-folder'
      | 'delete-folder'
      | 'enqueue'
      | 'record'
      | 'quarantine'
      | 'keep-frame'
      | 'track';
  }
>;

/** The acts the store has nothing to tell about. */
function performSilently(tables: Tables, act: SilentAct): void {
  switch (act.do) {
    case 'rename-folder':
      renameFolder(tables, act);
      break;
    case 'subscribe':
      subscribe(tables, act);
      break;
    case 'settle':
      settle(tables, act);
      break;
    case 'retry-later':
      retryLater(tables, act);
      break;
    case 'hold':
      changeEntry(tables, { entry: act.entry, change: (before) => ({ ...before, held: act.held }) });
      break;
    case 'hold-destination':
      holdDestination(tables, act);
      break;
    case 'make-due':
      makeDue(tables, act);
      break;
    case 'end-quarantine':
      endQuarantine(tables, act);
      break;
    case 'forget-frames':
      forgetFrames(tables, act);
      break;
    case 'put-submission':
      putSubmission(tables, act.submission);
      break;
    case 'mark-tracking':
      markTracking(tables, act);
      break;
    case 'put-delivery-outcome':
      putDeliveryOutcome(tables, act);
      break;
    case 'keep-revocation-list':
    case 'forget-revocation-list':
      performRevocationAct(tables, act);
      break;
    case 'put-serving-span':
    case 'forget-serving-spans':
      performAvailabilityAct(tables, act);
      break;
    default:
      performLogAct(tables, act);
  }
}

/** An address that has a mailbox keeps its number and its folders; missing folders are made. */
function putMailbox(
  tables: Tables,
  act: { mailbox: Omit<Mailbox, 'id'>; folders: readonly NewFolder[] },
): ActResult {
  const address = act.mailbox.address.toLowerCase();
  const known = tables.mailboxesByAddress.get(address);
  const id = known ?? tables.next('mailbox');
  const modseq = tables.mailboxes.get(id)?.modseq ?? 0;
  tables.mailboxes.set(id, { mailbox: { ...act.mailbox, address, id }, modseq });
  tables.mailboxesByAddress.set(address, id);
  for (const folder of act.folders) {
    if (folderNamed(tables, { mailbox: id, name: folder.name }) === undefined)
      createFolder(tables, { mailbox: id, folder });
  }
  return { gave: 'mailbox', mailbox: id };
}
