// SPDX-License-Identifier: EUPL-1.2
import { closeSync, type FSWatcher, openSync, readSync, watch } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Tells the Message-ID of each message whose journey has ended, and when. */
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
  readonly #db: DatabaseSync;
  readonly #version;
  readonly #folders;
  readonly #slices;
  readonly #octets;
  readonly #seen = new Map<number, number>();
  readonly #timer: NodeJS.Timeout;
  #lastVersion = -1;

  constructor(storeFile: string, senders: readonly string[]) {
    this.#db = new DatabaseSync(storeFile, { readOnly: true, timeout: 5000 });
    const places = senders.map(() => '?').join(',');
    const inboxes = this.#db.prepare(
      `SELECT f.id FROM folders f JOIN mailboxes m ON m.id = f.mailbox
       WHERE f.name = 'INBOX' AND m.address IN (${places})`,
    );
    const ids = inboxes.all(...senders).map(({ id }) => Number(id));
    if (ids.length !== senders.length)
      throw new Error(`${ids.length} of ${senders.length} mailboxes are there`);
    this.#version = this.#db.prepare('PRAGMA data_version');
    this.#folders = this.#db.prepare(`SELECT id, uidNext FROM folders WHERE id IN (${ids.join(',')})`);
    this.#slices = this.#db.prepare(
      `SELECT c.slices FROM messages m JOIN contents c ON c.id = m.content
       WHERE m.folder = ? AND m.uid >= ? AND m.uid < ?`,
    );
    this.#octets = this.#db.prepare(
      `SELECT substr(octets, ? + 1, min(?, ${HEAD_BYTES})) AS octets FROM blobOctets WHERE id = ?`,
    );
    for (const { id, uidNext } of this.#folders.all()) this.#seen.set(Number(id), Number(uidNext));
    this.#timer = setInterval(() => this.#look(), POLL_MS);
  }

  #look(): void {
    const version = Number(this.#version.get()?.data_version);
    if (version === this.#lastVersion) return;
    this.#lastVersion = version;
    for (const { id, uidNext } of this.#folders.all()) {
      const from = this.#seen.get(Number(id)) ?? 1;
      const to = Number(uidNext);
      if (to === from) continue;
      this.#seen.set(Number(id), to);
      const at = performance.now();
      for (const { slices } of this.#slices.all(Number(id), from, to)) {
        const text = this.#head(String(slices));
        const messageId = DELIVERY_RECEIPT.test(text) ? REFERENCE.exec(text)?.[1] : undefined;
        if (messageId !== undefined) this.onArrival(messageId, at);
      }
    }
  }

  /** The start of a content, which the store keeps as slices of blobs. */
  #head(slices: string): string {
    let text = '';
    for (const [blob, offset, length] of JSON.parse(slices) as [number, number, number][]) {
      const octets = this.#octets.get(offset, length, blob)?.octets;
      text += octets === undefined ? '' : Buffer.from(octets as Uint8Array).toString('latin1');
      if (text.length >= HEAD_BYTES) break;
    }
    return text;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#db.close();
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
