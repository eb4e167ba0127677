// SPDX-License-Identifier: EUPL-1.2
import type { ContentId } from '../../../mailroom/contents/content-store.ts';
import type { MailboxId } from '../../../mailroom/mailboxes/mailbox-store.ts';
import type { TextFinding, TextQuery } from '../../../mailroom/search/search-store.ts';
import { searchHeader } from '../../../wire/imap/search/message-header.ts';
import { atHand, readSearchText } from '../../../wire/imap/search/message-text.ts';
import type { ResolvedSearchKey } from '../../../wire/imap/search/resolved-search-key.ts';
import { evaluateSearch } from '../../../wire/imap/search/search-evaluation.ts';
import { unicodeCasemap } from '../../../wire/imap/search/unicode-casemap.ts';
import { UidSet } from '../../../wire/imap/view/uid-set.ts';
import type { FolderImage } from '../folder/folder-image.ts';
import type { ImagedMessage } from '../folder/message-columns.ts';
import { turnOfOthers } from '../turns.ts';
import { type ImapHouse, readHeader } from './imap-house.ts';
import { type OrderingCard, orderingCards } from './ordering.ts';

export interface FolderSearch {
  readonly mailbox: MailboxId;
  readonly image: FolderImage;
  readonly key: ResolvedSearchKey;
  readonly within: UidSet;
}

/** Messages looked at before others have their turn. */
const LOOKED_AT_ONCE = 1000;
const READ_AT_ONCE = 50;
/** RFC 5322 section 2.2, or nothing. The index takes what follows a colon for a value, and so not for a name. */
const FIELD_NAME = /^[!-9;-~]*$/;

/**
 * The messages that the key holds for: first by what the folder's image tells, then by the index, and only
 * those that it does not know by reading them.
 */
export async function searchFolder(house: ImapHouse, search: FolderSearch): Promise<UidSet> {
  const { image, key, within } = search;
  const found: number[] = [];
  const open: ImagedMessage[] = [];
  for (const message of image.messages(within)) {
    const outcome = evaluateSearch(key, message);
    if (outcome === undefined) open.push(message);
    else if (outcome) found.push(message.uid);
  }
  if (open.length === 0) return UidSet.of(found);
  const unread = await searchIndexed(house, { ...search, open, found });
  for (const [at, message] of unread.entries()) {
    if (await holds(house, key, message)) found.push(message.uid);
    if (at % READ_AT_ONCE === READ_AT_ONCE - 1) await turnOfOthers();
  }
  return UidSet.of(found);
}

/** Puts what the index decides into `found`; returns the messages it does not know. */
async function searchIndexed(
  house: ImapHouse,
  search: FolderSearch & { readonly open: readonly ImagedMessage[]; readonly found: number[] },
): Promise<readonly ImagedMessage[]> {
  const { mailbox, key, open, found } = search;
  // Before the texts: what is indexed meanwhile is read once more at worst, and never missed.
  const upTo = house.search.indexedUpTo(mailbox);
  const known: ImagedMessage[] = [];
  const unread: ImagedMessage[] = [];
  for (const message of open) {
    const isKnown = message.modseq <= upTo || house.search.isIndexed(mailbox, message.contentId);
    (isKnown ? known : unread).push(message);
  }
  const texts = await TextFindings.gather(house, mailbox, key);
  if (texts === undefined) return open;
  for (let at = 0; at < known.length; at += LOOKED_AT_ONCE) {
    const some = known.slice(at, at + LOOKED_AT_ONCE);
    const cards = asksSentDay(key) ? orderingCards(house, mailbox, some) : [];
    for (const [of, message] of some.entries()) {
      const facts = texts.factsOf(message, { asked: asksSentDay(key), card: cards[of] });
      const outcome = facts === undefined ? undefined : evaluateSearch(key, facts);
      if (outcome === undefined) unread.push(message);
      else if (outcome) found.push(message.uid);
    }
    await turnOfOthers();
  }
  return unread;
}

