// SPDX-License-Identifier: EUPL-1.2
import { indexMessage } from '../../mime/mime-index.ts';
import { MemoryOctets } from '../../mime/octets.ts';
import { distinctFlags } from '../grammar/flags.ts';
import type {
  FetchedMessage,
  MailboxSnapshot,
  MessageContent,
  StoreOutcome,
  StoreRequest,
} from '../imap-backend.ts';
import { hasFlag } from '../search/search-evaluation.ts';
import type { MailboxChanges } from '../view/mailbox-view.ts';
import { UidSet } from '../view/uid-set.ts';

/** A message as the reference keeps it. */
export interface ReferenceMessage {
  readonly uid: number;
  modseq: number;
  flags: readonly string[];
  readonly internalDate: number;
  readonly savedDate: number;
  readonly emailId: string;
  readonly content: MessageContent & { readonly octets: MemoryOctets };
}

/**
 * One mailbox kept as plainly as can be: an array of messages and an array of what went. Slow and
 * obviously right, it is what faster stores are compared with.
 */
export class ReferenceMailbox {
  name: string;
  readonly mailboxId: string;
  readonly uidValidity: number;
  specialUse: readonly string[];
  messages: ReferenceMessage[] = [];
  readonly expunged: { readonly uid: number; readonly modseq: number }[] = [];
  uidNext = 1;
  highestModseq = 1;
  /** Messages from this UID on have not been \Recent to any session. */
  firstRecentUid = 1;
  readonly listeners = new Set<() => void>();

  constructor(given: {
    readonly name: string;
    readonly mailboxId: string;
    readonly uidValidity: number;
    readonly specialUse: readonly string[];
  }) {
    this.name = given.name;
    this.mailboxId = given.mailboxId;
    this.uidValidity = given.uidValidity;
    this.specialUse = given.specialUse;
  }

  /** One more change: everything it touches gets this MODSEQ. */
  nextModseq(): number {
    this.highestModseq++;
    queueMicrotask(() => {
      for (const listener of this.listeners) listener();
    });
    return this.highestModseq;
  }

  add(given: {
    readonly octets: Buffer;
    readonly flags: readonly string[];
    readonly internalDate: number;
    readonly savedDate: number;
    readonly emailId: string;
  }): ReferenceMessage {
    const { octets, flags, internalDate, savedDate, emailId } = given;
    const content = { index: indexMessage(octets), octets: new MemoryOctets(octets), head: octets };
    const uid = this.uidNext++;
    const modseq = this.nextModseq();
    const message = { uid, modseq, flags: sorted(flags), internalDate, savedDate, emailId, content };
    this.messages.push(message);
    return message;
  }

  snapshot(readOnly: boolean): MailboxSnapshot {
    const firstUnseen = this.messages.find((message) => !hasFlag(message.flags, '\\Seen'));
    const keywords = this.messages.flatMap(({ flags }) => flags.filter((flag) => !flag.startsWith('\\')));
    const firstRecentUid = this.firstRecentUid;
    if (!readOnly) this.firstRecentUid = this.uidNext;
    return {
      uidValidity: this.uidValidity,
      uidNext: this.uidNext,
      highestModseq: this.highestModseq,
      uids: this.uids(),
      keywords: distinctFlags(keywords),
      newKeywords: true,
      readOnly,
      mailboxId: this.mailboxId,
      firstRecentUid,
      ...(firstUnseen === undefined ? {} : { firstUnseenUid: firstUnseen.uid }),
    };
  }

  uids(): UidSet {
    return UidSet.of(this.messages.map(({ uid }) => uid));
  }

  among(uids: UidSet): readonly ReferenceMessage[] {
    return this.messages.filter(({ uid }) => uids.has(uid));
  }

  changes(sinceModseq: number): MailboxChanges | undefined {
    if (sinceModseq >= this.highestModseq) return undefined;
    const messages = this.messages.filter(({ modseq }) => modseq > sinceModseq);
    return { highestModseq: this.highestModseq, messages, vanished: this.vanishedSince(sinceModseq) };
  }

  vanishedSince(modseq: number): UidSet {
    return UidSet.of(this.expunged.filter((one) => one.modseq > modseq).map(({ uid }) => uid));
  }

  store({ uids, mode, flags, unchangedSince = Number.POSITIVE_INFINITY }: StoreRequest): StoreOutcome {
    const meant = this.among(uids);
    const fresh = meant.filter(({ modseq }) => modseq <= unchangedSince);
    const changed: number[] = [];
    let modseq = 0;
    for (const message of fresh) {
      const after = applied(message.flags, mode, flags);
      if (after.join(' ') === message.flags.join(' ')) continue;
      modseq ||= this.nextModseq();
      message.flags = after;
      message.modseq = modseq;
      changed.push(message.uid);
    }
    const modified = meant.filter((message) => !fresh.includes(message)).map(({ uid }) => uid);
    const messages = fresh.map((message) => ({ ...message }));
    return { messages, changed: UidSet.of(changed), modified: UidSet.of(modified) };
  }

  remove(uids: UidSet): void {
    const gone = this.among(uids);
    if (gone.length === 0) return;
    const modseq = this.nextModseq();
    for (const { uid } of gone) this.expunged.push({ uid, modseq });
    this.messages = this.messages.filter(({ uid }) => !uids.has(uid));
  }
}

export function shown(message: ReferenceMessage): FetchedMessage {
  const { uid, modseq, flags, internalDate, savedDate, emailId, content } = message;
  const sizeBytes = content.octets.size;
  const text = content.octets.buffer.toString('utf8', content.index.root.bodyStart);
  const preview = text.replace(/\s+/g, ' ').trim().slice(0, 200);
  return { uid, modseq, flags, internalDate, savedDate, emailId, content, sizeBytes, preview };
}

/** Flags as a set in which letter case does not count; the spelling met first stays. */
function applied(
  before: readonly string[],
  mode: StoreRequest['mode'],
  flags: readonly string[],
): readonly string[] {
  if (mode === 'set') {
    return sorted(
      flags.map((flag) => before.find((one) => one.toLowerCase() === flag.toLowerCase()) ?? flag),
    );
  }
  if (mode === 'add') return sorted(distinctFlags([...before, ...flags]));
  return before.filter((flag) => !hasFlag(flags, flag));
}

function sorted(flags: readonly string[]): readonly string[] {
  return [...distinctFlags(flags)].sort();
}
