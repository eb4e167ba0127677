// SPDX-License-Identifier: EUPL-1.2
import { INBOX } from '../../../mailroom/mailboxes/folders.ts';
import type { Folder, Mailbox } from '../../../mailroom/mailboxes/mailbox-store.ts';
import type { Act, StepPart } from '../../../mailroom/steps/step-store.ts';
import {
  type ImapAccount,
  type ImapAppend,
  type MailboxListing,
  type MailboxStatus,
  type QuotaRoot,
  Refusal,
} from '../../../wire/imap/imap-backend.ts';
import { levelsAbove } from '../../../wire/imap/list/list-entries.ts';
import { HouseAppend } from './house-append.ts';
import { HouseMailbox } from './house-mailbox.ts';
import { commit, type ImapHouse, mailboxIdOf } from './imap-house.ts';

const KIBIBYTE = 1024;

/** One PEC mailbox as one IMAP session sees it: its folders are what IMAP calls mailboxes. */
export class HouseAccount implements ImapAccount {
  readonly appendLimitBytes: number;
  readonly specialUses = ['\\Archive', '\\Drafts', '\\Flagged', '\\Junk', '\\Sent', '\\Trash'];
  readonly #house: ImapHouse;
  readonly #mailbox: Mailbox;
  readonly #leave: () => void;
  #left = false;

  constructor(house: ImapHouse, session: { readonly mailbox: Mailbox; readonly leave: () => void }) {
    this.#house = house;
    this.#mailbox = session.mailbox;
    this.#leave = session.leave;
    this.appendLimitBytes = house.limits.appendBytes;
  }

