// SPDX-License-Identifier: EUPL-1.2
import { DotDecoder } from '../dot-decoder.ts';
import type { SmtpCredentials } from '../smtp-host.ts';
import type { SmtpReply } from '../smtp-reply.ts';
import { Chunks } from './chunks.ts';
import { CommandLines, TOO_LONG } from './command-lines.ts';
import { MailTransaction } from './mail-transaction.ts';
import { OWN, replyLine } from './own-replies.ts';
import { SaslLogin, type SaslStep } from './sasl-login.ts';

export interface SessionOptions {
  /** The name of this machine. */
  readonly name: string;
  /** Whether users log in, within TLS only. */
  readonly login: boolean;
  /** TLS is there from the start; else it is offered. */
  readonly secure: boolean;
  readonly limits: {
    readonly messageBytes: number;
    readonly recipients: number;
    readonly commandBytes: number;
    /** Octets that belong to no message before the peer is cut off. */
    readonly drainBytes: number;
  };
}

/** Who acts on what is heard. Those without an answer answer later, by the method named. */
export interface SessionListener {
  checkSender(reversePath: string): SmtpReply | undefined;
  checkRecipient(forwardPath: string): SmtpReply | undefined;
  /** `answerLogin`. */
  logIn(credentials: SmtpCredentials): void;
  /** `tlsStarted`, once what was said before is written. */
  startTls(): void;
  messageBegins(): void;
  messageOctets(octets: Buffer): void;
  /** `answerMessage`. */
  messageEnds(): void;
  /** The peer takes back a message that had begun. */
  messageTakenBack(): void;
}

/** `more`: there is more to do, once others have had their turn. */
export type Progress = 'done' | 'more';

type Phase = 'before-greeting' | 'commands' | 'message' | 'chunk' | 'answering' | 'tls' | 'over';

/** Commands dealt with before others get their turn, and octets of replies before they are written. */
const TURN = { commands: 100, replyBytes: 16 * 1024 };
/** Commands without sense, and commands before a login, that end a connection. */
const UNKNOWN_LIMIT = 10;
const WITHOUT_LOGIN_LIMIT = 10;
/** RFC 5321 section 4.5.3.1.2 allows a domain 255 octets. */
const HELO_LIMIT = 300;
const HTTP = /^(?:OPTIONS|GET|HEAD|POST|PUT|DELETE|TRACE|CONNECT) \/.* HTTP\/\d\.\d$/i;

/**
 * SMTP as a server (RFC 5321): octets in, replies and events out, no socket and no clock. Replies gather until they
 * are taken, so that those to a pipelined group go out together (RFC 2920).
 */
export class SmtpSession {
  readonly #options: SessionOptions;
  readonly #listener: SessionListener;
  readonly #lines: CommandLines;
  readonly #mail: MailTransaction;
  #phase: Phase = 'before-greeting';
  #decoder = new DotDecoder();
  readonly #chunks: Chunks;
  #sasl: SaslLogin | undefined;
  #replies = '';
  #secure: boolean;
  #loggedIn = false;
  #helo = '';
  #unknown = 0;
  #withoutLogin = 0;
  #isShuttingDown = false;

  constructor(options: SessionOptions, listener: SessionListener) {
    this.#options = options;
    this.#listener = listener;
    const { commandBytes, messageBytes, drainBytes } = options.limits;
    this.#lines = new CommandLines(commandBytes);
    this.#chunks = new Chunks(messageBytes + drainBytes);
    this.#mail = new MailTransaction(options.limits);
    this.#secure = options.secure;
  }

  get secure(): boolean {
    return this.#secure;
  }

  /** Empty before HELO or EHLO. */
  get helo(): string {
    return this.#helo;
  }

  get transaction(): { readonly reversePath: string; readonly forwardPaths: readonly string[] } {
    return this.#mail;
  }

  /** Whether the peer waits for us. */
  get isAnswering(): boolean {
    return this.#phase === 'answering';
  }

  /** Nothing is heard any more; what is left to write comes before the end. */
  get isOver(): boolean {
    return this.#phase === 'over';
  }

  /** Whether nothing may be written: the other side waits for TLS. */
  get isTakingUpTls(): boolean {
    return this.#phase === 'tls';
  }

  takeReplies(): string {
    const replies = this.#replies;
    this.#replies = '';
    return replies;
  }

