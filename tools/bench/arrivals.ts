// SPDX-License-Identifier: EUPL-1.2
import { closeSync, type FSWatcher, openSync, readSync, watch } from 'node:fs';
import { dirname, join } from 'node:path';
import { BlobFiles } from '../../src/engines/blobs/blobs.ts';
import { type Database, openDatabase } from '../../src/engines/sqlite/driver.ts';
import { SqliteReaders } from '../../src/engines/sqlite/readers/sqlite-readers.ts';
import type { ContentId } from '../../src/mailroom/contents/content-store.ts';
import type { FolderId } from '../../src/mailroom/mailboxes/mailbox-store.ts';

/** Tells the Message-ID of each message that has come to a recipient, once for each of them, and when. */
export interface Arrivals extends Disposable {
  onArrival: (messageId: string, atMs: number) => void;
}

const POLL_MS = 1;
const HEAD_BYTES = 8192;
const DELIVERY_RECEIPT = /^X-Ricevuta:\s*avvenuta-consegna\r?$/im;
const REFERENCE = /^X-Riferimento-Message-ID:\s*(<[^>]*>)/im;
const MESSAGE_ID = /^Message-ID:\s*(<[^>]*>)/im;

/**
 * Delivery receipts in the INBOX of senders, seen in the file of their provider's store: what can be read
 * there is committed, and looking costs the provider nothing.
 */
export class ReceiptArrivals implements Arrivals {
  onArrival: Arrivals['onArrival'] = () => undefined;
  readonly #db: Database;
  readonly #store: SqliteReaders;
  readonly #version;
  readonly #folders;
  readonly #seen = new Map<FolderId, number>();
  readonly #timer: NodeJS.Timeout;
  #lastVersion = -1;

  constructor(storeFile: string, senders: readonly string[]) {
    this.#db = openDatabase(storeFile, { readOnly: true });
    this.#store = new SqliteReaders(this.#db, new BlobFiles(join(dirname(storeFile), 'blobs'), () => true));
    const ids = senders.map((address) => {
      const mailbox = this.#store.findMailbox(address);
      const inbox = mailbox && this.#store.findFolder(mailbox.id, 'INBOX');
      if (inbox === undefined) throw new Error(`${address} has no mailbox`);
      return inbox.id;
    });
    this.#version = this.#db.prepare<{ data_version: number }>('PRAGMA data_version');
    this.#folders = this.#db.prepareTuples<readonly [id: number, uidNext: number]>(
      `SELECT id, uidNext FROM folders WHERE id IN (${ids.join(',')})`,
    );
    for (const [id, uidNext] of this.#folders.all()) this.#seen.set(id, uidNext);
    this.#timer = setInterval(() => this.#look(), POLL_MS);
  }

  #look(): void {
    const version = this.#version.get()?.data_version ?? 0;
    if (version === this.#lastVersion) return;
    this.#lastVersion = version;
    for (const [id, uidNext] of this.#folders.all()) {
      const fromUid = this.#seen.get(id) ?? 1;
      if (uidNext === fromUid) continue;
      this.#seen.set(id, uidNext);
      const at = performance.now();
      for (const { content } of this.#store.listMessages(id, { fromUid, toUid: uidNext - 1 }))
        void this.#read(content, at);
    }
  }

  async #read(content: ContentId, at: number): Promise<void> {
    const octets = this.#store.findContent(content)?.octets;
    if (octets === undefined) return;
    const text = (await octets.read(0, Math.min(octets.size, HEAD_BYTES))).toString('latin1');
    const messageId = DELIVERY_RECEIPT.test(text) ? REFERENCE.exec(text)?.[1] : undefined;
    if (messageId !== undefined) this.onArrival(messageId, at);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#db[Symbol.dispose]();
  }
}

/** Messages in maildirs: those that appear in `new`. */
export class MaildirArrivals implements Arrivals {
  onArrival: Arrivals['onArrival'] = () => undefined;
  readonly #watchers: readonly FSWatcher[];
  readonly #seen = new Set<string>();

  constructor(maildirs: readonly string[]) {
    this.#watchers = maildirs.map((maildir) => {
      const fresh = join(maildir, 'new');
      return watch(fresh, (_, name) => {
        if (name !== null) this.#look(join(fresh, name));
      });
    });
  }

  #look(path: string): void {
    if (this.#seen.has(path)) return;
    this.#seen.add(path);
    const at = performance.now();
    const messageId = MESSAGE_ID.exec(headOf(path))?.[1];
    if (messageId !== undefined) this.onArrival(messageId, at);
  }

  [Symbol.dispose](): void {
    for (const watcher of this.#watchers) watcher.close();
  }
}

function headOf(path: string): string {
  const head = Buffer.alloc(HEAD_BYTES);
  const file = openSync(path, 'r');
  try {
    return head.toString('latin1', 0, readSync(file, head, 0, HEAD_BYTES, 0));
  } finally {
    closeSync(file);
  }
}
