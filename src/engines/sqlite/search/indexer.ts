// SPDX-License-Identifier: EUPL-1.2
import type { ContentId } from '../../../mailroom/contents/content-store.ts';
import type { MailboxId } from '../../../mailroom/mailboxes/mailbox-store.ts';
import type { CardDerivation, ContentCard } from '../../../mailroom/search/search-store.ts';
import { passCommitPoint } from '../../../platform/commit-points.ts';
import type { Database } from '../driver.ts';
import type { SqliteReaders } from '../readers/sqlite-readers.ts';
import { firstRow } from './search-schema.ts';
import { indexedWords } from './trigrams.ts';

/** Cards put into the index with one transaction. */
const WRITTEN_AT_ONCE = 250;

/** Puts into the index what came to mailboxes, and takes out what is gone. */
export class Indexer implements Disposable {
  readonly #store: SqliteReaders;
  readonly #index: Database;
  readonly #derive: CardDerivation;
  readonly #upTo;
  readonly #setUpTo;
  readonly #has;
  readonly #nextNumber;
  readonly #putFacts;
  readonly #putText;
  readonly #putTrigrams;
  readonly #indexedContents;
  readonly #deleteFacts;
  readonly #deleteText;
  readonly #deleteTrigrams;

  constructor(parts: {
    readonly store: SqliteReaders;
    readonly index: Database;
    readonly derive: CardDerivation;
  }) {
    const { index } = parts;
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
    this.#has = index.prepare<{ content: number }>(
      'SELECT content FROM facts WHERE mailbox = ? AND content = ?',
    );
    this.#nextNumber = index.prepare<{ number: number }>(
      `INSERT INTO mailboxes (mailbox, lastNumber) VALUES (?, 1)
       ON CONFLICT (mailbox) DO UPDATE SET lastNumber = lastNumber + 1 RETURNING lastNumber AS number`,
    );
    this.#putFacts = index.prepare(
      `INSERT INTO facts (mailbox, content, id, envelope, structure, ordering, preview)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#putText = index.prepare('INSERT INTO texts (id, content, header, body) VALUES (?, ?, ?, ?)');
    this.#putTrigrams = index.prepare('INSERT INTO trigrams (rowid, text) VALUES (?, ?)');
    this.#indexedContents = index.prepareTuples<readonly [content: number, id: number]>(
      'SELECT content, id FROM facts WHERE mailbox = ?',
    );
    this.#deleteFacts = index.prepare('DELETE FROM facts WHERE mailbox = ? AND content = ?');
    this.#deleteText = index.prepare('DELETE FROM texts WHERE id = ?');
    this.#deleteTrigrams = index.prepare('DELETE FROM trigrams WHERE rowid = ?');
  }

  /** Indexes what came to the mailbox since it was last looked at. */
  async takeIn(mailbox: MailboxId): Promise<void> {
    const since = this.#upTo.get(mailbox)?.upTo ?? 0;
    const { contents, upTo } = this.#store.atOnce(() => this.#arrivals(mailbox, since));
    if (upTo <= since) return;
    for (let at = 0; at < contents.length; at += WRITTEN_AT_ONCE) {
      await this.#write(mailbox, contents.slice(at, at + WRITTEN_AT_ONCE));
    }
    this.#setUpTo.run(mailbox, upTo);
  }

  /** Contents of messages that came or changed, and the MODSEQ up to which those are all. */
  #arrivals(mailbox: MailboxId, since: number): { contents: ContentId[]; upTo: number } {
    const contents = new Set<ContentId>();
    let upTo = since;
    for (const { id, highestModseq } of this.#store.listFolders(mailbox)) {
      if (highestModseq <= since) continue;
      upTo = Math.max(upTo, highestModseq);
      for (const { content } of this.#store.listMessages(id, { changedSince: since })) contents.add(content);
    }
    return { contents: [...contents].filter((id) => this.#has.get(mailbox, id) === undefined), upTo };
  }

  async #write(mailbox: MailboxId, contents: readonly ContentId[]): Promise<void> {
    const cards: { readonly content: ContentId; readonly card: ContentCard }[] = [];
    for (const content of contents) {
      const card = await this.#cardOf(content);
      if (card !== undefined) cards.push({ content, card });
    }
    this.#transaction(() => {
      for (const { content, card } of cards) this.#put(mailbox, content, card);
      passCommitPoint('cards-written');
    });
    passCommitPoint('cards-committed');
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

  #put(mailbox: MailboxId, content: ContentId, { text, facts }: ContentCard): void {
    const { envelope = null, structure = null, ordering = null, preview = null } = facts;
    const id = firstRow(mailbox) + (this.#nextNumber.get(mailbox)?.number ?? 0);
    this.#putFacts.run(mailbox, content, id, envelope, structure, ordering, preview);
    this.#putText.run(id, content, text?.header ?? null, text?.body ?? null);
    if (text !== undefined) this.#putTrigrams.run(id, indexedWords(`${text.header}\n${text.body}`));
  }

  /** Forgets contents that no folder of the mailbox holds any more. */
  forgetGone(mailbox: MailboxId): void {
    const present = this.#store.atOnce(() => {
      const contents = new Set<ContentId>();
      for (const { id } of this.#store.listFolders(mailbox))
        for (const { content } of this.#store.listMessages(id)) contents.add(content);
      return contents;
    });
    const gone = this.#indexedContents.all(mailbox).filter(([content]) => !present.has(content));
    if (gone.length === 0) return;
    this.#transaction(() => {
      for (const [content, id] of gone) {
        this.#deleteFacts.run(mailbox, content);
        this.#deleteText.run(id);
        this.#deleteTrigrams.run(id);
      }
    });
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
