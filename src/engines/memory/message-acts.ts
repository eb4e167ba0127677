// SPDX-License-Identifier: EUPL-1.2
import { emailIdOf, type MessageEntry } from '../../mailroom/mailboxes/mailbox-store.ts';
import type { Act, ActResult } from '../../mailroom/steps/step-store.ts';
import { changedFlags, namedUids, restingFlags, sameFlags } from '../flags.ts';
import type { Brought } from './content-acts.ts';
import { referToContent, releaseContent } from './content-acts.ts';
import { createFolder, folderNamed, nextModseq, requireFolder, requireMailbox } from './folder-acts.ts';
import type { FolderRow, Tables } from './tables.ts';

type ActNamed<Name extends Act['do']> = Extract<Act, { do: Name }>;

export function append(tables: Tables, task: { act: ActNamed<'append'>; brought: Brought }): ActResult {
  const { act, brought } = task;
  const sizeBytes = referToContent(tables, { content: act.content, brought });
  requireMailbox(tables, act.mailbox);
  const place = { mailbox: act.mailbox, name: act.folder };
  const folder =
    folderNamed(tables, place) ??
    createFolder(tables, { mailbox: act.mailbox, folder: { name: act.folder, subscribed: true } });
  const modseq = nextModseq(tables, act.mailbox);
  const { content, receivedAt, savedAt, counted } = act;
  const entry = { content, sizeBytes, flags: restingFlags(act.flags), receivedAt, savedAt, counted };
  const uid = insert(tables, { folder, modseq, entry: { ...entry, emailId: emailIdOf(content) } });
  return { gave: 'message', folder: folder.id, uid, modseq, uidValidity: folder.uidValidity };
}

function insert(
  tables: Tables,
  task: { folder: FolderRow; modseq: number; entry: Omit<MessageEntry, 'folder' | 'uid' | 'modseq'> },
): number {
  const { folder, modseq, entry } = task;
  const uid = folder.uidNext;
  folder.messages.set(uid, { folder: folder.id, uid, modseq, ...entry });
  tables.folders.set(folder.id, { ...folder, uidNext: uid + 1, highestModseq: modseq });
  return uid;
}

export function setFlags(tables: Tables, act: ActNamed<'set-flags'>): ActResult {
  const folder = requireFolder(tables, act.folder);
  const refused: number[] = [];
  const changes: MessageEntry[] = [];
  for (const message of named(folder, act.uids)) {
    const flags = changedFlags(message.flags, act);
    if (act.unchangedSince !== undefined && message.modseq > act.unchangedSince) refused.push(message.uid);
    else if (!sameFlags(flags, message.flags)) changes.push({ ...message, flags });
  }
  if (changes.length === 0) return { gave: 'flags', modseq: folder.highestModseq, changed: [], refused };
  const modseq = nextModseq(tables, folder.mailbox);
  for (const message of changes) folder.messages.set(message.uid, { ...message, modseq });
  tables.folders.set(folder.id, { ...folder, highestModseq: modseq });
  return { gave: 'flags', modseq, changed: changes.map((message) => message.uid), refused };
}

export function expunge(tables: Tables, task: { act: ActNamed<'expunge'>; expungedKept: number }): ActResult {
  const folder = requireFolder(tables, task.act.folder);
  const gone = named(folder, task.act.uids);
  if (gone.length === 0) return { gave: 'expunged', uids: [], modseq: folder.highestModseq };
  const modseq = nextModseq(tables, folder.mailbox);
  remove(tables, { folder, gone, modseq, expungedKept: task.expungedKept });
  return { gave: 'expunged', uids: gone.map((message) => message.uid), modseq };
}

function remove(
  tables: Tables,
  task: { folder: FolderRow; gone: readonly MessageEntry[]; modseq: number; expungedKept: number },
): void {
  const { folder, gone, modseq } = task;
  for (const message of gone) {
    folder.messages.delete(message.uid);
    releaseContent(tables, message.content);
  }
  const all = [...folder.expunged, ...gone.map((message) => ({ uid: message.uid, modseq }))];
  // A MODSEQ is forgotten as a whole: half of what one removal took would be a wrong answer.
  const floor = all.at(-task.expungedKept - 1)?.modseq ?? folder.expungedFloor;
  const expunged = all.filter((row) => row.modseq > floor);
  tables.folders.set(folder.id, { ...folder, highestModseq: modseq, expunged, expungedFloor: floor });
}

export function copy(tables: Tables, task: { act: ActNamed<'copy'>; expungedKept: number }): ActResult {
  const { act, expungedKept } = task;
  const source = requireFolder(tables, act.folder);
  const { uidValidity, mailbox, highestModseq } = requireFolder(tables, act.to);
  const messages = named(source, act.uids);
  const from = messages.map((message) => message.uid);
  if (messages.length === 0) return { gave: 'copied', from, to: [], uidValidity, modseq: highestModseq };
  const modseq = nextModseq(tables, mailbox);
  const to = messages.map((message) => {
    const { content, sizeBytes, flags, receivedAt, counted, emailId } = message;
    referToContent(tables, { content, brought: { contents: new Map(), blobs: new Map() } });
    const entry = { content, sizeBytes, flags, receivedAt, savedAt: act.savedAt, counted, emailId };
    return insert(tables, { folder: requireFolder(tables, act.to), modseq, entry });
  });
  if (act.move) {
    const gone = {
      gone: messages,
      modseq: mailbox === source.mailbox ? modseq : nextModseq(tables, source.mailbox),
    };
    remove(tables, { folder: requireFolder(tables, act.folder), ...gone, expungedKept });
  }
  return { gave: 'copied', from, to, uidValidity, modseq };
}

function named(folder: FolderRow, uids: readonly number[]): readonly MessageEntry[] {
  return namedUids(uids).flatMap((uid) => folder.messages.get(uid) ?? []);
}
