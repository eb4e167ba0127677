// SPDX-License-Identifier: EUPL-1.2
import { join } from 'node:path';
import type { ContentId } from '../../../mailroom/contents/content-store.ts';
import type { FolderId, MailboxId, MailboxReader } from '../../../mailroom/mailboxes/mailbox-store.ts';
import type { FactName, SearchStore, TextFinding, TextQuery } from '../../../mailroom/search/search-store.ts';
import type { Act, ActResult, Committed, StepStore } from '../../../mailroom/steps/step-store.ts';
import type { Journal } from '../../../platform/journal.ts';
import { type Database, openDatabase, saysDamaged } from '../driver.ts';
import { IndexerLink } from './indexer-link.ts';
import { SearchReader } from './search-reader.ts';

export interface SqliteSearchOptions {
  /** Folder of the store, which must be open; the index lies beside its database. */
  readonly folder: string;
  readonly store: MailboxReader & StepStore;
  readonly journal: Journal;
  /** Address of the module whose `deriveCard` (a `CardDerivation`) works out cards, in a thread of its own. */
  readonly derivationModule: string;
}

/** Opens the index of a store, and begins to index what is new. Throws the Fault `search-index-unavailable`. */
export async function openSqliteSearch(options: SqliteSearchOptions): Promise<SqliteSearch> {
  const { folder, journal, derivationModule } = options;
  const indexPath = join(folder, 'search.db');
  const files = { storePath: join(folder, 'store.db'), blobFolder: join(folder, 'blobs') };
  const link = await IndexerLink.open({ ...files, indexPath, derivationModule }, journal);
  return new SqliteSearch(link, { ...options, indexPath });
}

/** The index in a database of its own, with a thread of its own: commits never wait for it. */
export class SqliteSearch implements SearchStore {
  readonly #link: IndexerLink;
  readonly #store: MailboxReader;
  readonly #journal: Journal;
  readonly #indexPath: string;
  /** Undefined while a damaged index is made anew. */
  #reading: Database | undefined;
  #reader: SearchReader | undefined;
  readonly #stop: () => void;

  constructor(link: IndexerLink, options: SqliteSearchOptions & { readonly indexPath: string }) {
    this.#link = link;
    this.#store = options.store;
    this.#journal = options.journal;
    this.#indexPath = options.indexPath;
    this.#open();
    link.onMadeAnew = () => this.#open();
    this.#stop = options.store.onCommitted((committed) => this.#hear(committed));
  }

  indexedUpTo(mailbox: MailboxId): number {
    return this.#read((reader) => reader.indexedUpTo(mailbox), 0);
  }

  isIndexed(mailbox: MailboxId, content: ContentId): boolean {
    return this.#read((reader) => reader.isIndexed(mailbox, content), false);
  }

  async search(mailbox: MailboxId, query: TextQuery): Promise<TextFinding | undefined> {
    try {
      return await this.#reader?.search(mailbox, query);
    } catch (error) {
      this.#tell(error);
      return undefined;
    }
  }

  listFacts(
    mailbox: MailboxId,
    name: FactName,
    contents: readonly ContentId[],
  ): readonly (string | undefined)[] {
    return this.#read((reader) => reader.listFacts(mailbox, name, contents), []);
  }

  get waitedMs(): number {
    return this.#link.waitedMs;
  }

  settled(): Promise<void> {
    return this.#link.settled();
  }

  /** Frees what the index keeps in memory in case it is needed again; to be called when there is little to do. */
  letGo(): void {
    this.#reading?.letGo();
    this.#link.letGo();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop();
    await this.#link[Symbol.asyncDispose]();
    this.#close();
  }

  /** Opens the index, or the one that took its place. Without it mail is looked at itself. */
  #open(): void {
    this.#close();
    try {
      this.#reading = openDatabase(this.#indexPath, { readOnly: true });
      this.#reader = new SearchReader(this.#reading);
    } catch (error) {
      this.#tell(error);
    }
  }

  #close(): void {
    this.#reader = undefined;
    this.#reading?.[Symbol.dispose]();
    this.#reading = undefined;
  }

  /** An index that cannot be read is as good as an empty one: mail is there without it. */
  #read<Value>(read: (reader: SearchReader) => Value, otherwise: Value): Value {
    try {
      return this.#reader === undefined ? otherwise : read(this.#reader);
    } catch (error) {
      this.#tell(error);
      return otherwise;
    }
  }

  #tell(error: unknown): void {
    // An answer on its way when the connection was closed under it is no damage.
    if (saysDamaged(error)) {
      this.#close();
      this.#link.tellDamaged();
    }
    this.#journal.error({ error }, 'the search index cannot be read');
  }

  #hear({ step, outcome }: Committed): void {
    outcome.parts.forEach((part, at) => {
      if (!part.done) return;
      step.parts[at]?.acts.forEach((act, of) => {
        this.#note(act, part.results[of]);
      });
    });
  }

  #note(act: Act, result: ActResult): void {
    if (result?.gave === 'message' && act.do === 'append') this.#link.tell(act.mailbox, 'came');
    if (act.do === 'copy') this.#changed(act.folder, 'came');
    if (act.do === 'expunge') this.#changed(act.folder, 'gone');
    if (result?.gave === 'mailbox' && act.do === 'delete-folder') this.#link.tell(result.mailbox, 'gone');
  }

  /** A folder that is gone meanwhile was deleted, and whoever deleted it has told of its mailbox. */
  #changed(folder: FolderId, how: 'came' | 'gone'): void {
    const mailbox = this.#store.findFolderById(folder)?.mailbox;
    if (mailbox !== undefined) this.#link.tell(mailbox, how);
  }
}