  listMailboxes(): readonly MailboxListing[] {
    const { store } = this.#house;
    const folders = store.listFolders(this.#mailbox.id);
    const names = new Set(folders.map(({ name }) => name));
    const gone = store.listSubscriptions(this.#mailbox.id).filter((name) => !names.has(name));
    return [
      ...folders.map(({ name, subscribed, specialUse }) => ({
        name,
        selectable: true,
        subscribed,
        specialUse: specialUse === undefined ? [] : [specialUse],
      })),
      ...gone.map((name) => ({ name, selectable: false, subscribed: true, specialUse: [] })),
    ];
  }

  async status(name: string): Promise<MailboxStatus | Refusal> {
    const folder = this.#find(name);
    if (folder === undefined) return this.#gone();
    const { id, messages, unseen, deleted, sizeBytes, uidNext, uidValidity, highestModseq } = folder;
    const first = this.#house.recent.first(id);
    const needsImage = deleted > 0 || (first > 1 && first < uidNext);
    const image = needsImage ? await this.#house.images.open(id) : undefined;
    const recent = first === 1 ? messages : (image?.uids.size ?? 0) - (image?.uids.countBelow(first) ?? 0);
    return {
      messages,
      recent,
      unseen,
      deleted,
      deletedBytes: image?.deletedBytes() ?? 0,
      sizeBytes,
      uidNext,
      uidValidity,
      highestModseq,
      mailboxId: mailboxIdOf(folder),
    };
  }

  async createMailbox(name: string, uses: readonly string[]) {
    const [specialUse, ...others] = uses;
    // RFC 6154 section 3: a folder here has one use at most.
    if (others.length > 0) return new Refusal(this.#house.texts.oneUseOnly, 'USEATTR');
    const { store, limits, texts } = this.#house;
    const above = this.#makingAbove(name);
    if (store.listFolders(this.#mailbox.id).length + above.length >= limits.foldersPerMailbox)
      return new Refusal(texts.tooManyFolders, 'LIMIT');
    const refusal = await this.#perform([...above, this.#making(name, specialUse)]);
    if (refusal !== undefined) return refusal;
    const folder = this.#find(name);
    return folder === undefined ? this.#gone() : { mailboxId: mailboxIdOf(folder) };
  }

  async deleteMailbox(name: string): Promise<Refusal | undefined> {
    const folder = this.#find(name);
    if (folder === undefined) return this.#gone();
    if (this.#house.store.listFolders(this.#mailbox.id).some((one) => one.name.startsWith(`${name}/`)))
      return new Refusal(this.#house.texts.hasChildren, 'HASCHILDREN');
    return this.#perform([{ acts: [{ do: 'delete-folder', folder: folder.id }] }]);
  }

  async renameMailbox(from: string, to: string): Promise<Refusal | undefined> {
    const folder = this.#find(from);
    if (folder === undefined) return this.#gone();
    if (this.#find(to) !== undefined) return this.#taken();
    if (from === INBOX) return this.#emptyInbox(folder, to);
    const acts: readonly Act[] = [{ do: 'rename-folder', folder: folder.id, name: to }];
    return this.#perform([...this.#makingAbove(to), { acts }]);
  }

  /** RFC 9051 section 6.3.6: INBOX keeps its name and gives its messages away. */
  async #emptyInbox(inbox: Folder, to: string): Promise<Refusal | undefined> {
    const refusal = await this.#perform([...this.#makingAbove(to), this.#making(to)]);
    if (refusal !== undefined) return refusal;
    const [target, image] = [this.#find(to), await this.#house.images.open(inbox.id)];
    if (target === undefined || image === undefined) return this.#gone();
    const { clock } = this.#house;
    const uids = [...image.uids];
    return this.#perform([
      { acts: [{ do: 'copy', folder: inbox.id, uids, to: target.id, savedAt: clock.now(), move: true }] },
    ]);
  }

  async subscribe(name: string, subscribed: boolean): Promise<Refusal | undefined> {
    const { store, limits, texts } = this.#house;
    const mailbox = this.#mailbox.id;
    if (subscribed) {
      if (this.#find(name) === undefined) return this.#gone();
      // Names that are gone stay subscribed, so there could be any number of them.
      if (store.listSubscriptions(mailbox).length >= limits.foldersPerMailbox)
        return new Refusal(texts.tooManyFolders, 'LIMIT');
    }
    return this.#perform([{ acts: [{ do: 'subscribe', mailbox, name, subscribed }] }]);
  }

  async openMailbox(name: string, options: { readonly readOnly: boolean }): Promise<HouseMailbox | Refusal> {
    const folder = this.#find(name);
    const image = folder === undefined ? undefined : await this.#house.images.open(folder.id);
    if (folder === undefined || image === undefined) return this.#gone();
    const { readOnly } = options;
    return new HouseMailbox(this.#house, { mailbox: this.#mailbox.id, folder, image, readOnly });
  }

  append(name: string): ImapAppend | Refusal {
    if (this.#find(name) === undefined) return new Refusal(this.#house.texts.noSuchMailbox, 'TRYCREATE');
    return new HouseAppend(this.#house, { mailbox: this.#mailbox.id, folder: name });
  }

  quotaRoots(name: string): readonly QuotaRoot[] | Refusal {
    return this.#find(name) === undefined ? this.#gone() : [this.#quota()];
  }

  quotaRoot(name: string): QuotaRoot | Refusal {
    return name === '' ? this.#quota() : new Refusal(this.#house.texts.noSuchQuotaRoot, 'NONEXISTENT');
  }

  close(): void {
    if (!this.#left) this.#leave();
    this.#left = true;
  }

  /** RFC 9208. Receipts and notices never count. */
  #quota(): QuotaRoot {
    const { store } = this.#house;
    const usage = Math.ceil(store.usage(this.#mailbox.id).countedBytes / KIBIBYTE);
    const limit = Math.floor(store.getMailbox(this.#mailbox.id).quotaBytes / KIBIBYTE);
    return { name: '', resources: [{ name: 'STORAGE', usage, limit }] };
  }

  #find(name: string): Folder | undefined {
    return this.#house.store.findFolder(this.#mailbox.id, name);
  }

  /** The levels above a folder, where they are missing. */
  #makingAbove(name: string): readonly StepPart[] {
    const missing = levelsAbove(name).filter((above) => this.#find(above) === undefined);
    return missing.reverse().map((above) => this.#making(above));
  }

  #making(name: string, specialUse?: string): StepPart {
    const mailbox = this.#mailbox.id;
    const folder = { name, subscribed: false, ...(specialUse === undefined ? {} : { specialUse }) };
    return {
      onlyIf: [{ is: 'folder', mailbox, name, wanted: false }],
      acts: [{ do: 'create-folder', mailbox, folder }],
    };
  }

  /** The last part is what matters; those before it make missing levels, which others may have made. */
  async #perform(parts: readonly StepPart[]): Promise<Refusal | undefined> {
    const outcome = await commit(this.#house, { blobs: [], contents: [], parts });
    if (outcome instanceof Refusal) return outcome;
    return outcome.parts.at(-1)?.done === false ? this.#taken() : undefined;
  }

  #gone(): Refusal {
    return new Refusal(this.#house.texts.noSuchMailbox, 'NONEXISTENT');
  }

  #taken(): Refusal {
    return new Refusal(this.#house.texts.mailboxExists, 'ALREADYEXISTS');
  }
}