  greet(): void {
    if (this.#phase !== 'before-greeting') return;
    this.#replies += `220 ${this.#options.name} ESMTP\r\n`;
    this.#phase = 'commands';
  }

  /** Octets from the peer; `proceed` deals with them. */
  receive(chunk: Buffer): void {
    // RFC 3207 section 4.2: what comes in cleartext behind STARTTLS is never heard.
    if (this.#phase !== 'tls' && this.#phase !== 'over') this.#lines.add(chunk);
  }

  proceed(): Progress {
    for (let commands = 0; ; commands++) {
      if (this.#phase === 'message') this.#takeMessageOctets();
      if (this.#phase === 'chunk') this.#takeChunkOctets();
      if (this.#phase === 'answering' || this.#phase === 'tls' || this.#phase === 'over') return 'done';
      if (this.#phase === 'message' || this.#phase === 'chunk' || this.#lines.isEmpty) return 'done';
      if (commands >= TURN.commands || this.#replies.length >= TURN.replyBytes) return 'more';
      const line = this.#lines.next();
      if (line === undefined) return 'done';
      const reply = line === TOO_LONG ? OWN.lineTooLong : this.#answerTo(line);
      if (reply !== undefined) this.#say(reply);
    }
  }

  answerLogin(reply: SmtpReply | 'logged-in'): void {
    if (this.#phase !== 'answering') return;
    this.#phase = 'commands';
    this.#loggedIn = reply === 'logged-in';
    this.#say(reply === 'logged-in' ? OWN.loggedIn : reply);
  }

  answerMessage(reply: SmtpReply): void {
    if (this.#phase !== 'answering') return;
    this.#phase = 'commands';
    this.#unknown = 0;
    this.#mail.reset();
    this.#say(reply);
  }

  /** RFC 3207 section 4.2: all that was said before is forgotten. */
  tlsStarted(): void {
    if (this.#phase !== 'tls') return;
    this.#phase = 'commands';
    this.#secure = true;
    this.#loggedIn = false;
    this.#helo = '';
    this.#mail.reset();
    this.#lines.forget();
  }

  /** Ends the session: at once where the peer waits for nothing, else after the answer that is due. */
  shutDown(): void {
    this.#isShuttingDown = true;
    const isBusy = this.#phase === 'message' || this.#phase === 'answering' || this.#chunks.isInMessage;
    if (!isBusy) this.end(OWN.shuttingDown);
  }

  /** Ends the session with these words. */
  end(reply: SmtpReply): void {
    if (this.#phase === 'over') return;
    if (this.#phase !== 'tls') this.#replies += replyLine(reply);
    this.#phase = 'over';
    this.#lines.forget();
  }

  #say(reply: SmtpReply): void {
    // RFC 5321 section 3.8, and the answer to QUIT.
    if (reply.code === 421 || reply.code === 221) this.end(reply);
    else this.#replies += replyLine(reply);
  }

  #takeMessageOctets(): void {
    if (this.#lines.isEmpty) return;
    const { octets, rest } = this.#decoder.decode(this.#lines.take());
    if (octets.length > 0) this.#listener.messageOctets(octets);
    if (rest === undefined || this.#phase !== 'message') return;
    if (rest.length > 0) this.#lines.add(rest);
    this.#phase = 'answering';
    this.#listener.messageEnds();
  }

  #takeChunkOctets(): void {
    const came = this.#chunks.take(this.#lines, (octets) => this.#listener.messageOctets(octets));
    if (came === 'waits' || this.#phase !== 'chunk') return;
    this.#phase = came === 'last' ? 'answering' : 'commands';
    if (came === 'last') this.#listener.messageEnds();
    else this.#say(came);
  }

  /** The answer to a command; undefined when it is said already, or will be. */
  #answerTo(line: string): SmtpReply | undefined {
    // A message under way may come to its end.
    if (this.#isShuttingDown && !this.#chunks.continues(line)) return OWN.shuttingDown;
    // Who does not wait for the greeting does not wait for replies either.
    if (this.#phase === 'before-greeting') return OWN.tooSoon;
    // A web page can make a browser say what its author likes.
    if (HTTP.test(line)) return OWN.http;
    const blank = line.indexOf(' ');
    const verb = (blank < 0 ? line : line.slice(0, blank)).toUpperCase();
    if (this.#options.login && !this.#loggedIn && verb !== 'AUTH') {
      if (++this.#withoutLogin >= WITHOUT_LOGIN_LIMIT) return OWN.tooMuchWithoutLogin;
    }
    const sasl = this.#sasl;
    if (sasl === undefined) return this.#perform(verb, line);
    this.#sasl = undefined;
    return this.#goOnWith(sasl, sasl.answer(line));
  }

  #perform(verb: string, line: string): SmtpReply | undefined {
    switch (verb) {
      case 'EHLO':
      case 'HELO':
        return this.#hello(verb, line);
      case 'MAIL':
        return this.#refuseMail() ?? this.#mail.mail(line, (path) => this.#listener.checkSender(path));
      case 'RCPT':
        if (this.#chunks.isInMessage) return OWN.dataAfterChunk;
        return this.#refuseMail() ?? this.#mail.rcpt(line, (path) => this.#listener.checkRecipient(path));
      case 'DATA':
        return this.#refuseMail() ?? this.#data(line);
      case 'BDAT':
        return this.#bdat(line);
      case 'RSET':
        this.#takeBack();
        return OWN.flushed;
      case 'NOOP':
        return OWN.ok;
      case 'QUIT':
        return OWN.bye;
      case 'VRFY':
        return line.trim().length > 4 ? OWN.perhaps : OWN.needArgument;
      case 'STARTTLS':
        return this.#startTls(line);
      case 'AUTH':
        if (this.#options.login) return this.#authenticate(line);
    }
    return ++this.#unknown >= UNKNOWN_LIMIT ? OWN.tooManyUnknown : OWN.unknown;
  }

  #hello(verb: 'EHLO' | 'HELO', line: string): SmtpReply | undefined {
    const [, name = '', ...more] = line.trim().split(/\s+/);
    if (name === '' || more.length > 0 || name.length > HELO_LIMIT || /[^!-~\xa0-\xff]/.test(name))
      return OWN.badName;
    this.#helo = name.toLowerCase();
    this.#takeBack();
    const { name: ownName, login, limits } = this.#options;
    const offered = [ownName];
    if (verb === 'EHLO') {
      offered.push('PIPELINING', '8BITMIME', 'CHUNKING', 'ENHANCEDSTATUSCODES');
      // RFC 4954 section 4: plain passwords are not offered where everybody reads along.
      if (login && this.#secure && !this.#loggedIn) offered.push('AUTH PLAIN LOGIN');
      if (!this.#secure) offered.push('STARTTLS');
      offered.push(`SIZE ${limits.messageBytes}`);
    }
    const last = offered.pop();
    this.#replies += `${offered.map((one) => `250-${one}\r\n`).join('')}250 ${last}\r\n`;
    return undefined;
  }

  #refuseMail(): SmtpReply | undefined {
    if (this.#helo === '') return OWN.helloFirst;
    return this.#options.login && !this.#loggedIn ? OWN.loginFirst : undefined;
  }

  #data(line: string): SmtpReply | undefined {
    if (line.trim().length > 4) return OWN.noArguments;
    if (this.#chunks.isInMessage) return OWN.dataAfterChunk;
    if (this.#mail.forwardPaths.length === 0) return OWN.recipientFirst;
    this.#replies += '354 end the message with <CR><LF>.<CR><LF>\r\n';
    this.#decoder = new DotDecoder();
    this.#phase = 'message';
    this.#listener.messageBegins();
    return undefined;
  }

  /** RFC 3030 section 2: whatever the answer will be, its octets are no commands. */
  #bdat(line: string): undefined {
    const hasNobody = this.#mail.forwardPaths.length === 0 ? OWN.recipientFirst : undefined;
    const refused = this.#refuseMail() ?? hasNobody;
    const begins = refused === undefined && !this.#chunks.isInMessage;
    const ending = this.#chunks.begin(line, refused);
    if (ending !== undefined) {
      this.end(ending);
      return;
    }
    this.#phase = 'chunk';
    if (begins) this.#listener.messageBegins();
  }

  #takeBack(): void {
    this.#mail.reset();
    if (this.#chunks.takeBack()) this.#listener.messageTakenBack();
  }

  #startTls(line: string): SmtpReply | undefined {
    if (line.trim().length > 8) return OWN.noArguments;
    if (this.#secure) return OWN.tlsThere;
    this.#takeBack();
    this.#say(OWN.readyForTls);
    this.#phase = 'tls';
    this.#lines.forget();
    this.#listener.startTls();
    return undefined;
  }

  #authenticate(line: string): SmtpReply | undefined {
    if (this.#helo === '') return OWN.helloFirst;
    if (!this.#secure) return OWN.tlsFirst;
    if (this.#loggedIn) return OWN.loggedInAlready;
    const [, name = '', response, ...more] = line.trim().split(/\s+/);
    const mechanism = name.toUpperCase();
    if (mechanism !== 'PLAIN' && mechanism !== 'LOGIN') return OWN.unknownMechanism;
    if (more.length > 0) return OWN.badParameter;
    const sasl = new SaslLogin(mechanism);
    return this.#goOnWith(sasl, sasl.begin(response));
  }

  #goOnWith(sasl: SaslLogin, step: SaslStep): SmtpReply | undefined {
    if ('refused' in step) return step.refused;
    if ('ask' in step) {
      this.#sasl = sasl;
      this.#replies += `334 ${step.ask}\r\n`;
      return undefined;
    }
    this.#phase = 'answering';
    this.#listener.logIn(step.credentials);
    return undefined;
  }
}
