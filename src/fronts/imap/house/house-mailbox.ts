// SPDX-License-Identifier: EUPL-1.2
import type { Folder, FolderId, MailboxId } from '../../../mailroom/mailboxes/mailbox-store.ts';
import type { Condition } from '../../../mailroom/steps/step-store.ts';
import { passCommitPoint } from '../../../platform/commit-points.ts';
import {
  type CopyOutcome,
  type FetchedMessage,
  type FetchRequest,
  type ImapMailbox,
  type MailboxSnapshot,
  type OrderingFacts,
  Refusal,
  type StoreOutcome,
  type StoreRequest,
} from '../../../wire/imap/imap-backend.ts';
import type { ResolvedSearchKey } from '../../../wire/imap/search/resolved-search-key.ts';
import type { MailboxChanges } from '../../../wire/imap/view/mailbox-view.ts';
import { UidSet } from '../../../wire/imap/view/uid-set.ts';
import type { FolderImage } from '../folder/folder-image.ts';
import { fetchMessages } from './fetching.ts';
import { commit, type ImapHouse, mailboxIdOf } from './imap-house.ts';
import { orderingFacts } from './ordering.ts';
import { searchFolder } from './searching.ts';

/** UIDs whose flags one commit changes: larger sets take several, so that others get their turn. */
const STORED_AT_ONCE = 2000;

/** A folder selected by one session. */
export class HouseMailbox implements ImapMailbox {
  readonly snapshot: MailboxSnapshot;
  readonly #house: ImapHouse;
  readonly #mailbox: MailboxId;
  readonly #folder: FolderId;
  readonly #stops = new Set<() => void>();
  #gone = false;

  constructor(
    house: ImapHouse,
    opened: {
      readonly mailbox: MailboxId;
      readonly folder: Folder;
      readonly image: FolderImage;
      readonly readOnly: boolean;
    },
  ) {
    const { folder, image, readOnly } = opened;
    this.#house = house;
    this.#mailbox = opened.mailbox;
    this.#folder = folder.id;
    const firstUnseenUid = image.firstUnseen();
    this.snapshot = {
      uidValidity: folder.uidValidity,
      uidNext: image.uidNext,
      highestModseq: image.modseq,
      uids: image.uids,
      ...(firstUnseenUid === undefined ? {} : { firstUnseenUid }),
      keywords: image.keywords,
      newKeywords: true,
      readOnly,
      mailboxId: mailboxIdOf(folder),
      firstRecentUid: this.#takeRecent(image.uidNext, readOnly),
    };
  }