/** What the index found for each text of a search. */
class TextFindings {
  readonly #findings: ReadonlyMap<string, TextFinding>;

  private constructor(findings: ReadonlyMap<string, TextFinding>) {
    this.#findings = findings;
  }

  /** Undefined when the index cannot be read, or cannot tell. */
  static async gather(
    house: ImapHouse,
    mailbox: MailboxId,
    key: ResolvedSearchKey,
  ): Promise<TextFindings | undefined> {
    const findings = new Map<string, TextFinding>();
    for (const query of textQueries(key)) {
      if (query.in === 'field' && !FIELD_NAME.test(query.field)) return undefined;
      const name = nameOf(query);
      if (findings.has(name)) continue;
      const finding = await house.search.search(mailbox, query);
      if (finding === undefined) return undefined;
      findings.set(name, finding);
    }
    return new TextFindings(findings);
  }

  /** What is known of a message, in the form in which a search key is evaluated; undefined when it must be read. */
  factsOf(
    message: ImagedMessage,
    sent: { readonly asked: boolean; readonly card: OrderingCard | undefined },
  ) {
    const { contentId } = message;
    if (sent.asked && sent.card === undefined) return undefined;
    const { uid, modseq, flags, internalDate, savedDate, sizeBytes, emailId } = message;
    const sentDay = sent.card?.sentDay;
    const holds = (query: TextQuery): boolean | undefined => this.#holds(query, contentId);
    return {
      ...{ uid, modseq, flags, internalDate, savedDate, sizeBytes, emailId },
      header: {
        values: () => [],
        holds: (field: string, text: string) => holds({ in: 'field', field: field.toUpperCase(), text }),
        ...(sentDay === undefined ? {} : { sentDay }),
      },
      text: {
        bodyHolds: (text: string) => holds({ in: 'body', text }),
        anywhereHolds: (text: string) => holds({ in: 'anywhere', text }),
      },
    };
  }

  #holds(query: TextQuery, content: ContentId): boolean | undefined {
    const finding = this.#findings.get(nameOf(query));
    if (finding === undefined || finding.unknown.has(content)) return undefined;
    return finding.found.has(content);
  }
}

function nameOf(query: TextQuery): string {
  return query.in === 'field' ? `field ${query.field}: ${query.text}` : `${query.in} ${query.text}`;
}

/** Every text that the outcome may depend on. */
function textQueries(key: ResolvedSearchKey): readonly TextQuery[] {
  switch (key.key) {
    case 'and':
    case 'or':
      return key.keys.flatMap(textQueries);
    case 'not':
      return textQueries(key.of);
    case 'header':
      return [{ in: 'field', field: key.field.toUpperCase(), text: unicodeCasemap(key.text) }];
    case 'body':
      return [{ in: 'body', text: unicodeCasemap(key.text) }];
    case 'text':
      return [{ in: 'anywhere', text: unicodeCasemap(key.text) }];
    default:
      return [];
  }
}

function asksSentDay(key: ResolvedSearchKey): boolean {
  if (key.key === 'and' || key.key === 'or') return key.keys.some(asksSentDay);
  if (key.key === 'not') return asksSentDay(key.of);
  return (key.key === 'before' || key.key === 'on' || key.key === 'since') && key.by === 'sent';
}

/** Whether the key holds for a message that is read for it. */
async function holds(house: ImapHouse, key: ResolvedSearchKey, message: ImagedMessage): Promise<boolean> {
  const stored = house.store.findContent(message.contentId);
  if (stored === undefined) return false;
  const content = await atHand(stored);
  const { uid, modseq, flags, internalDate, savedDate, sizeBytes, emailId } = message;
  const facts = { uid, modseq, flags, internalDate, savedDate, sizeBytes, emailId };
  const fields = await readHeader(content);
  const header = searchHeader(fields);
  const withHeader = evaluateSearch(key, { ...facts, header });
  if (withHeader !== undefined) return withHeader;
  const text = await readSearchText(content, fields);
  return evaluateSearch(key, { ...facts, header, text }) === true;
}
