// SPDX-License-Identifier: EUPL-1.2
import type { MailboxId } from '../../mailroom/mailboxes/mailbox-store.ts';

/** One POP3 session for each mailbox at a time (RFC 1939 section 8); IMAP and delivery go on beside it. */
export class MailboxLocks {
  readonly #held = new Set<MailboxId>();

  /** How to give the lock back, any number of times; undefined when another session holds it. */
  take(mailbox: MailboxId): (() => void) | undefined {
    if (this.#held.has(mailbox)) return undefined;
    this.#held.add(mailbox);
    let mine = true;
    return () => {
      if (mine) this.#held.delete(mailbox);
      mine = false;
    };
  }
}
