// SPDX-License-Identifier: EUPL-1.2
import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import type { OpenLogIns } from '../../mailroom/accounts/open-log-ins.ts';
import type { Mailbox } from '../../mailroom/mailboxes/mailbox-store.ts';
import { Fault } from '../../platform/faults.ts';
import type { Journal } from '../../platform/journal.ts';
import type { Timers } from '../../platform/timers.ts';
import { multilineBody } from '../../wire/pop3/multiline.ts';
import type { LogInAnswer, Pop3Act } from '../../wire/pop3/pop3-acts.ts';
import type { Pop3Limits } from '../../wire/pop3/pop3-limits.ts';
import { Pop3Session } from '../../wire/pop3/pop3-session.ts';
import type { Pop3Texts } from '../../wire/pop3/replies.ts';
import { Channel, ChannelClosed } from './channel.ts';
import type { Pop3FrontLimits } from './front-limits.ts';
import { Inbox, type Pop3Store } from './inbox.ts';
import type { MailboxLocks } from './mailbox-locks.ts';

/**
 * Looks at a password: the mailbox it opens, or undefined without saying why. `peer` is the IP address
 * the attempt comes from. A rejection with a temporary `Fault` means that nobody could look.
 */
export type Authenticate = (address: string, password: string, peer: string) => Promise<Mailbox | undefined>;

/** What all connections of a front share. */
export interface ConnectionSurroundings {
  readonly authenticate: Authenticate;
  readonly store: Pop3Store;
  readonly locks: MailboxLocks;
  readonly logIns: OpenLogIns;
  readonly timers: Timers;
  readonly journal: Journal;
  readonly limits: Pop3FrontLimits;
  readonly sessionLimits: Partial<Pop3Limits>;
  readonly texts: Partial<Pop3Texts>;
  readonly secureContext: () => SecureContext;
}

type ActNamed<Name extends Pop3Act['do']> = Extract<Pop3Act, { do: Name }>;

/** One client: performs what its session asks, from the first octet to the last. */
export class Pop3Connection {
  readonly #surroundings: ConnectionSurroundings;
  readonly #journal: Journal;
  readonly #channel: Channel;
  readonly #session: Pop3Session;
  readonly #peer: string;
  readonly #implicitTls: boolean;
  #inbox: Inbox | undefined;
  #unlock: (() => void) | undefined;
  #forget: (() => void) | undefined;
  #cancelIdle: (() => void) | undefined;
  #isReading = false;
  #stopping = false;
  #over = false;
  #retrieved = 0;

