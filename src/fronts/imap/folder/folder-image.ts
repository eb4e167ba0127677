// SPDX-License-Identifier: EUPL-1.2
import type { Folder, FolderId, MailboxReader } from '../../../mailroom/mailboxes/mailbox-store.ts';
import { distinctFlags } from '../../../wire/imap/grammar/flags.ts';
import type { MailboxChanges } from '../../../wire/imap/view/mailbox-view.ts';
import { UidSet } from '../../../wire/imap/view/uid-set.ts';
import { turnOfOthers } from '../turns.ts';
import { FolderNews } from './folder-news.ts';
import { type ImagedMessage, MessageColumns } from './message-columns.ts';

/** Messages read at once while an image is made; then others have their turn. */
const READ_AT_ONCE = 5000;

/** A folder's messages in memory, for all sessions that have it open: what SELECT, FETCH and SEARCH look at first. */
export class FolderImage {
  readonly folder: FolderId;
  readonly #store: MailboxReader;
  readonly #columns = new MessageColumns();
  readonly #news = new FolderNews();
  #uids = UidSet.EMPTY;
  #modseq = 0;
  #uidNext = 1;
  /** The first message without \Seen lies here or after. */
  #firstUnseenFrom = 0;
  /** A commit changed the folder since the image was last brought up to date. */
  stale = false;

  private constructor(store: MailboxReader, folder: FolderId) {
    this.#store = store;
    this.folder = folder;
  }

  /** Reads the folder, in pieces; undefined when it is gone. */
  static async load(store: MailboxReader, folder: Folder): Promise<FolderImage | undefined> {
    const image = new FolderImage(store, folder.id);
    // What changes while the pieces are read is taken in afterwards.
    image.#modseq = folder.highestModseq;
    for (let fromUid = 1; ; ) {
      const entries = store.listMessages(folder.id, { fromUid, limit: READ_AT_ONCE });
      for (const entry of entries) image.#columns.put(entry);
      const last = entries.at(-1);
      if (last === undefined || entries.length < READ_AT_ONCE) break;
      fromUid = last.uid + 1;
      await turnOfOthers();
    }
    image.#uids = image.#columns.uids();
    image.#uidNext = folder.uidNext;
    return image.refresh() ? image : undefined;
  }

  /** Takes in what was committed; false when the folder is gone. */
  refresh(): boolean {
    this.stale = false;
    return this.#store.atOnce(() => {
      const folder = this.#store.findFolderById(this.folder);
      if (folder === undefined) return false;
      if (folder.highestModseq > this.#modseq) this.#takeIn(folder);
      this.#modseq = folder.highestModseq;
      this.#uidNext = folder.uidNext;
      return true;
    });
  }

  #takeIn({ id, highestModseq }: Folder): void {
    const gone = this.#store.listExpunged(id, this.#modseq);
    const arrived: number[] = [];
    const messages = this.#store.listMessages(id, { changedSince: this.#modseq });
    for (const entry of messages) {
      if (!this.#uids.has(entry.uid)) arrived.push(entry.uid);
      this.#columns.put(entry);
      if (!entry.flags.includes('\\Seen')) {
        this.#firstUnseenFrom = Math.min(this.#firstUnseenFrom, this.#columns.lowerBound(entry.uid));
      }
    }
    if (arrived.length > 0) this.#uids = this.#uids.union(UidSet.of(arrived));
    // Told whole: a message that came and went between two readings may be known to somebody all the same.
    if (gone === undefined) this.#news.clear();
    else this.#news.add({ from: this.#modseq, to: highestModseq, messages, vanished: UidSet.of(gone) });
    const vanished = gone === undefined ? this.#missing(id) : UidSet.of(gone).intersect(this.#uids);
    if (vanished.isEmpty) return;
    this.#columns.remove(vanished);
    this.#uids = this.#uids.minus(vanished);
    this.#firstUnseenFrom = 0;
  }

  /** What is gone, when the store no longer knows what went when. */
  #missing(folder: FolderId): UidSet {
    return this.#uids.minus(UidSet.of(this.#store.listMessages(folder).map(({ uid }) => uid)));
  }

  /** All that happened after a MODSEQ up to the image's own; undefined when that lies too far back. */
  changesSince(modseq: number): MailboxChanges | undefined {
    return this.#news.since(modseq);
  }

  get size(): number {
    return this.#columns.size;
  }

  get uids(): UidSet {
    return this.#uids;
  }

  get modseq(): number {
    return this.#modseq;
  }

  get uidNext(): number {
    return this.#uidNext;
  }

  /** Keywords in use. */
  get keywords(): readonly string[] {
    const sets = this.#columns.flagSets();
    return distinctFlags(sets.flatMap((flags) => flags.filter((flag) => !flag.startsWith('\\'))));
  }

  /** The lowest UID without \Seen. */
  firstUnseen(): number | undefined {
    const columns = this.#columns;
    let place = this.#firstUnseenFrom;
    while (place < columns.size && columns.flagsAt(place).includes('\\Seen')) place++;
    this.#firstUnseenFrom = place;
    return place < columns.size ? columns.uidAt(place) : undefined;
  }

  /** Octets of the messages marked \\Deleted. */
  deletedBytes(): number {
    let bytes = 0;
    for (let place = 0; place < this.#columns.size; place++)
      if (this.#columns.flagsAt(place).includes('\\Deleted')) bytes += this.#columns.sizeAt(place);
    return bytes;
  }

  /** The messages among these UIDs, in UID order. */
  *messages(uids: UidSet): Generator<ImagedMessage> {
    for (const place of this.#places(uids)) yield this.#columns.at(place);
  }

  /** At most so many of the messages among these UIDs that come after one, in UID order. */
  batch(uids: UidSet, options: BatchOptions): readonly ImagedMessage[] {
    const { after, limit, changedSince = 0 } = options;
    const batch: ImagedMessage[] = [];
    for (const place of this.#places(uids, after)) {
      if (this.#columns.modseqAt(place) <= changedSince) continue;
      batch.push(this.#columns.at(place));
      if (batch.length === limit) break;
    }
    return batch;
  }

  *#places(uids: UidSet, after = 0): Generator<number> {
    const columns = this.#columns;
    for (const { first, last } of uids.ranges()) {
      if (last <= after) continue;
      let place = columns.lowerBound(Math.max(first, after + 1));
      for (; place < columns.size && columns.uidAt(place) <= last; place++) yield place;
    }
  }
}

export interface BatchOptions {
  /** Only UIDs above this one. */
  readonly after: number;
  readonly limit: number;
  /** Only messages with a higher MODSEQ. */
  readonly changedSince?: number;
}
