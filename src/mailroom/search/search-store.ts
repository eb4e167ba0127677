// SPDX-License-Identifier: EUPL-1.2
import type { ContentId, StoredContent } from '../contents/content-store.ts';
import type { MailboxId } from '../mailboxes/mailbox-store.ts';

/**
 * What is known of a content besides its octets. All of it follows from them, so it can be made anew at any
 * time and is kept only to be found fast.
 */
export interface ContentCard {
  /**
   * The text people search, decoded and in one case; absent when it is too long to be indexed or cannot be told
   * apart again. `header` holds a line `NAME: value` for each field.
   */
  readonly text?: { readonly header: string; readonly body: string };
  /** Further facts, ready to be shown; those that are absent must be worked out from the octets. */
  readonly facts: Readonly<Partial<Record<FactName, string>>>;
}

/** ENVELOPE and BODYSTRUCTURE as IMAP writes them, what messages are put in order by, and the first words. */
export type FactName = 'envelope' | 'structure' | 'ordering' | 'preview';

/** Works out the card of a content. Never throws for what the octets are, only for octets that cannot be read. */
export type CardDerivation = (content: Pick<StoredContent, 'index' | 'octets'>) => Promise<ContentCard>;

export type TextQuery =
  /** Anywhere in the body, or in header and body. */
  | { readonly in: 'body' | 'anywhere'; readonly text: string }
  /** In a value of the header fields of that upper-case name; every field holds the empty text. */
  | { readonly in: 'field'; readonly field: string; readonly text: string };

export interface TextFinding {
  readonly found: ReadonlySet<ContentId>;
  /** Contents that may hold the text, which is for those to find out who asked: what the rest holds is known. */
  readonly unknown: ReadonlySet<ContentId>;
}

/**
 * The index over the contents of mailboxes. It follows the commits of the store and never delays them, so
 * what came last may not be in it yet; what it says of the rest is exact.
 */
export interface SearchStore extends AsyncDisposable {
  /**
   * Everything appended to folders of the mailbox up to this MODSEQ is indexed. What lies above may be: that is
   * asked of `isIndexed`.
   */
  indexedUpTo(mailbox: MailboxId): number;
  isIndexed(mailbox: MailboxId, content: ContentId): boolean;
  /** Looks through all that is indexed of a mailbox; undefined when the index cannot be read. */
  search(mailbox: MailboxId, query: TextQuery): Promise<TextFinding | undefined>;
  /** One fact of each of these contents, undefined where it is not known. */
  listFacts(
    mailbox: MailboxId,
    name: FactName,
    contents: readonly ContentId[],
  ): readonly (string | undefined)[];
  /** For how long the oldest of what was committed and is not indexed has waited, in ms. */
  readonly waitedMs: number;
  /**
   * Resolves when all that was committed before is indexed, and all that is gone is forgotten. Has it done at once,
   * whatever else there is to do, so it is for who cannot go on without.
   */
  settled(): Promise<void>;
}