  constructor(
    socket: Socket,
    options: { readonly surroundings: ConnectionSurroundings; readonly implicitTls: boolean },
  ) {
    const { surroundings, implicitTls } = options;
    this.#surroundings = surroundings;
    this.#implicitTls = implicitTls;
    this.#peer = socket.remoteAddress ?? '';
    this.#journal = surroundings.journal.child({ front: 'pop3', peer: this.#peer });
    this.#channel = new Channel(socket, () => this.#restartIdle());
    this.#session = new Pop3Session({
      secure: implicitTls,
      canStartTls: !implicitTls,
      limits: surroundings.sessionLimits,
      texts: surroundings.texts,
    });
  }

  /** Serves the client until it leaves or is sent away; never rejects. */
  async run(): Promise<void> {
    const { timers, limits } = this.#surroundings;
    const cancelLogIn = timers.after(limits.logInMs, () => {
      if (!this.#session.loggedIn) this.destroy();
    });
    this.#restartIdle();
    try {
      if (this.#implicitTls) await this.#channel.startTls(this.#surroundings.secureContext());
      await this.#converse();
    } catch (error) {
      if (!(error instanceof ChannelClosed)) this.#tellFault(error, 'a POP3 session broke off');
      this.destroy();
    } finally {
      this.#over = true;
      cancelLogIn();
      this.#cancelIdle?.();
      this.#unlock?.();
      this.#forget?.();
    }
    const cancelClose = timers.after(limits.closeMs, () => this.destroy());
    await this.#channel.end();
    cancelClose();
  }

  /** Ends the session once what is under way is done; what was marked for removal stays. */
  stop(): void {
    this.#stopping = true;
    if (this.#isReading) this.destroy();
  }

  destroy(): void {
    this.#channel.destroy();
  }

  /** RFC 1939 section 3: the autologout timer closes without a word and removes nothing. */
  #restartIdle(): void {
    this.#cancelIdle?.();
    if (this.#over) return;
    const { timers, limits } = this.#surroundings;
    this.#cancelIdle = timers.after(limits.idleMs, () => this.destroy());
  }

  async #converse(): Promise<void> {
    while (await this.#performAll()) {
      await this.#channel.flush();
      if (this.#stopping) return;
      this.#isReading = true;
      const octets = await this.#channel.read();
      this.#isReading = false;
      if (octets === undefined) return;
      this.#session.receive(octets);
    }
  }

  /** Whether the conversation goes on. */
  async #performAll(): Promise<boolean> {
    for (let act = this.#session.next(); act !== undefined; act = this.#session.next()) {
      if (act.do === 'close') return false;
      await this.#perform(act);
    }
    return true;
  }

  async #perform(act: Exclude<Pop3Act, { do: 'close' }>): Promise<void> {
    if (act.do === 'send') await this.#channel.write(act.octets);
    else if (act.do === 'retrieve') await this.#retrieve(act);
    else {
      await this.#channel.flush();
      if (act.do === 'start-tls') {
        await this.#channel.startTls(this.#surroundings.secureContext());
        this.#session.tlsStarted();
      } else if (act.do === 'log-in') this.#session.answerLogIn(await this.#logIn(act));
      else this.#session.answerUpdate(await this.#update(act.messages));
    }
  }

  // DP-27: the session asks for a log-in only under TLS.
  async #logIn({ address, password }: ActNamed<'log-in'>): Promise<LogInAnswer> {
    const { authenticate, locks, logIns, store, limits } = this.#surroundings;
    try {
      const mailbox = await authenticate(address, password, this.#peer);
      if (mailbox === undefined) {
        this.#journal.info({ address }, 'a POP3 log-in was refused');
        return { is: 'refused' };
      }
      const unlock = locks.take(mailbox.id);
      if (unlock === undefined) return { is: 'in-use' };
      this.#unlock = unlock;
      // Without a word, as the autologout does: POP3 has none for it.
      this.#forget = logIns.enter(mailbox, () => this.destroy());
      this.#inbox = new Inbox(store, { mailbox, messageLimit: limits.maildropMessages });
      const { maildrop } = this.#inbox;
      this.#journal.info({ mailbox: mailbox.address, messages: maildrop.length }, 'a POP3 session begins');
      return { is: 'open', maildrop };
    } catch (error) {
      this.#unlock?.();
      this.#tellFault(error, 'a POP3 log-in could not be decided');
      return { is: isTemporary(error) ? 'try-later' : 'broken' };
    }
  }

  async #retrieve({ message, opening, bodyLines }: ActNamed<'retrieve'>): Promise<void> {
    const octets = this.#inbox?.findMessage(message);
    if (octets !== undefined) {
      await this.#channel.write(opening);
      for await (const chunk of multilineBody(octets.stream(), bodyLines)) await this.#channel.write(chunk);
      this.#retrieved++;
    }
    this.#session.answerRetrieval(octets !== undefined);
  }

  async #update(messages: readonly number[]): Promise<boolean> {
    try {
      await this.#inbox?.remove(messages);
      this.#journal.info({ retrieved: this.#retrieved, removed: messages.length }, 'a POP3 session removes');
      return true;
    } catch (error) {
      this.#tellFault(error, 'a POP3 session could not remove its messages');
      return false;
    }
  }

  #tellFault(error: unknown, sentence: string): void {
    const code = error instanceof Fault ? error.code : 'unexpected';
    this.#journal.error({ code, error: String(error) }, sentence);
  }
}

/** What nobody foresaw may pass by itself as well: the client comes again. */
function isTemporary(error: unknown): boolean {
  return !(error instanceof Fault) || error.temporary;
}
