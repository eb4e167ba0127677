// SPDX-License-Identifier: EUPL-1.2
import type { ContentId, ContentReader, StoredContent } from '../../mailroom/contents/content-store.ts';
import type { MailboxId, MailboxReader } from '../../mailroom/mailboxes/mailbox-store.ts';
import type {
  CardDerivation,
  ContentCard,
  FactName,
  SearchStore,
  TextFinding,
  TextQuery,
} from '../../mailroom/search/search-store.ts';

/** An index that looks at everything when it is asked to `settle`: the reference of the other engines. */
export function openMemorySearch(options: {
  readonly store: MailboxReader & ContentReader;
  readonly derive: CardDerivation;
}): SearchStore {
  return new MemorySearch(options.store, options.derive);
}

class MemorySearch implements SearchStore {
  readonly #store: MailboxReader & ContentReader;
  readonly #derive: CardDerivation;
  readonly #cards = new Map<MailboxId, Map<ContentId, ContentCard>>();
  readonly #upTo = new Map<MailboxId, number>();

  constructor(store: MailboxReader & ContentReader, derive: CardDerivation) {
    this.#store = store;
    this.#derive = derive;
  }

  indexedUpTo(mailbox: MailboxId): number {
    return this.#upTo.get(mailbox) ?? 0;
  }

  isIndexed(mailbox: MailboxId, content: ContentId): boolean {
    return this.#cards.get(mailbox)?.has(content) === true;
  }

  async search(mailbox: MailboxId, query: TextQuery): Promise<TextFinding> {
    const found = new Set<ContentId>();
    const unknown = new Set<ContentId>();
    for (const [content, { text }] of this.#cards.get(mailbox) ?? []) {
      if (text === undefined) unknown.add(content);
      else if (holds(text, query)) found.add(content);
    }
    return { found, unknown };
  }

  listFacts(
    mailbox: MailboxId,
    name: FactName,
    contents: readonly ContentId[],
  ): readonly (string | undefined)[] {
    return contents.map((content) => this.#cards.get(mailbox)?.get(content)?.facts[name]);
  }

  /** Nothing is done before it is asked for, and nothing is told to wait. */
  get waitedMs(): number {
    return 0;
  }

  async settled(): Promise<void> {
    for (const { id } of this.#store.listMailboxes()) await this.#index(id);
  }

  async #index(mailbox: MailboxId): Promise<void> {
    const before = this.#cards.get(mailbox);
    const cards = new Map<ContentId, ContentCard>();
    let upTo = 0;
    for (const folder of this.#store.listFolders(mailbox)) {
      upTo = Math.max(upTo, folder.highestModseq);
      for (const { content } of this.#store.listMessages(folder.id)) {
        const stored = this.#store.findContent(content);
        const card = before?.get(content) ?? (stored === undefined ? undefined : await this.#cardOf(stored));
        if (card !== undefined) cards.set(content, card);
      }
    }
    this.#cards.set(mailbox, cards);
    this.#upTo.set(mailbox, upTo);
  }

  /** What cannot be read is left to whoever searches. */
  async #cardOf(stored: StoredContent): Promise<ContentCard> {
    try {
      return await this.#derive(stored);
    } catch {
      return { facts: {} };
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

function holds({ header, body }: Exclude<ContentCard['text'], undefined>, query: TextQuery): boolean {
  const { text } = query;
  if (query.in !== 'field') return body.includes(text) || (query.in === 'anywhere' && header.includes(text));
  const start = `${query.field}: `;
  return header.split('\n').some((line) => line.startsWith(start) && line.slice(start.length).includes(text));
}
