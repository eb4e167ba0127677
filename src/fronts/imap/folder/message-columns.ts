// SPDX-License-Identifier: EUPL-1.2
import type { ContentId } from '../../../mailroom/contents/content-store.ts';
import { emailIdOf, type MessageEntry } from '../../../mailroom/mailboxes/mailbox-store.ts';
import { UidSet } from '../../../wire/imap/view/uid-set.ts';

/** A message of a folder as its image holds it: what FETCH tells without its content. */
export class ImagedMessage {
  readonly uid: number;
  readonly modseq: number;
  readonly flags: readonly string[];
  readonly sizeBytes: number;
  /** INTERNALDATE. */
  readonly internalDate: number;
  readonly savedDate: number;
  readonly contentId: ContentId;
  readonly counted: boolean;

  constructor(message: Omit<ImagedMessage, 'emailId'>) {
    this.uid = message.uid;
    this.modseq = message.modseq;
    this.flags = message.flags;
    this.sizeBytes = message.sizeBytes;
    this.internalDate = message.internalDate;
    this.savedDate = message.savedDate;
    this.contentId = message.contentId;
    this.counted = message.counted;
  }

  get emailId(): string {
    return emailIdOf(this.contentId);
  }
}

const COUNTED = 0x8000_0000;

/** The messages of a folder in UID order, one typed array for each of their properties: 44 octets a message. */
export class MessageColumns {
  #size = 0;
  #uids = new Uint32Array(16);
  #modseqs = new Float64Array(16);
  #contents = new Float64Array(16);
  #sizes = new Uint32Array(16);
  #received = new Float64Array(16);
  #saved = new Float64Array(16);
  /** Number of the set of flags; the highest bit is set for what counts against the quota. */
  #flags = new Uint32Array(16);
  readonly #flagSets: (readonly string[])[] = [];
  /** Messages with each set of flags. */
  readonly #flagUses: number[] = [];
  readonly #flagNumbers = new Map<string, number>();

  get size(): number {
    return this.#size;
  }

  /** Place of the first message with that UID or a higher one. */
  lowerBound(uid: number): number {
    let low = 0;
    let high = this.#size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#uids[middle] ?? 0) < uid) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  uidAt(place: number): number {
    return this.#uids[place] ?? 0;
  }

  contentAt(place: number): ContentId {
    return this.#contents[place] ?? 0;
  }

  sizeAt(place: number): number {
    return this.#sizes[place] ?? 0;
  }

  modseqAt(place: number): number {
    return this.#modseqs[place] ?? 0;
  }

  flagsAt(place: number): readonly string[] {
    return this.#flagSets[(this.#flags[place] ?? 0) & ~COUNTED] ?? [];
  }

  at(place: number): ImagedMessage {
    return new ImagedMessage({
      uid: this.#uids[place] ?? 0,
      modseq: this.#modseqs[place] ?? 0,
      flags: this.flagsAt(place),
      sizeBytes: this.#sizes[place] ?? 0,
      internalDate: this.#received[place] ?? 0,
      savedDate: this.#saved[place] ?? 0,
      contentId: this.#contents[place] ?? 0,
      counted: ((this.#flags[place] ?? 0) & COUNTED) !== 0,
    });
  }

  /** Takes in a message as it is now, new or known; new ones are cheap when their UID is the highest. */
  put(entry: MessageEntry): void {
    const place = this.lowerBound(entry.uid);
    if (this.#uids[place] === entry.uid && place < this.#size) this.#countFlags(place, -1);
    else this.#makeRoom(place);
    this.#uids[place] = entry.uid;
    this.#modseqs[place] = entry.modseq;
    this.#contents[place] = entry.content;
    this.#sizes[place] = entry.sizeBytes;
    this.#received[place] = entry.receivedAt;
    this.#saved[place] = entry.savedAt;
    this.#flags[place] = (this.#numberOf(entry.flags) | (entry.counted ? COUNTED : 0)) >>> 0;
    this.#countFlags(place, 1);
  }

  remove(gone: UidSet): void {
    let kept = 0;
    let next = 0;
    const keep = (until: number): void => {
      if (kept !== next) for (const column of this.#columns()) column.copyWithin(kept, next, until);
      kept += until - next;
    };
    for (const { first, last } of gone.ranges()) {
      const start = this.lowerBound(first);
      keep(start);
      next = this.lowerBound(last + 1);
      for (let place = start; place < next; place++) this.#countFlags(place, -1);
    }
    keep(this.#size);
    this.#size = kept;
  }

  /** Every set of flags in use. */
  flagSets(): readonly (readonly string[])[] {
    return this.#flagSets.filter((_, number) => (this.#flagUses[number] ?? 0) > 0);
  }

  #countFlags(place: number, by: 1 | -1): void {
    const number = (this.#flags[place] ?? 0) & ~COUNTED;
    this.#flagUses[number] = (this.#flagUses[number] ?? 0) + by;
  }

  uids(): UidSet {
    return UidSet.of(this.#uids.subarray(0, this.#size));
  }

  #numberOf(flags: readonly string[]): number {
    const text = flags.join(' ');
    const known = this.#flagNumbers.get(text);
    if (known !== undefined) return known;
    this.#flagSets.push(flags);
    this.#flagNumbers.set(text, this.#flagSets.length - 1);
    return this.#flagSets.length - 1;
  }

  #columns() {
    return [
      this.#uids,
      this.#modseqs,
      this.#contents,
      this.#sizes,
      this.#received,
      this.#saved,
      this.#flags,
    ] as const;
  }

  #makeRoom(place: number): void {
    if (this.#size === this.#uids.length) this.#grow();
    if (place < this.#size)
      for (const column of this.#columns()) column.copyWithin(place + 1, place, this.#size);
    this.#size++;
  }

  #grow(): void {
    const capacity = Math.ceil(this.#size * 1.5) + 16;
    const longer = <Column extends Uint32Array | Float64Array>(column: Column, empty: Column): Column => {
      empty.set(column);
      return empty;
    };
    this.#uids = longer(this.#uids, new Uint32Array(capacity));
    this.#modseqs = longer(this.#modseqs, new Float64Array(capacity));
    this.#contents = longer(this.#contents, new Float64Array(capacity));
    this.#sizes = longer(this.#sizes, new Uint32Array(capacity));
    this.#received = longer(this.#received, new Float64Array(capacity));
    this.#saved = longer(this.#saved, new Float64Array(capacity));
    this.#flags = longer(this.#flags, new Uint32Array(capacity));
  }
}
