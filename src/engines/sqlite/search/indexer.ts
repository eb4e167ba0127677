// SPDX-License-Identifier: EUPL-1.2
import type { ContentId } from '../../../mailroom/contents/content-store.ts';
import type { MailboxId } from '../../../mailroom/mailboxes/mailbox-store.ts';
import type { CardDerivation, ContentCard } from '../../../mailroom/search/search-store.ts';
import { passCommitPoint } from '../../../platform/commit-points.ts';
import type { Database } from '../driver.ts';
import type { SqliteReaders } from '../readers/sqlite-readers.ts';
import { contentOf, firstRow, lastRow, rowOf } from './search-schema.ts';
import { trigramWords } from './trigrams.ts';

/** Cards put into the index with one transaction. */
const WRITTEN_AT_ONCE = 250;

type MailboxState = readonly [id: MailboxId, modseq: number, totalBytes: number];

/** Puts into the index what came to mailboxes, and takes out what is gone. */
export class Indexer implements Disposable {
  readonly #store: SqliteReaders;
  readonly #index: Database;
  readonly #derive: CardDerivation;
  readonly #upTo;
  readonly #setUpTo;
  readonly #has;
  readonly #putFacts;
  readonly #putDetails;
  readonly #putTrigrams;
  readonly #indexedRows;
  readonly #deleteFacts;
  readonly #deleteDetails;
  readonly #deleteTrigrams;
  readonly #changedContents;
  readonly #states;
  readonly #state;
  readonly #done;
  readonly #setDone;
  /** Not written yet: what came to several mailboxes costs little more to write than what came to one. */
  #cards: { readonly row: number; readonly card: ContentCard }[] = [];
  /** How far mailboxes are indexed once that is written. */
  readonly #reached = new Map<MailboxId, number>();
  /** What mailboxes were like for which nothing is left to do once that is written. */
  readonly #finished = new Map<MailboxId, MailboxState>();

