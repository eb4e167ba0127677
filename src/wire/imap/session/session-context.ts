// SPDX-License-Identifier: EUPL-1.2
import type { ImapAccount, ImapMailbox } from '../imap-backend.ts';
import { CommandReader } from '../reader/command-reader.ts';
import { ResponseWriter } from '../responses/response-writer.ts';
import type { StatusResponse } from '../responses/statuses.ts';
import { responseText, type StringStyle } from '../responses/strings.ts';
import type { MailboxView } from '../view/mailbox-view.ts';
import { DEFAULT_SESSION_LIMITS, type ImapSessionOptions, type SessionLimits } from './session-options.ts';

/** RFC 9051 section 3. */
export type SessionState = 'not-authenticated' | 'authenticated' | 'selected' | 'logout';

/** What ENABLE can switch on. */
export type Enabled = 'CONDSTORE' | 'IMAP4REV2' | 'QRESYNC' | 'UTF8=ACCEPT';

export interface SelectedMailbox {
  readonly name: string;
  readonly mailbox: ImapMailbox;
  readonly view: MailboxView;
  readonly readOnly: boolean;
}

/** What the commands of one session share. */
export class SessionContext {
  readonly options: ImapSessionOptions;
  readonly limits: SessionLimits;
  readonly reader: CommandReader;
  readonly writer: ResponseWriter;
  account: ImapAccount | undefined;
  selected: SelectedMailbox | undefined;
  encrypted: boolean;
  compressed = false;
  loggedOut = false;
  failedLogins = 0;
  readonly #enabled = new Set<Enabled>();

  constructor(options: ImapSessionOptions) {
    this.options = options;
    this.limits = { ...DEFAULT_SESSION_LIMITS, ...options.limits };
    this.reader = new CommandReader(this.limits.stranger);
    this.writer = new ResponseWriter(options.connection);
    this.encrypted = options.encrypted;
  }

  get state(): SessionState {
    if (this.loggedOut) return 'logout';
    if (this.account === undefined) return 'not-authenticated';
    return this.selected === undefined ? 'authenticated' : 'selected';
  }

  enabled(extension: Enabled): boolean {
    return this.#enabled.has(extension);
  }

  enable(extension: Enabled): void {
    this.#enabled.add(extension);
    // RFC 7162 section 3.2.3
    if (extension === 'QRESYNC') this.#enabled.add('CONDSTORE');
    this.reader.utf8 = this.utf8;
  }

  /** IMAP4rev2 and UTF8=ACCEPT both allow UTF-8 in quoted strings. */
  get utf8(): boolean {
    return this.enabled('IMAP4REV2') || this.enabled('UTF8=ACCEPT');
  }

  get style(): StringStyle {
    return { utf8: this.utf8 };
  }

  /** Passwords may be sent. */
  get loginAllowed(): boolean {
    return this.encrypted || this.options.insecureLogin === true;
  }

  enter(account: ImapAccount): void {
    this.account = account;
    this.reader.limits = this.limits.authenticated;
  }

  leaveMailbox(): void {
    const { selected } = this;
    this.selected = undefined;
    selected?.mailbox.close();
  }

  /** `tag OK [code] text`; an untagged one with the tag `*`. */
  respond(tag: string, response: StatusResponse): void {
    const code = response.code === undefined ? '' : `[${response.code}] `;
    this.writer.line(`${tag} ${response.status} ${code}${responseText(response.text, this.style)}`);
  }

  untagged(response: string): void {
    this.writer.line(`* ${response}`);
  }
}

/** The account of a command that only runs when there is one. */
export function accountOf(context: SessionContext): ImapAccount {
  if (context.account === undefined) throw new Error('nobody is logged in');
  return context.account;
}

/** The mailbox of a command that only runs when there is one. */
export function selectedOf(context: SessionContext): SelectedMailbox {
  if (context.selected === undefined) throw new Error('no mailbox is selected');
  return context.selected;
}
