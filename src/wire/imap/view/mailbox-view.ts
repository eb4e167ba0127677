// SPDX-License-Identifier: EUPL-1.2
import { HIGHEST, type SequenceSet } from '../grammar/sequence-set.ts';
import { UidSet } from './uid-set.ts';

/** A message's changing part. */
export interface FlagState {
  readonly uid: number;
  readonly modseq: number;
  /** System flags with backslash, keywords bare; without \Recent. */
  readonly flags: readonly string[];
}

/** What happened in a mailbox after some MODSEQ. */
export interface MailboxChanges {
  /** Highest MODSEQ given in the mailbox; what follows is all up to there. */
  readonly highestModseq: number;
  /** Messages that came or whose flags changed, in their present state, in any order. */
  readonly messages: readonly FlagState[];
  /** Messages that are gone. */
  readonly vanished: UidSet;
  /** Arrivals from this UID on are \Recent to this session alone (RFC 3501). */
  readonly firstRecentUid?: number;
}

/** What the client is to be told now, in this order. */
export interface MailboxNews {
  /** Gone messages, with their sequence numbers in descending order: each holds whatever came before. */
  readonly expunged: { readonly uids: UidSet; readonly sequence: readonly number[] };
  /** The new number of messages, when it grew. */
  readonly exists?: number;
  readonly recent?: number;
  /** Messages whose flags changed; their sequence numbers hold after all of the above. */
  readonly changed: readonly FlagState[];
}

/**
 * One session's view of its selected mailbox: the messages it was told of, by sequence number and UID,
 * and what it was not told yet. RFC 9051 sections 5.2, 5.5 and 7.5.1.
 */
export class MailboxView {
  /** The messages the client knows, in sequence order; those gone but not told as gone included. */
  #uids: UidSet;
  #modseq: number;
  /** Gone, and the client does not know. */
  #vanished = UidSet.EMPTY;
  /** Come, and the client does not know. */
  #arrived = UidSet.EMPTY;
  /** Changed, and the client does not know. */
  readonly #changed = new Map<number, FlagState>();
  /** The MODSEQ of changes this session made and was told of; the mailbox reports them once more. */
  readonly #told = new Map<number, number>();
  #saved = UidSet.EMPTY;
  #recent: UidSet;

  constructor(snapshot: {
    readonly uids: UidSet;
    readonly highestModseq: number;
    readonly firstRecentUid?: number;
  }) {
    this.#uids = snapshot.uids;
    this.#modseq = snapshot.highestModseq;
    this.#recent = from(snapshot.uids, snapshot.firstRecentUid);
  }

  get uids(): UidSet {
    return this.#uids;
  }

  /** Number of messages as the client knows it. */
  get exists(): number {
    return this.#uids.size;
  }

  get recent(): UidSet {
    return this.#recent;
  }

  /** Changes up to this MODSEQ have been taken in. */
  get modseq(): number {
    return this.#modseq;
  }

  /** Messages that are gone though the client still counts them. */
  get vanished(): UidSet {
    return this.#vanished;
  }

  /** Sequence number of a message, 0 when the client does not know it. */
  sequenceOf(uid: number): number {
    return this.#uids.indexOf(uid) + 1;
  }

