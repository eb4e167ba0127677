// SPDX-License-Identifier: EUPL-1.2
import type { ContentReader } from '../../mailroom/contents/content-store.ts';
import { INBOX } from '../../mailroom/mailboxes/folders.ts';
import type {
  FolderId,
  Mailbox,
  MailboxReader,
  MessageEntry,
} from '../../mailroom/mailboxes/mailbox-store.ts';
import type { StepStore } from '../../mailroom/steps/step-store.ts';
import { passCommitPoint } from '../../platform/commit-points.ts';
import type { Octets } from '../../wire/mime/octets.ts';
import type { Maildrop } from '../../wire/pop3/pop3-maildrop.ts';

/** What POP3 needs of the store. */
export type Pop3Store = Pick<MailboxReader, 'findFolder' | 'listMessages'> &
  ContentReader &
  Pick<StepStore, 'commit' | 'onCommitted'>;

/**
 * The INBOX of a mailbox as it was at the log-in; other folders are not seen by POP3. What comes in
 * later waits for the next session, and what others remove meanwhile keeps its number.
 */
export class Inbox {
  readonly maildrop: Maildrop;
  readonly #store: Pop3Store;
  readonly #folder: FolderId | undefined;
  readonly #messages: readonly MessageEntry[];

  /** Shows at most so many messages, the oldest: the rest come up when these are gone. */
  constructor(store: Pop3Store, options: { readonly mailbox: Mailbox; readonly messageLimit: number }) {
    const folder = store.findFolder(options.mailbox.id, INBOX);
    this.#store = store;
    this.#folder = folder?.id;
    this.#messages =
      folder === undefined ? [] : store.listMessages(folder.id, { limit: options.messageLimit });
    this.maildrop = this.#messages.map(({ uid, sizeBytes }) => ({
      sizeBytes,
      // RFC 1939 section 7: never of another message; RFC 9051 promises as much for the pair.
      uniqueId: `${folder?.uidValidity}.${uid}`,
    }));
  }

  /** The octets of a message by its number, from 1; undefined when it is no longer kept. */
  findMessage(number: number): Octets | undefined {
    const message = this.#messages[number - 1];
    return message === undefined ? undefined : this.#store.findContent(message.content)?.octets;
  }

  /** Removes the messages with these numbers, all in one commit; those already gone are no trouble. */
  async remove(numbers: readonly number[]): Promise<void> {
    const uids = numbers.flatMap((number) => this.#messages[number - 1]?.uid ?? []);
    if (this.#folder === undefined || uids.length === 0) return;
    await this.#store.commit({
      blobs: [],
      contents: [],
      parts: [{ acts: [{ do: 'expunge', folder: this.#folder, uids }] }],
    });
    passCommitPoint('removal-committed');
  }
}
