// SPDX-License-Identifier: EUPL-1.2
import type { Mailbox, MailboxId } from '../../../mailroom/mailboxes/mailbox-store.ts';
import { Fault } from '../../../platform/faults.ts';
import type { Journal } from '../../../platform/journal.ts';
import { type ImapBackend, Refusal } from '../../../wire/imap/imap-backend.ts';
import { HouseAccount } from './house-account.ts';
import type { Authenticate, ImapHouse } from './imap-house.ts';

/** Sessions logged in, by mailbox. */
export class SessionCounts {
  readonly #counts = new Map<MailboxId, number>();

  of(mailbox: MailboxId): number {
    return this.#counts.get(mailbox) ?? 0;
  }

  change(mailbox: MailboxId, by: 1 | -1): void {
    const count = this.of(mailbox) + by;
    if (count === 0) this.#counts.delete(mailbox);
    else this.#counts.set(mailbox, count);
  }
}

export interface HouseBackendOptions {
  readonly house: ImapHouse;
  readonly authenticate: Authenticate;
  readonly sessions: SessionCounts;
  /** Keeps the session only while its log-in holds; returns how to leave. */
  readonly enter: (mailbox: Mailbox) => () => void;
  /** IP address of the client. */
  readonly peer: string;
  readonly journal: Journal;
}

/** Who may log in, for one connection (DP-27: the session asks only under TLS). */
export class HouseBackend implements ImapBackend {
  readonly #options: HouseBackendOptions;

  constructor(options: HouseBackendOptions) {
    this.#options = options;
  }

  async login(user: string, password: string): Promise<HouseAccount | Refusal> {
    const { house, authenticate, peer, journal } = this.#options;
    const { texts } = house;
    try {
      const mailbox = await authenticate(user, password, peer);
      if (mailbox === undefined) {
        journal.info({ address: user }, 'an IMAP log-in was refused');
        return new Refusal(texts.wrongCredentials, 'AUTHENTICATIONFAILED');
      }
      return this.#enter(mailbox);
    } catch (error) {
      const temporary = !(error instanceof Fault) || error.temporary;
      const code = error instanceof Fault ? error.code : 'unexpected';
      journal.error({ code, error: String(error) }, 'an IMAP log-in could not be decided');
      return new Refusal(texts.tryLater, temporary ? 'UNAVAILABLE' : 'CONTACTADMIN');
    }
  }

  #enter(mailbox: Mailbox): HouseAccount | Refusal {
    const { house, sessions, enter, journal } = this.#options;
    if (sessions.of(mailbox.id) >= house.limits.sessionsPerMailbox) {
      journal.warn({ mailbox: mailbox.address }, 'too many IMAP sessions of one mailbox');
      return new Refusal(house.texts.tooManySessions, 'LIMIT');
    }
    sessions.change(mailbox.id, 1);
    journal.info({ mailbox: mailbox.address }, 'an IMAP session begins');
    const forget = enter(mailbox);
    const leave = () => {
      forget();
      sessions.change(mailbox.id, -1);
    };
    return new HouseAccount(house, { mailbox, leave });
  }
}