  /** The messages of a set of sequence numbers; undefined when one of them does not exist. */
  resolveSequence(set: SequenceSet): UidSet | undefined {
    if (set.saved) return this.saved;
    const parts: { first: number; last: number }[] = [];
    for (const range of set.ranges) {
      const first = range.first === HIGHEST ? this.exists : range.first;
      const last = range.last === HIGHEST ? this.exists : range.last;
      // `*` in a mailbox without messages names none (RFC 9051 section 9, seq-number).
      if (this.exists === 0 && range.last === HIGHEST) continue;
      if (Math.max(first, last) > this.exists) return undefined;
      const firstUid = this.#uids.at(Math.min(first, last) - 1);
      const lastUid = this.#uids.at(Math.max(first, last) - 1);
      if (firstUid !== undefined && lastUid !== undefined) parts.push({ first: firstUid, last: lastUid });
    }
    return UidSet.ofRanges(parts).intersect(this.#uids);
  }

  /** The messages of a set of UIDs; UIDs that do not exist are left out. */
  resolveUids(set: SequenceSet): UidSet {
    if (set.saved) return this.saved;
    const highest = this.#uids.highest;
    const ranges = set.ranges.map(({ first, last }) => {
      const a = first === HIGHEST ? highest : first;
      const b = last === HIGHEST ? highest : last;
      return { first: Math.min(a, b), last: Math.max(a, b) };
    });
    return UidSet.ofRanges(ranges).intersect(this.#uids);
  }

  /** `$`, the saved result (RFC 5182); what is gone is no longer in it. */
  get saved(): UidSet {
    return this.#saved;
  }

  save(uids: UidSet): void {
    this.#saved = uids.intersect(this.#uids);
  }

  /** Notes that the client was told of a change of this session's own, so that it is not told twice. */
  noteTold(uid: number, modseq: number): void {
    this.#told.set(uid, modseq);
    const pending = this.#changed.get(uid);
    if (pending !== undefined && pending.modseq <= modseq) this.#changed.delete(uid);
  }

  /** Notes that the client is told of a message's present flags, so that a pending change needs no telling. */
  noteFetched(message: FlagState): void {
    const pending = this.#changed.get(message.uid);
    if (pending !== undefined && pending.modseq <= message.modseq) this.#changed.delete(message.uid);
  }

  /** Takes in what happened; nothing is told yet. */
  apply(changes: MailboxChanges): void {
    const arrived: number[] = [];
    for (const message of changes.messages) {
      if (!this.#uids.has(message.uid)) arrived.push(message.uid);
      else if (message.modseq > (this.#told.get(message.uid) ?? 0)) this.#changed.set(message.uid, message);
    }
    this.#told.clear();
    if (arrived.length > 0) {
      this.#arrived = this.#arrived.union(UidSet.of(arrived));
      this.#recent = this.#recent.union(from(UidSet.of(arrived), changes.firstRecentUid));
    }
    if (!changes.vanished.isEmpty) this.#applyVanished(changes.vanished);
    this.#modseq = Math.max(this.#modseq, changes.highestModseq);
  }

  #applyVanished(vanished: UidSet): void {
    this.#arrived = this.#arrived.minus(vanished);
    this.#recent = this.#recent.minus(vanished);
    this.#saved = this.#saved.minus(vanished);
    const gone = vanished.intersect(this.#uids);
    this.#vanished = this.#vanished.union(gone);
    if (this.#changed.size > 0) for (const uid of gone) this.#changed.delete(uid);
  }

  /** Whether there is anything to tell. */
  hasNews(options: { readonly expunge: boolean }): boolean {
    return !this.#arrived.isEmpty || this.#changed.size > 0 || (options.expunge && !this.#vanished.isEmpty);
  }

  /**
   * What the client is to be told now; from here on the view is what the client knows. `expunge` must
   * be false while a command runs that names messages by sequence number, and while none runs.
   */
  takeNews(options: { readonly expunge: boolean }): MailboxNews {
    const expunged = options.expunge ? this.#takeExpunged() : { uids: UidSet.EMPTY, sequence: [] };
    const changed = [...this.#changed.values()].sort((a, b) => a.uid - b.uid);
    this.#changed.clear();
    return { expunged, changed, ...this.takeArrivals() };
  }

  /** The new numbers of messages when some came; a part of the news that may be told at any time. */
  takeArrivals(): Pick<MailboxNews, 'exists' | 'recent'> {
    if (this.#arrived.isEmpty) return {};
    this.#uids = this.#uids.union(this.#arrived);
    this.#arrived = UidSet.EMPTY;
    return { exists: this.exists, recent: this.#recent.size };
  }

  #takeExpunged(): MailboxNews['expunged'] {
    const uids = this.#vanished;
    if (uids.isEmpty) return { uids, sequence: [] };
    const sequence = [...uids].map((uid) => this.sequenceOf(uid)).reverse();
    this.#uids = this.#uids.minus(uids);
    this.#vanished = UidSet.EMPTY;
    return { uids, sequence };
  }
}

function from(uids: UidSet, first: number | undefined): UidSet {
  return first === undefined ? UidSet.EMPTY : uids.slice(uids.countBelow(first), uids.size);
}
