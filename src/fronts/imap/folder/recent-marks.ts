// SPDX-License-Identifier: EUPL-1.2
import type { FolderId } from '../../../mailroom/mailboxes/mailbox-store.ts';

/** Folders remembered; of one forgotten, every message is \Recent once more (RFC 3501 section 2.3.2). */
const REMEMBERED = 200_000;

/**
 * Which messages no session was told of yet: those are \Recent to the next one that opens the folder for
 * writing. IMAP4rev2 knows no \Recent; what is here lives as long as the process.
 */
export class RecentMarks {
  readonly #first = new Map<FolderId, number>();

  /** The lowest UID that is \Recent. */
  first(folder: FolderId): number {
    return this.#first.get(folder) ?? 1;
  }

  /** The same, for a session that has the folder for itself from now on: messages below `uidNext` are taken. */
  take(folder: FolderId, uidNext: number): number {
    const first = this.first(folder);
    if (first !== uidNext) {
      this.#first.delete(folder);
      this.#first.set(folder, uidNext);
    }
    for (const oldest of this.#first.keys()) {
      if (this.#first.size <= REMEMBERED) break;
      this.#first.delete(oldest);
    }
    return first;
  }
}
