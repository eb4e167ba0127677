// SPDX-License-Identifier: EUPL-1.2
import type { MimeIndex } from '../mime/mime-index.ts';
import type { Octets } from '../mime/octets.ts';
import type { ResolvedSearchKey } from './search/resolved-search-key.ts';
import type { FlagState, MailboxChanges } from './view/mailbox-view.ts';
import type { UidSet } from './view/uid-set.ts';

/** A value now or later: what is at hand need not wait. */
export type Awaitable<Value> = Value | Promise<Value>;

/** The answer NO of a backend, with its reason; a fault is thrown instead and becomes NO [SERVERBUG]. */
export class Refusal {
  readonly text: string;
  /** Response code without brackets (RFC 5530): `NONEXISTENT`, `TRYCREATE`, `OVERQUOTA` ... */
  readonly code: string | undefined;

  constructor(text: string, code?: string) {
    this.text = text;
    this.code = code;
  }
}

/** Who holds the accounts. All instants are milliseconds since the Unix epoch. */
export interface ImapBackend {
  /** LOGIN, and AUTHENTICATE PLAIN. */
  login(user: string, password: string): Awaitable<ImapAccount | Refusal>;
  /** Further SASL mechanisms; PLAIN is always there. */
  readonly mechanisms?: readonly SaslMechanism[];
}

/** A way to authenticate besides PLAIN (RFC 4422). */
export interface SaslMechanism {
  /** In capitals. */
  readonly name: string;
  /** Begins one exchange with one client. */
  start(): SaslExchange;
}

/** One exchange, response by response, until it is done or refused. */
export interface SaslExchange {
  /** The client's next response; the first is of no octets when the client sent no initial one. */
  next(response: Buffer): Awaitable<SaslStep | Refusal>;
}

/** What a response leads to: a challenge for the client, or an account. */
export type SaslStep =
  | { readonly step: 'challenge'; readonly octets: Buffer }
  | { readonly step: 'done'; readonly account: ImapAccount };

/** A mailbox as LIST shows it. */
export interface MailboxListing {
  /** Unicode, levels separated by `/`; INBOX in capitals. */
  readonly name: string;
  /** False for a level that only holds others, or for a name that is subscribed but gone. */
  readonly selectable: boolean;
  readonly subscribed: boolean;
  /** RFC 6154 attributes, such as `\Sent`. */
  readonly specialUse: readonly string[];
}

/** What STATUS tells (RFC 9051 section 6.3.11, RFC 7162, RFC 8438, RFC 8474). */
export interface MailboxStatus {
  readonly messages: number;
  readonly recent: number;
  readonly unseen: number;
  /** Messages with \Deleted, and their octets. */
  readonly deleted: number;
  readonly deletedBytes: number;
  readonly sizeBytes: number;
  readonly uidNext: number;
  readonly uidValidity: number;
  readonly highestModseq: number;
  readonly mailboxId: string;
}

/** A set of mailboxes that share limits (RFC 9208). */
export interface QuotaRoot {
  readonly name: string;
  /** RFC 9208 resources: STORAGE in units of 1024 octets, MESSAGE in messages. */
  readonly resources: readonly { readonly name: string; readonly usage: number; readonly limit: number }[];
}