  changes(sinceModseq: number): MailboxChanges | undefined {
    const { store, images } = this.#house;
    const image = images.atHand(this.#folder);
    if (image !== undefined && image.modseq <= sinceModseq) return undefined;
    const known = image?.changesSince(sinceModseq);
    if (image !== undefined && known !== undefined)
      return { ...known, firstRecentUid: this.#takeRecent(image.uidNext, this.snapshot.readOnly) };
    return store.atOnce(() => {
      const folder = store.findFolderById(this.#folder);
      if (folder === undefined) return this.#allGone(sinceModseq);
      if (folder.highestModseq <= sinceModseq) return undefined;
      const vanished = store.listExpunged(folder.id, sinceModseq);
      return {
        highestModseq: folder.highestModseq,
        messages: store.listMessages(folder.id, { changedSince: sinceModseq }),
        vanished: vanished === undefined ? this.#missing(folder) : UidSet.of(vanished),
        firstRecentUid: this.#takeRecent(folder.uidNext, this.snapshot.readOnly),
      };
    });
  }

  /** RFC 9051 leaves open what becomes of a selected mailbox that another session deletes: its messages go. */
  #allGone(sinceModseq: number): MailboxChanges | undefined {
    if (this.#gone) return undefined;
    this.#gone = true;
    const vanished = UidSet.ofRanges([{ first: 1, last: Number.POSITIVE_INFINITY }]);
    return { highestModseq: sinceModseq + 1, messages: [], vanished };
  }

  /** All UIDs ever given but for those there are, when the store no longer knows what went when. */
  #missing({ id, uidNext }: Folder): UidSet {
    const present = UidSet.of(this.#house.store.listMessages(id).map(({ uid }) => uid));
    return UidSet.ofRanges([{ first: 1, last: uidNext - 1 }]).minus(present);
  }

  #takeRecent(uidNext: number, readOnly: boolean): number {
    const { recent } = this.#house;
    return readOnly ? recent.first(this.#folder) : recent.take(this.#folder, uidNext);
  }

  vanishedSince(modseq: number): UidSet | undefined {
    if (this.#gone) return UidSet.EMPTY;
    const gone = this.#house.store.listExpunged(this.#folder, modseq);
    return gone === undefined ? undefined : UidSet.of(gone);
  }

  fetch(request: FetchRequest): AsyncIterable<readonly FetchedMessage[]> {
    return fetchMessages(this.#house, { mailbox: this.#mailbox, folder: this.#folder }, request);
  }

  async store(request: StoreRequest): Promise<StoreOutcome | Refusal> {
    const { mode, flags, unchangedSince } = request;
    // A folder that another session deleted has no messages to change.
    if ((await this.#house.images.open(this.#folder)) === undefined)
      return { messages: [], changed: UidSet.EMPTY, modified: UidSet.EMPTY };
    const condition = unchangedSince === undefined ? {} : { unchangedSince };
    const changed: number[] = [];
    const modified: number[] = [];
    const named = [...request.uids];
    for (let at = 0; at < named.length; at += STORED_AT_ONCE) {
      const uids = named.slice(at, at + STORED_AT_ONCE);
      const acts = [{ do: 'set-flags', folder: this.#folder, uids, mode, flags, ...condition }] as const;
      const outcome = await commit(this.#house, { blobs: [], contents: [], parts: [{ acts }] });
      if (outcome instanceof Refusal) return outcome;
      const [part] = outcome.parts;
      const [result] = part?.done === true ? part.results : [];
      if (result?.gave !== 'flags') continue;
      changed.push(...result.changed);
      modified.push(...result.refused);
    }
    const refused = UidSet.of(modified);
    const image = await this.#house.images.open(this.#folder);
    const messages = [...(image?.messages(request.uids.minus(refused)) ?? [])];
    return { messages, changed: UidSet.of(changed), modified: refused };
  }

  async search(key: ResolvedSearchKey, within: UidSet): Promise<UidSet | Refusal> {
    const image = await this.#house.images.open(this.#folder);
    if (image === undefined) return UidSet.EMPTY;
    return searchFolder(this.#house, { mailbox: this.#mailbox, image, key, within });
  }

  async orderingFacts(uids: UidSet): Promise<readonly OrderingFacts[]> {
    const image = await this.#house.images.open(this.#folder);
    return image === undefined ? [] : orderingFacts(this.#house, this.#mailbox, [...image.messages(uids)]);
  }

  copy(uids: UidSet, name: string): Promise<CopyOutcome | Refusal> {
    return this.#copy(uids, { name, move: false });
  }

  move(uids: UidSet, name: string): Promise<CopyOutcome | Refusal> {
    return this.#copy(uids, { name, move: true });
  }

  async #copy(
    uids: UidSet,
    to: { readonly name: string; readonly move: boolean },
  ): Promise<CopyOutcome | Refusal> {
    const { store, images, clock, texts } = this.#house;
    const target = store.findFolder(this.#mailbox, to.name);
    // RFC 9051 section 6.4.7
    if (target === undefined) return new Refusal(texts.noSuchMailbox, 'TRYCREATE');
    const messages = [...((await images.open(this.#folder))?.messages(uids) ?? [])];
    if (messages.length === 0) return { uidValidity: target.uidValidity, from: [], to: [] };
    const act = {
      do: 'copy',
      folder: this.#folder,
      uids: messages.map(({ uid }) => uid),
      to: target.id,
      savedAt: clock.now(),
      move: to.move,
    } as const;
    // What is only moved takes no more room, and a copy of a receipt counts as little as the receipt.
    const sizeBytes = messages.reduce((sum, one) => sum + (one.counted && !to.move ? one.sizeBytes : 0), 0);
    const room: Condition = { is: 'room', mailbox: this.#mailbox, sizeBytes };
    const parts = [{ acts: [act], ...(sizeBytes > 0 ? { onlyIf: [room] } : {}) }];
    const outcome = await commit(this.#house, { blobs: [], contents: [], parts });
    if (outcome instanceof Refusal) return outcome;
    const [part] = outcome.parts;
    if (part?.done !== true) return new Refusal(texts.full, 'OVERQUOTA');
    const [result] = part.results;
    if (result?.gave !== 'copied') return { uidValidity: target.uidValidity, from: [], to: [] };
    return { uidValidity: result.uidValidity, from: result.from, to: result.to };
  }

  async expunge(uids: UidSet): Promise<Refusal | undefined> {
    const image = await this.#house.images.open(this.#folder);
    const deleted: number[] = [];
    for (const { uid, flags } of image?.messages(uids) ?? [])
      if (flags.includes('\\Deleted')) deleted.push(uid);
    if (deleted.length === 0) return undefined;
    const acts = [{ do: 'expunge', folder: this.#folder, uids: deleted }] as const;
    const outcome = await commit(this.#house, { blobs: [], contents: [], parts: [{ acts }] });
    passCommitPoint('removal-committed');
    return outcome instanceof Refusal ? outcome : undefined;
  }

  onChange(listener: () => void): () => void {
    const unwatch = this.#house.watch.watch(this.#folder, listener);
    const stop = (): void => {
      unwatch();
      this.#stops.delete(stop);
    };
    this.#stops.add(stop);
    return stop;
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }
}
