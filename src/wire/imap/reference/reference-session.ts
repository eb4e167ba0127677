// SPDX-License-Identifier: EUPL-1.2
import { type Header, parseHeader } from '../../mime/header.ts';
import {
  type CopyOutcome,
  type FetchedMessage,
  type FetchRequest,
  type ImapMailbox,
  type MailboxSnapshot,
  type OrderingFacts,
  Refusal,
  type StoreOutcome,
  type StoreRequest,
} from '../imap-backend.ts';
import { searchHeader } from '../search/message-header.ts';
import { readSearchText } from '../search/message-text.ts';
import type { ResolvedSearchKey } from '../search/resolved-search-key.ts';
import { evaluateSearch, hasFlag } from '../search/search-evaluation.ts';
import { orderingFactsOf } from '../thread/ordering-facts.ts';
import type { MailboxChanges } from '../view/mailbox-view.ts';
import { UidSet } from '../view/uid-set.ts';
import { type ReferenceMailbox, type ReferenceMessage, shown } from './reference-mailbox.ts';

/** What a selected mailbox asks of its account. */
export interface ReferenceHome {
  readonly now: () => number;
  find(name: string): ReferenceMailbox | undefined;
}

/** A reference mailbox as one session has it open. */
export class ReferenceSelected implements ImapMailbox {
  readonly snapshot: MailboxSnapshot;
  readonly #home: ReferenceHome;
  readonly #mailbox: ReferenceMailbox;

  constructor(home: ReferenceHome, mailbox: ReferenceMailbox, readOnly: boolean) {
    this.#home = home;
    this.#mailbox = mailbox;
    this.snapshot = mailbox.snapshot(readOnly);
  }

  changes(sinceModseq: number): MailboxChanges | undefined {
    const changes = this.#mailbox.changes(sinceModseq);
    if (changes === undefined || this.snapshot.readOnly) return changes;
    const { firstRecentUid } = this.#mailbox;
    this.#mailbox.firstRecentUid = this.#mailbox.uidNext;
    return { ...changes, firstRecentUid };
  }

  vanishedSince(modseq: number): UidSet {
    return this.#mailbox.vanishedSince(modseq);
  }

  *fetch({ uids, changedSince = 0 }: FetchRequest): Generator<readonly FetchedMessage[]> {
    yield this.#mailbox
      .among(uids)
      .filter(({ modseq }) => modseq > changedSince)
      .map(shown);
  }

  store(request: StoreRequest): StoreOutcome {
    return this.#mailbox.store(request);
  }

  async search(key: ResolvedSearchKey, within: UidSet): Promise<UidSet> {
    const found: number[] = [];
    for (const message of this.#mailbox.among(within)) {
      if (await holds(key, message)) found.push(message.uid);
    }
    return UidSet.of(found);
  }

  orderingFacts(uids: UidSet): readonly OrderingFacts[] {
    return this.#mailbox.among(uids).map((message) => orderingFactsOf(shown(message), headerOf(message)));
  }

  copy(uids: UidSet, name: string): CopyOutcome | Refusal {
    const target = this.#home.find(name);
    if (target === undefined) return new Refusal('No such mailbox', 'TRYCREATE');
    const from: number[] = [];
    const to: number[] = [];
    for (const { uid, flags, internalDate, emailId, content } of this.#mailbox.among(uids)) {
      const savedDate = this.#home.now();
      const octets = content.octets.buffer;
      from.push(uid);
      to.push(target.add({ octets, flags, internalDate, savedDate, emailId }).uid);
    }
    return { uidValidity: target.uidValidity, from, to };
  }

  move(uids: UidSet, name: string): CopyOutcome | Refusal {
    const copied = this.copy(uids, name);
    if (!(copied instanceof Refusal)) this.#mailbox.remove(UidSet.of(copied.from));
    return copied;
  }

  expunge(uids: UidSet): undefined {
    const deleted = this.#mailbox.among(uids).filter(({ flags }) => hasFlag(flags, '\\Deleted'));
    this.#mailbox.remove(UidSet.of(deleted.map(({ uid }) => uid)));
  }

  onChange(listener: () => void): () => void {
    this.#mailbox.listeners.add(listener);
    return () => this.#mailbox.listeners.delete(listener);
  }

  close(): void {}
}

function headerOf({ content }: ReferenceMessage): Header {
  const { headerStart, bodyStart } = content.index.root;
  return parseHeader(content.octets.buffer.subarray(headerStart, bodyStart));
}

/** Asks for more about the message only when the answer depends on it. */
async function holds(key: ResolvedSearchKey, message: ReferenceMessage): Promise<boolean> {
  const entry = shown(message);
  const cheap = evaluateSearch(key, entry);
  if (cheap !== undefined) return cheap;
  const fields = headerOf(message);
  const header = searchHeader(fields);
  const withHeader = evaluateSearch(key, { ...entry, header });
  if (withHeader !== undefined) return withHeader;
  const text = await readSearchText(message.content, fields);
  return evaluateSearch(key, { ...entry, header, text }) === true;
}
