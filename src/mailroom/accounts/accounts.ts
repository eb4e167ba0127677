// SPDX-License-Identifier: EUPL-1.2
import { createHmac } from 'node:crypto';
import type { Clock } from '../../platform/clock.ts';
import { Fault } from '../../platform/faults.ts';
import type { Ids } from '../../platform/ids.ts';
import { Turns } from '../../platform/turns.ts';
import type { Mailbox, MailboxReader } from '../mailboxes/mailbox-store.ts';
import { hashPassword, PASSWORD_LIMIT_BYTES, verifyPassword } from './passwords.ts';

export interface AccountLimits {
  /** How long a verified password is taken without hashing it again. */
  readonly cacheMs: number;
  /** Verified passwords remembered at most. */
  readonly cacheEntries: number;
  /** Hashings at the same time; the rest of the thread pool stays free for signing. */
  readonly hashings: number;
  /** Attempts that may wait for a hashing; one more is turned away. */
  readonly waiting: number;
}

export const DEFAULT_ACCOUNT_LIMITS: AccountLimits = {
  cacheMs: 5 * 60_000,
  cacheEntries: 10_000,
  hashings: 2,
  waiting: 200,
};

export interface AccountsOptions {
  readonly mailboxes: Pick<MailboxReader, 'findMailbox'>;
  readonly clock: Clock;
  /** Gives the secret under which verified passwords are remembered. */
  readonly ids: Ids;
  readonly limits?: Partial<AccountLimits>;
}

/** Who may come in: the one place where a password is looked at (SEC-1, AP-2). */
export class Accounts {
  readonly #mailboxes: Pick<MailboxReader, 'findMailbox'>;
  readonly #clock: Clock;
  readonly #limits: AccountLimits;
  readonly #secret: string;
  /** A hash of nobody's password, so that an unknown address takes as long as a known one. */
  readonly #decoy: Promise<string>;
  /** Fingerprint of hash and password, to the instant until which it is taken. Oldest first. */
  readonly #verified = new Map<string, number>();
  readonly #underWay = new Map<string, Promise<boolean>>();
  readonly #turns: Turns;

  constructor(options: AccountsOptions) {
    this.#mailboxes = options.mailboxes;
    this.#clock = options.clock;
    this.#limits = { ...DEFAULT_ACCOUNT_LIMITS, ...options.limits };
    this.#turns = new Turns(this.#limits.hashings);
    this.#secret = options.ids.token(52);
    this.#decoy = hashPassword(options.ids.token());
    // Whoever asks first awaits it; until then a failure is nobody's yet.
    this.#decoy.catch(() => undefined);
  }

  /**
   * The mailbox whose address and password these are; undefined when there is none, it has no user
   * (SRV-1), is disabled, or the password is another: the caller learns no more.
   * Rejects with the temporary Fault `login-busy` when too many attempts wait.
   */
  async authenticate(address: string, password: string): Promise<Mailbox | undefined> {
    if (Buffer.byteLength(password) > PASSWORD_LIMIT_BYTES) return undefined;
    const hash = this.#openHash(address);
    const mark = this.#fingerprint(hash ?? (await this.#decoy), password);
    if (hash === undefined || !this.#isRemembered(mark)) {
      const right = await this.#verify({ hash: hash ?? (await this.#decoy), password, mark });
      if (!right || hash === undefined) return undefined;
    }
    // The password may have been changed, or the mailbox disabled, while the hashing ran.
    return this.#openHash(address) === hash ? this.#mailboxes.findMailbox(address) : undefined;
  }

  /** Whether who logged in to this mailbox before could do so now, with the same password. */
  stillOpens({ address, passwordHash }: Mailbox): boolean {
    return passwordHash !== undefined && this.#openHash(address) === passwordHash;
  }

  #openHash(address: string): string | undefined {
    const mailbox = this.#mailboxes.findMailbox(address);
    const open = mailbox?.status === 'active' && mailbox.role === 'user';
    return open ? mailbox.passwordHash : undefined;
  }

  /** Holds the hash as well: with a new password every remembered one is forgotten. */
  #fingerprint(hash: string, password: string): string {
    return createHmac('sha256', this.#secret).update(hash).update('\0').update(password).digest('base64');
  }

  #isRemembered(mark: string): boolean {
    const until = this.#verified.get(mark);
    return until !== undefined && until > this.#clock.now();
  }

  #remember(mark: string): void {
    this.#verified.delete(mark);
    this.#verified.set(mark, this.#clock.now() + this.#limits.cacheMs);
    for (const oldest of this.#verified.keys()) {
      if (this.#verified.size <= this.#limits.cacheEntries) break;
      this.#verified.delete(oldest);
    }
  }

  /** Hashes once for any number of equal attempts: mail clients open several connections at a time. */
  #verify(attempt: { hash: string; password: string; mark: string }): Promise<boolean> {
    const { hash, password, mark } = attempt;
    const underWay = this.#underWay.get(mark);
    if (underWay !== undefined) return underWay;
    const verification = this.#inTurn(() => verifyPassword(hash, password))
      .then((right) => {
        if (right) this.#remember(mark);
        return right;
      })
      .finally(() => this.#underWay.delete(mark));
    this.#underWay.set(mark, verification);
    return verification;
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#turns.isFull && this.#turns.waiting >= this.#limits.waiting) {
      throw new Fault('login-busy', 'too many logins at the same time', { temporary: true });
    }
    return this.#turns.take(work);
  }
}