/** One account's mailboxes, for one session. */
export interface ImapAccount {
  /** Octets an APPEND may have (RFC 7889). */
  readonly appendLimitBytes: number;
  /** Special uses that CREATE may ask for (RFC 6154). */
  readonly specialUses: readonly string[];
  /** Every mailbox and every subscribed name, in the order LIST shows them. */
  listMailboxes(): Awaitable<readonly MailboxListing[]>;
  /** Without opening it. */
  status(mailbox: string): Awaitable<MailboxStatus | Refusal>;
  /** Makes missing levels above as well. */
  createMailbox(name: string, uses: readonly string[]): Awaitable<{ readonly mailboxId: string } | Refusal>;
  /** A level that holds others is refused with `HASCHILDREN`, or stays as a level without messages. */
  deleteMailbox(name: string): Awaitable<Refusal | undefined>;
  /** Takes the levels below with it; INBOX keeps its name and gives away its messages. */
  renameMailbox(from: string, to: string): Awaitable<Refusal | undefined>;
  /** A name may stay subscribed though its mailbox is gone. */
  subscribe(name: string, subscribed: boolean): Awaitable<Refusal | undefined>;
  /** SELECT and EXAMINE; the session closes one mailbox before it opens the next. */
  openMailbox(name: string, options: { readonly readOnly: boolean }): Awaitable<ImapMailbox | Refusal>;
  /** Begins an APPEND; `TRYCREATE` where there is no such mailbox. */
  append(mailbox: string): Awaitable<ImapAppend | Refusal>;
  /** The quota roots of a mailbox, none for one without limits. */
  quotaRoots(mailbox: string): Awaitable<readonly QuotaRoot[] | Refusal>;
  /** One quota root by its name. */
  quotaRoot(name: string): Awaitable<QuotaRoot | Refusal>;
  readonly metadata?: ImapMetadata;
  /** The session is over. */
  close(): void;
}

/** RFC 5464, for backends that keep it. */
export interface ImapMetadata {
  /** All entries of a mailbox (of the server for an empty name). */
  get(mailbox: string): Awaitable<ReadonlyMap<string, Buffer> | Refusal>;
  set(
    mailbox: string,
    values: readonly { readonly entry: string; readonly value: Buffer | undefined }[],
  ): Awaitable<Refusal | undefined>;
}

/** One APPEND of one or more messages: all of them are kept or none. */
export interface ImapAppend {
  /** A message of so many octets is about to come. */
  begin(message: {
    readonly flags: readonly string[];
    readonly internalDate?: number;
    readonly sizeBytes: number;
  }): Awaitable<Refusal | undefined>;
  /** Its next octets; resolves when more may come. */
  write(octets: Buffer): Awaitable<void>;
  /** Keeps everything. UIDs in the order of the messages. */
  commit(): Awaitable<{ readonly uidValidity: number; readonly uids: readonly number[] } | Refusal>;
  /** Keeps nothing. */
  abort(): void;
}

/** A mailbox at the moment it was opened. */
export interface MailboxSnapshot {
  readonly uidValidity: number;
  readonly uidNext: number;
  readonly highestModseq: number;
  readonly uids: UidSet;
  /** The lowest UID without \Seen, if any. */
  readonly firstUnseenUid?: number;
  /** Keywords in use. */
  readonly keywords: readonly string[];
  /** Whether a client may make new keywords. */
  readonly newKeywords: boolean;
  readonly readOnly: boolean;
  readonly mailboxId: string;
  /** Messages from this UID on are \Recent to this session alone (RFC 3501). */
  readonly firstRecentUid?: number;
}

/** A selected mailbox, for one session. */
export interface ImapMailbox {
  readonly snapshot: MailboxSnapshot;
  /** Everything after that MODSEQ; undefined when nothing happened. Must see all this session committed. */
  changes(sinceModseq: number): Awaitable<MailboxChanges | undefined>;
  /** UIDs gone after that MODSEQ; undefined when that is no longer known (RFC 7162). */
  vanishedSince(modseq: number): Awaitable<UidSet | undefined>;
  /** Messages in UID order, in batches of any size; those that are gone are left out. */
  fetch(
    request: FetchRequest,
  ): AsyncIterable<readonly FetchedMessage[]> | Iterable<readonly FetchedMessage[]>;
  /** Changes flags; what is refused because of `unchangedSince` is told as modified. */
  store(request: StoreRequest): Awaitable<StoreOutcome | Refusal>;
  /** The messages among `within` that the key holds for. */
  search(key: ResolvedSearchKey, within: UidSet): Awaitable<UidSet | Refusal>;
  /** What SORT and THREAD compare, for each message that still exists. */
  orderingFacts(uids: UidSet): Awaitable<readonly OrderingFacts[]>;
  /** Copies keep flags and INTERNALDATE; all are made or none. */
  copy(uids: UidSet, mailbox: string): Awaitable<CopyOutcome | Refusal>;
  /** The same, and they are gone here at the same instant (RFC 6851). */
  move(uids: UidSet, mailbox: string): Awaitable<CopyOutcome | Refusal>;
  /** Removes those among `uids` that are marked \Deleted. */
  expunge(uids: UidSet): Awaitable<Refusal | undefined>;
  /** Calls the listener, soon, after anything happened; returns how to stop that. */
  onChange(listener: () => void): () => void;
  /** The session left the mailbox. */
  close(): void;
}

