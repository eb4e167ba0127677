// SPDX-License-Identifier: EUPL-1.2
import { HIERARCHY_DELIMITER } from '../grammar/mailbox-name.ts';
import {
  type ImapAccount,
  type ImapAppend,
  type ImapBackend,
  type ImapMetadata,
  type MailboxListing,
  type MailboxStatus,
  type QuotaRoot,
  Refusal,
} from '../imap-backend.ts';
import { levelsAbove } from '../list/list-entries.ts';
import { hasFlag } from '../search/search-evaluation.ts';
import { ReferenceMailbox } from './reference-mailbox.ts';
import { ReferenceSelected } from './reference-session.ts';

/** Accounts in memory, for tests and as the model that real backends are compared with. */
export class ReferenceBackend implements ImapBackend {
  readonly #accounts = new Map<string, { readonly password: string; readonly account: ReferenceAccount }>();

  addAccount(user: string, password: string, options: Partial<ReferenceOptions> = {}): ReferenceAccount {
    const account = new ReferenceAccount(options);
    this.#accounts.set(user, { password, account });
    return account;
  }

  login(user: string, password: string): ReferenceAccount | Refusal {
    const known = this.#accounts.get(user);
    return known?.password === password ? known.account : new Refusal('Wrong user or password');
  }
}

export interface ReferenceOptions {
  readonly now: () => number;
  readonly appendLimitBytes: number;
  readonly quotaBytes: number;
}

const GONE = new Refusal('No such mailbox', 'NONEXISTENT');
const TAKEN = new Refusal('The mailbox exists already', 'ALREADYEXISTS');

export class ReferenceAccount implements ImapAccount {
  readonly appendLimitBytes: number;
  readonly specialUses = ['\\Archive', '\\Drafts', '\\Flagged', '\\Junk', '\\Sent', '\\Trash'];
  readonly now: () => number;
  readonly #quotaBytes: number;
  readonly #mailboxes = new Map<string, ReferenceMailbox>();
  readonly #subscribed = new Set<string>();
  readonly #metadata = new Map<string, Map<string, Buffer>>();
  #made = 0;
  #messages = 0;

  constructor(options: Partial<ReferenceOptions>) {
    this.now = options.now ?? (() => 1_700_000_000_000);
    this.appendLimitBytes = options.appendLimitBytes ?? 10_000_000;
    this.#quotaBytes = options.quotaBytes ?? 1_000_000_000;
    this.#make('INBOX', []);
  }

  find(name: string): ReferenceMailbox | undefined {
    return this.#mailboxes.get(name);
  }

  nextEmailId(): string {
    return `M${++this.#messages}`;
  }