  constructor(parts: {
    readonly store: SqliteReaders;
    /** The connection that `store` reads with. */
    readonly reading: Database;
    readonly index: Database;
    readonly derive: CardDerivation;
  }) {
    const { index, reading } = parts;
    this.#store = parts.store;
    this.#index = index;
    this.#derive = parts.derive;
    this.#upTo = index.prepare<{ upTo: number }>(
      'SELECT indexedUpTo AS upTo FROM mailboxes WHERE mailbox = ?',
    );
    this.#setUpTo = index.prepare(
      `INSERT INTO mailboxes (mailbox, indexedUpTo) VALUES (?1, ?2)
       ON CONFLICT (mailbox) DO UPDATE SET indexedUpTo = ?2`,
    );
    this.#has = index.prepare<{ id: number }>('SELECT id FROM facts WHERE id = ?');
    this.#putFacts = index.prepare('INSERT INTO facts (id, envelope, ordering, preview) VALUES (?, ?, ?, ?)');
    this.#putDetails = index.prepare('INSERT INTO details (id, structure, header) VALUES (?, ?, ?)');
    this.#putTrigrams = index.prepare('INSERT INTO trigrams (rowid, words) VALUES (?, ?)');
    this.#indexedRows = index.prepareTuples<readonly [id: number]>(
      'SELECT id FROM facts WHERE id BETWEEN ? AND ?',
    );
    this.#deleteFacts = index.prepare('DELETE FROM facts WHERE id = ?');
    this.#deleteDetails = index.prepare('DELETE FROM details WHERE id = ?');
    this.#deleteTrigrams = index.prepare('DELETE FROM trigrams WHERE rowid = ?');
    this.#changedContents = reading.prepareTuples<readonly [content: ContentId]>(
      'SELECT content FROM messages WHERE folder = ? AND modseq > ?',
    );
    const state = 'SELECT id, modseq, totalBytes FROM mailboxes';
    this.#states = reading.prepareTuples<MailboxState>(`${state} ORDER BY id`);
    this.#state = reading.prepareTuples<MailboxState>(`${state} WHERE id = ?`);
    this.#done = index.prepareTuples<readonly [modseq: number | null, bytes: number | null]>(
      'SELECT doneModseq, doneBytes FROM mailboxes WHERE mailbox = ?',
    );
    this.#setDone = index.prepare(
      `INSERT INTO mailboxes (mailbox, doneModseq, doneBytes) VALUES (?1, ?2, ?3)
       ON CONFLICT (mailbox) DO UPDATE SET doneModseq = ?2, doneBytes = ?3`,
    );
  }

  /**
   * Mailboxes for which something may be left to do: a message that comes or goes raises the MODSEQ of its mailbox, and
   * a folder that is deleted with what is in it takes octets away.
   */
  unfinished(): readonly MailboxId[] {
    const found: MailboxId[] = [];
    for (const [id, modseq, bytes] of this.#states.each()) {
      const [done] = this.#done.all(id);
      const empty = bytes === 0 && done === undefined;
      if (!empty && (done?.[0] !== modseq || done[1] !== bytes)) found.push(id);
    }
    return found;
  }

  /** Takes in what came to the mailbox and forgets what went, whatever that was. */
  async finish(mailbox: MailboxId): Promise<void> {
    const [state] = this.#state.all(mailbox);
    await this.takeIn(mailbox);
    this.#forgetGone(mailbox);
    if (state !== undefined) this.#finished.set(mailbox, state);
  }

  /** Indexes what came to the mailbox since it was last looked at; the last of it is written by `flush`. */
  async takeIn(mailbox: MailboxId): Promise<void> {
    const since = this.#upTo.get(mailbox)?.upTo ?? 0;
    const { contents, upTo } = this.#store.atOnce(() => this.#arrivals(mailbox, since));
    if (upTo <= since) return;
    for (const content of contents) {
      const card = await this.#cardOf(content);
      if (card !== undefined) this.#cards.push({ row: rowOf(mailbox, content), card });
      if (this.#cards.length >= WRITTEN_AT_ONCE) this.flush();
    }
    this.#reached.set(mailbox, upTo);
  }

  /** Writes what was taken in and is not written yet. */
  flush(): void {
    const cards = this.#cards.sort((one, other) => one.row - other.row);
    const reached = [...this.#reached];
    this.#cards = [];
    const finished = [...this.#finished.values()];
    this.#reached.clear();
    this.#finished.clear();
    if (cards.length + reached.length + finished.length === 0) return;
    this.#transaction(() => {
      for (const { row, card } of cards) this.#put(row, card);
      for (const [mailbox, upTo] of reached) this.#setUpTo.run(mailbox, upTo);
      for (const state of finished) this.#setDone.run(...state);
      passCommitPoint('cards-written');
    });
    passCommitPoint('cards-committed');
  }

  /** Contents of messages that came or changed, and the MODSEQ up to which those are all. */
  #arrivals(mailbox: MailboxId, since: number): { contents: ContentId[]; upTo: number } {
    const contents = new Set<ContentId>();
    let upTo = since;
    for (const { id, highestModseq } of this.#store.listFolders(mailbox)) {
      if (highestModseq <= since) continue;
      upTo = Math.max(upTo, highestModseq);
      // Row by row: a folder may hold more messages than are good to have at once.
      for (const [content] of this.#changedContents.each(id, since)) contents.add(content);
    }
    return { contents: [...contents].filter((id) => this.#has.get(rowOf(mailbox, id)) === undefined), upTo };
  }

  /** Undefined for what is gone meanwhile; what cannot be read is left to whoever searches. */
  async #cardOf(id: ContentId): Promise<ContentCard | undefined> {
    const content = this.#store.findContent(id);
    if (content === undefined) return undefined;
    try {
      return await this.#derive(content);
    } catch {
      return this.#store.findContent(id) === undefined ? undefined : { facts: {} };
    }
  }

  /**
   * FTS5 writes what it has gathered before a row with a lower number, and before each statement that may have to be
   * taken back: neither comes in between.
   */
  #put(row: number, { text, facts }: ContentCard): void {
    const { envelope = null, structure = null, ordering = null, preview = null } = facts;
    this.#putFacts.run(row, envelope, ordering, preview);
    this.#putDetails.run(row, structure, text?.header ?? null);
    if (text !== undefined) this.#putTrigrams.run(row, trigramWords(`${text.header}\n${text.body}`));
  }

  /** Forgets contents that no folder of the mailbox holds any more. */
  #forgetGone(mailbox: MailboxId): void {
    const present = this.#store.atOnce(() => {
      const contents = new Set<ContentId>();
      for (const { id } of this.#store.listFolders(mailbox))
        for (const [content] of this.#changedContents.each(id, 0)) contents.add(content);
      return contents;
    });
    const rows = this.#indexedRows.all(firstRow(mailbox), lastRow(mailbox));
    const gone = rows.filter(([id]) => !present.has(contentOf(id)));
    if (gone.length === 0) return;
    this.#transaction(() => {
      for (const [id] of gone) {
        this.#deleteFacts.run(id);
        this.#deleteDetails.run(id);
        this.#deleteTrigrams.run(id);
      }
    });
  }

  /** Frees what is kept in case it is needed again. */
  letGo(): void {
    this.#index.letGo();
  }

  /** Closes the index; what is left of a damaged one may not close any more. */
  [Symbol.dispose](): void {
    this.#index[Symbol.dispose]();
  }

  #transaction(work: () => void): void {
    this.#index.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.#index.exec('COMMIT');
    } catch (error) {
      if (this.#index.inTransaction) this.#index.exec('ROLLBACK');
      throw error;
    }
  }
}