/** Which messages a FETCH is about, and what of them it will tell. */
export interface FetchRequest {
  readonly uids: UidSet;
  /** Only messages with a higher MODSEQ. */
  readonly changedSince?: number;
  /** The content is wanted. */
  readonly content: boolean;
  /** The envelope, or the body structure, is wanted: itself where it is at hand, or else the content. */
  readonly envelope?: boolean;
  readonly structure?: boolean;
  /** The preview is wanted: `lazy` only when it costs nothing (RFC 8970). */
  readonly preview?: 'lazy' | 'now';
}

/** A message as FETCH tells it. */
export interface FetchedMessage extends FlagState {
  /** INTERNALDATE. */
  readonly internalDate: number;
  readonly sizeBytes: number;
  /** When it was put into this mailbox (RFC 8514). */
  readonly savedDate?: number;
  /** RFC 8474. */
  readonly emailId: string;
  readonly threadId?: string;
  /** There when asked for. */
  readonly content?: MessageContent;
  /** ENVELOPE and BODYSTRUCTURE as every client may be told them, in ASCII alone; when asked for and at hand. */
  readonly envelope?: string;
  readonly structure?: string;
  /** There when asked for and known. */
  readonly preview?: string;
}

/** A message's octets, and where its header, body and parts begin and end. */
export interface MessageContent {
  readonly index: MimeIndex;
  readonly octets: Octets;
  /** The message's octets from its start to the end of its header or beyond, when they are at hand. */
  readonly head?: Buffer;
}

/** STORE, with flags in any letter case; \Recent is never among them. */
export interface StoreRequest {
  readonly uids: UidSet;
  readonly mode: 'set' | 'add' | 'remove';
  readonly flags: readonly string[];
  /** Messages with a higher MODSEQ are left alone and reported as modified. */
  readonly unchangedSince?: number;
}

/** What became of a STORE. */
export interface StoreOutcome {
  /** The present state of every message that exists and was not refused, changed or not. */
  readonly messages: readonly FlagState[];
  /** Those whose flags are not what they were. */
  readonly changed: UidSet;
  /** Those left alone because they changed since. */
  readonly modified: UidSet;
}

/** COPYUID (RFC 4315). */
export interface CopyOutcome {
  readonly uidValidity: number;
  /** UIDs there were and UIDs given, pair by pair. */
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** What SORT and THREAD compare (RFC 5256); `thread/ordering-facts.ts` takes it from a header. */
export interface OrderingFacts {
  readonly uid: number;
  readonly internalDate: number;
  readonly sizeBytes: number;
  /** Date header field as an instant, when it can be read. */
  readonly sentDate?: number;
  /** Decoded. */
  readonly subject: string;
  /** Local part of the first mailbox of each field, empty when there is none. */
  readonly from: string;
  readonly to: string;
  readonly cc: string;
  /** Without angle brackets. */
  readonly messageId?: string;
  /** References, else the first message id of In-Reply-To, oldest first. */
  readonly references: readonly string[];
}