  #make(name: string, uses: readonly string[]): ReferenceMailbox {
    const number = ++this.#made;
    const given = { name, mailboxId: `F${number}`, uidValidity: number, specialUse: uses };
    const mailbox = new ReferenceMailbox(given);
    this.#mailboxes.set(name, mailbox);
    return mailbox;
  }

  listMailboxes(): readonly MailboxListing[] {
    const listings: MailboxListing[] = [...this.#mailboxes.values()].map(({ name, specialUse }) => {
      return { name, specialUse, selectable: true, subscribed: this.#subscribed.has(name) };
    });
    for (const name of this.#subscribed) {
      if (!this.#mailboxes.has(name))
        listings.push({ name, specialUse: [], selectable: false, subscribed: true });
    }
    return listings;
  }

  status(name: string): MailboxStatus | Refusal {
    const mailbox = this.find(name);
    if (mailbox === undefined) return GONE;
    const { messages, uidNext, uidValidity, highestModseq, mailboxId } = mailbox;
    const bytes = (some: typeof messages): number =>
      some.reduce((sum, one) => sum + one.content.octets.size, 0);
    const deleted = messages.filter(({ flags }) => hasFlag(flags, '\\Deleted'));
    return {
      messages: messages.length,
      recent: messages.filter(({ uid }) => uid >= mailbox.firstRecentUid).length,
      unseen: messages.filter(({ flags }) => !hasFlag(flags, '\\Seen')).length,
      deleted: deleted.length,
      deletedBytes: bytes(deleted),
      sizeBytes: bytes(messages),
      uidNext,
      uidValidity,
      highestModseq,
      mailboxId,
    };
  }

  createMailbox(name: string, uses: readonly string[]): { readonly mailboxId: string } | Refusal {
    if (this.#mailboxes.has(name)) return TAKEN;
    for (const above of levelsAbove(name)) if (!this.#mailboxes.has(above)) this.#make(above, []);
    return { mailboxId: this.#make(name, uses).mailboxId };
  }

  deleteMailbox(name: string): Refusal | undefined {
    const mailbox = this.find(name);
    if (mailbox === undefined) return GONE;
    if (this.#below(name).length > 0) return new Refusal('The mailbox holds others', 'HASCHILDREN');
    this.#mailboxes.delete(name);
    mailbox.remove(mailbox.uids());
    return undefined;
  }

  #below(name: string): readonly ReferenceMailbox[] {
    return [...this.#mailboxes.values()].filter((one) => one.name.startsWith(name + HIERARCHY_DELIMITER));
  }

  renameMailbox(from: string, to: string): Refusal | undefined {
    const mailbox = this.find(from);
    if (mailbox === undefined) return GONE;
    if (this.#mailboxes.has(to)) return TAKEN;
    for (const above of levelsAbove(to)) if (!this.#mailboxes.has(above)) this.#make(above, []);
    if (from === 'INBOX') {
      // RFC 9051 section 6.3.6
      const target = this.#make(to, []);
      for (const { content, ...message } of mailbox.messages) {
        target.add({ ...message, octets: content.octets.buffer });
      }
      mailbox.remove(mailbox.uids());
      return undefined;
    }
    for (const one of [mailbox, ...this.#below(from)]) {
      this.#mailboxes.delete(one.name);
      one.name = to + one.name.slice(from.length);
      this.#mailboxes.set(one.name, one);
    }
    return undefined;
  }

  subscribe(name: string, subscribed: boolean): Refusal | undefined {
    if (!subscribed) this.#subscribed.delete(name);
    else if (this.find(name) === undefined) return GONE;
    else this.#subscribed.add(name);
    return undefined;
  }

  openMailbox(name: string, { readOnly }: { readonly readOnly: boolean }): ReferenceSelected | Refusal {
    const mailbox = this.find(name);
    return mailbox === undefined ? GONE : new ReferenceSelected(this, mailbox, readOnly);
  }

  append(name: string): ImapAppend | Refusal {
    const mailbox = this.find(name);
    return mailbox === undefined
      ? new Refusal('No such mailbox', 'TRYCREATE')
      : new ReferenceAppend(this, mailbox);
  }

  quotaRoots(name: string): readonly QuotaRoot[] | Refusal {
    return this.find(name) === undefined ? GONE : [this.#quota()];
  }

  quotaRoot(name: string): QuotaRoot | Refusal {
    return name === '' ? this.#quota() : new Refusal('No such quota root', 'NONEXISTENT');
  }

  #quota(): QuotaRoot {
    const usage = Math.ceil(this.usedBytes / 1024);
    return { name: '', resources: [{ name: 'STORAGE', usage, limit: Math.floor(this.#quotaBytes / 1024) }] };
  }

  get usedBytes(): number {
    let used = 0;
    for (const { messages } of this.#mailboxes.values()) {
      for (const { content } of messages) used += content.octets.size;
    }
    return used;
  }

  get quotaBytes(): number {
    return this.#quotaBytes;
  }

  readonly metadata: ImapMetadata = {
    get: (mailbox) => {
      if (mailbox !== '' && this.find(mailbox) === undefined) return GONE;
      return this.#metadata.get(mailbox) ?? new Map<string, Buffer>();
    },
    set: (mailbox, values) => {
      if (mailbox !== '' && this.find(mailbox) === undefined) return GONE;
      const kept = this.#metadata.get(mailbox) ?? new Map<string, Buffer>();
      this.#metadata.set(mailbox, kept);
      for (const { entry, value } of values) {
        if (value === undefined) kept.delete(entry);
        else kept.set(entry, Buffer.from(value));
      }
      return undefined;
    },
  };

  close(): void {}
}

class ReferenceAppend implements ImapAppend {
  readonly #account: ReferenceAccount;
  readonly #mailbox: ReferenceMailbox;
  readonly #messages: { flags: readonly string[]; internalDate: number; chunks: Buffer[] }[] = [];
  #bytes = 0;

  constructor(account: ReferenceAccount, mailbox: ReferenceMailbox) {
    this.#account = account;
    this.#mailbox = mailbox;
  }

  begin(message: {
    readonly flags: readonly string[];
    readonly internalDate?: number;
    readonly sizeBytes: number;
  }): Refusal | undefined {
    this.#bytes += message.sizeBytes;
    if (this.#account.usedBytes + this.#bytes > this.#account.quotaBytes) {
      return new Refusal('The mailbox is full', 'OVERQUOTA');
    }
    const { flags, internalDate = this.#account.now() } = message;
    this.#messages.push({ flags, internalDate, chunks: [] });
    return undefined;
  }

  write(octets: Buffer): void {
    this.#messages.at(-1)?.chunks.push(octets);
  }

  commit(): { readonly uidValidity: number; readonly uids: readonly number[] } {
    const uids = this.#messages.map(({ flags, internalDate, chunks }) => {
      const [savedDate, emailId] = [this.#account.now(), this.#account.nextEmailId()];
      return this.#mailbox.add({ octets: Buffer.concat(chunks), flags, internalDate, savedDate, emailId })
        .uid;
    });
    return { uidValidity: this.#mailbox.uidValidity, uids };
  }

  abort(): void {
    this.#messages.length = 0;
  }
}
