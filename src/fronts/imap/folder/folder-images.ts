// SPDX-License-Identifier: EUPL-1.2
import type { FolderId, MailboxReader } from '../../../mailroom/mailboxes/mailbox-store.ts';
import { FolderImage } from './folder-image.ts';
import type { FolderWatch } from './folder-watch.ts';

interface Held {
  readonly image: FolderImage;
  readonly unwatch: () => void;
}

/** The images of the folders used last, up to so many messages in all. Sessions own none, so idle ones cost nothing. */
export class FolderImages {
  readonly #store: MailboxReader;
  readonly #watch: FolderWatch;
  readonly #messageLimit: number;
  /** Used longest ago first. */
  readonly #held = new Map<FolderId, Held>();
  readonly #loading = new Map<FolderId, Promise<FolderImage | undefined>>();

  constructor(options: {
    readonly store: MailboxReader;
    readonly watch: FolderWatch;
    readonly messageLimit: number;
  }) {
    this.#store = options.store;
    this.#watch = options.watch;
    this.#messageLimit = options.messageLimit;
  }

  /** The folder with all that is committed; undefined when it is gone. At once when it is in memory. */
  open(folder: FolderId): FolderImage | undefined | Promise<FolderImage | undefined> {
    const held = this.#held.get(folder);
    if (held === undefined) {
      const loading = this.#loading.get(folder) ?? this.#load(folder);
      // It may have become old while it was read.
      return loading.then((image) => (image === undefined ? undefined : this.#fresh(image)));
    }
    this.#held.delete(folder);
    this.#held.set(folder, held);
    return this.#fresh(held.image);
  }

  /** The folder with all that is committed, if it is in memory and not gone. */
  atHand(folder: FolderId): FolderImage | undefined {
    const held = this.#held.get(folder);
    return held === undefined ? undefined : this.#fresh(held.image);
  }

  #fresh(image: FolderImage): FolderImage | undefined {
    if (!image.stale) return image;
    if (image.refresh()) return image;
    this.#drop(image.folder);
    return undefined;
  }

  #load(id: FolderId): Promise<FolderImage | undefined> {
    const loading = this.#read(id).finally(() => this.#loading.delete(id));
    this.#loading.set(id, loading);
    return loading;
  }

  async #read(id: FolderId): Promise<FolderImage | undefined> {
    const folder = this.#store.findFolderById(id);
    if (folder === undefined) return undefined;
    let changed = false;
    let image: FolderImage | undefined;
    const unwatch = this.#watch.watch(id, () => {
      changed = true;
      if (image !== undefined) image.stale = true;
    });
    image = await FolderImage.load(this.#store, folder);
    if (image === undefined) {
      unwatch();
      return undefined;
    }
    image.stale = changed;
    this.#held.set(id, { image, unwatch });
    this.#makeRoom();
    return image;
  }

  #makeRoom(): void {
    let messages = 0;
    for (const { image } of this.#held.values()) messages += image.size;
    for (const id of this.#held.keys()) {
      if (messages <= this.#messageLimit || this.#held.size === 1) break;
      messages -= this.#held.get(id)?.image.size ?? 0;
      this.#drop(id);
    }
  }

  #drop(folder: FolderId): void {
    this.#held.get(folder)?.unwatch();
    this.#held.delete(folder);
  }
}
