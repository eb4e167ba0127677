// SPDX-License-Identifier: EUPL-1.2
import type { Journal } from '../../platform/journal.ts';
import { Turns } from '../../platform/turns.ts';
import { DEFAULT_FOLDERS } from '../mailboxes/folders.ts';
import type { MailboxReader } from '../mailboxes/mailbox-store.ts';
import type { StepStore } from '../steps/step-store.ts';
import {
  changedTerms,
  decideChange,
  decideNew,
  type MailboxFacts,
  type MailboxRefusal,
  type MailboxTerms,
  type MailboxToPut,
  type NewMailbox,
} from './mailbox-decision.ts';

/** Mailboxes made by one order at most. */
export const MAILBOXES_AT_ONCE = 10_000;

/** One that is not made, by its place in what was asked. */
export interface Refused {
  readonly at: number;
  readonly address: string;
  readonly because: MailboxRefusal;
}

export interface ProvisioningOptions {
  readonly store: StepStore & Pick<MailboxReader, 'findMailbox'>;
  readonly facts: MailboxFacts;
  readonly journal: Journal;
}

/** Makes and changes mailboxes by order of the operator, one order at a time: each sees what those before it did. */
export class Provisioning {
  readonly #options: ProvisioningOptions;
  readonly #turns = new Turns(1);

  constructor(options: ProvisioningOptions) {
    this.#options = options;
  }

  /**
   * Makes all of them in one step, or none: gives those that cannot be made, with the reason. With `look` none is
   * made. Rejects with the temporary Fault of a store that does not commit.
   */
  add(mailboxes: readonly NewMailbox[], { look = false } = {}): Promise<readonly Refused[]> {
    return this.#turns.take(async () => {
      const { store, facts, journal } = this.#options;
      const puts: MailboxToPut[] = [];
      const refused: Refused[] = [];
      const named = new Set<string>();
      for (const [at, wanted] of mailboxes.entries()) {
        const address = wanted.address.toLowerCase();
        const decision = decideNew(wanted, { facts, existing: store.findMailbox(address) });
        if (decision.decided === 'refuse') refused.push({ at, address, because: decision.because });
        else if (named.has(address)) refused.push({ at, address, because: 'named-twice' });
        else puts.push(decision.mailbox);
        named.add(address);
      }
      if (refused.length > 0 || look || puts.length === 0) return refused;
      await this.#put(puts);
      for (const mailbox of puts) journal.info(factsOf(mailbox), 'a mailbox was made');
      return [];
    });
  }

  /** Changes what is said and nothing else; gives the reason when it cannot be. Rejects as `add` does. */
  change(address: string, terms: MailboxTerms): Promise<MailboxRefusal | undefined> {
    return this.#turns.take(async () => {
      const { store, facts, journal } = this.#options;
      const decision = decideChange(terms, { facts, existing: store.findMailbox(address) });
      if (decision.decided === 'refuse') return decision.because;
      await this.#put([decision.mailbox]);
      // The hash of a password is nobody's business: that there is a new one is told.
      const changed = changedTerms(terms).map((name) => (name === 'passwordHash' ? 'password' : name));
      journal.info({ ...factsOf(decision.mailbox), changed }, 'a mailbox was changed');
      return undefined;
    });
  }

  async #put(mailboxes: readonly MailboxToPut[]): Promise<void> {
    const acts = mailboxes.map(
      (mailbox) => ({ do: 'put-mailbox', mailbox, folders: DEFAULT_FOLDERS }) as const,
    );
    await this.#options.store.commit({ blobs: [], contents: [], parts: [{ acts }] });
  }
}

function factsOf(mailbox: MailboxToPut): Record<string, unknown> {
  const { address, status, quotaBytes, filesReceipts, ordinaryMail } = mailbox;
  return { mailbox: address, status, quotaBytes, filesReceipts, ordinaryMail: ordinaryMail ?? 'provider' };
}
