// SPDX-License-Identifier: EUPL-1.2
import type { Mailbox, MailboxId } from '../../../mailroom/mailboxes/mailbox-store.ts';
import type { Act, ActResult } from '../../../mailroom/steps/step-store.ts';
import type { Submission } from '../../../mailroom/tracking/tracking-store.ts';
import { BoundedMap } from '../../../platform/bounded-map.ts';

/** Mailboxes remembered; about a kilobyte each. */
const MAILBOXES_AT_HAND = 4000;
/** Submissions remembered, those that were looked for in vain included; about a kilobyte each. */
const SUBMISSIONS_AT_HAND = 2000;

/**
 * Rows that are asked for several times while one message passes, as they were last read or committed. Nobody else
 * writes into the database, so what commits tell is all that can change them.
 */
export class RowsAtHand {
  readonly #mailboxes = new BoundedMap<string, Mailbox>(MAILBOXES_AT_HAND);
  readonly #mailboxesById = new BoundedMap<MailboxId, Mailbox>(MAILBOXES_AT_HAND);
  readonly #submissions = new BoundedMap<string, Submission | 'none'>(SUBMISSIONS_AT_HAND);

  mailbox(address: string, read: (address: string) => Mailbox | undefined): Mailbox | undefined {
    const key = address.toLowerCase();
    const known = this.#mailboxes.get(key);
    if (known !== undefined) return known;
    const found = read(key);
    if (found !== undefined) this.#remember(found);
    return found;
  }

  mailboxOf(id: MailboxId, read: (id: MailboxId) => Mailbox): Mailbox {
    const known = this.#mailboxesById.get(id);
    if (known !== undefined) return known;
    const found = read(id);
    this.#remember(found);
    return found;
  }

  submission(
    identifier: string,
    read: (identifier: string) => Submission | undefined,
  ): Submission | undefined {
    let known = this.#submissions.get(identifier);
    if (known === undefined) {
      known = read(identifier) ?? 'none';
      this.#submissions.set(identifier, known);
    }
    return known === 'none' ? undefined : known;
  }

  /** What a commit did. */
  hear(act: Act, result: ActResult): void {
    if (act.do === 'put-mailbox' && result?.gave === 'mailbox') {
      this.#remember({ ...act.mailbox, address: act.mailbox.address.toLowerCase(), id: result.mailbox });
    }
    // The first one put stays, whatever this one says: it is read when it is asked for.
    if (act.do === 'put-submission') this.#submissions.delete(act.submission.identifier);
  }

  /** Something may have been committed that nobody was told of. */
  forget(): void {
    this.#mailboxes.clear();
    this.#mailboxesById.clear();
    this.#submissions.clear();
  }

  #remember(mailbox: Mailbox): void {
    this.#mailboxes.set(mailbox.address, mailbox);
    this.#mailboxesById.set(mailbox.id, mailbox);
  }
}
