// SPDX-License-Identifier: EUPL-1.2
import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';
import type { SmtpDoorLimits } from './door-limits.ts';
import { type DoorTimers, machineTimers } from './door-timers.ts';
import { IncomingMessage } from './incoming-message.ts';
import { OWN } from './server/own-replies.ts';
import { type SessionListener, SmtpSession } from './server/smtp-session.ts';
import type { SmtpCredentials, SmtpHost, SmtpPeer } from './smtp-host.ts';
import type { SmtpReply } from './smtp-reply.ts';

export interface DoorConnectionOptions<User> {
  readonly host: SmtpHost<User>;
  /** The name of this machine. */
  readonly name: string;
  /** What the connection is called in the journal. */
  readonly session: string;
  readonly implicitTls: boolean;
  readonly secureContext: () => SecureContext;
  readonly timers: DoorTimers;
  readonly limits: SmtpDoorLimits;
  /** Called once, when the socket is closed. */
  readonly onClosed: () => void;
}

/** Who talks before the greeting is no mail server: it comes late enough for that to show. */
const GREETING_DELAY_MS = 100;
/** How long the other side may take to close after we have. */
const HALF_CLOSED_MS = 5_000;
const NO_LOGIN: SmtpReply = { code: 535, enhanced: '5.7.8', text: 'authentication failed' };
const TOO_MANY_LOGINS: SmtpReply = { code: 421, enhanced: '4.7.0', text: 'too many failed logins' };

/** Errors by which peers take their leave; outside a message they mean nothing. */
const LEAVING = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH']);

/** Why nothing is read from the socket at the moment. */
type Hold = 'peer-reads-slowly' | 'others-first' | 'answering' | 'message-waits';

/** One peer: its socket, its session, and the time it may take. */
export class DoorConnection<User> implements SessionListener {
  readonly #options: DoorConnectionOptions<User>;
  readonly #session: SmtpSession;
  readonly #address: string;
  readonly #holds = new Set<Hold>();
  #socket: Socket;
  #user: User | undefined;
  #message: IncomingMessage | undefined;
  #failedLogins = 0;
  #cancelDeadline: () => void = () => undefined;
  #cancelOther: () => void = () => undefined;
  #inMessage = false;
  #isHandshaking = false;
  #isClosing = false;
  #isClosed = false;

  constructor(socket: Socket, options: DoorConnectionOptions<User>) {
    const { name, host, implicitTls, limits } = options;
    this.#socket = socket;
    this.#options = options;
    // What a socket for both families says of IPv4.
    this.#address = (socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/i, '');
    const login = host.authenticate !== undefined;
    this.#session = new SmtpSession({ name, login, secure: implicitTls, limits }, this);
  }

  /** Takes up TLS where it comes first, waits a moment and greets. */
  begin(): void {
    this.#setDeadline(this.#options.limits.setupMs);
    if (this.#options.implicitTls) {
      this.#secure(() => this.#greetSoon());
      return;
    }
    const socket = this.#socket;
    socket.on('error', (error: NodeJS.ErrnoException) => this.#failed(error));
    socket.once('close', () => this.#closed());
    this.#listen();
    this.#greetSoon();
  }

  /** Tells the peer goodbye, unless a message of its is under way, which may end. */
  shutDown(): void {
    if (this.#isHandshaking) this.destroy();
    else {
      this.#session.shutDown();
      this.#flush();
    }
  }

  destroy(): void {
    this.#socket.destroy();
  }

  checkSender(reversePath: string): SmtpReply | undefined {
    const refused = this.#ask(() =>
      this.#options.host.checkSender(reversePath, { peer: this.#peer, user: this.#user }),
    );
    if (refused === undefined && !this.#inMessage) {
      this.#inMessage = true;
      this.#setDeadline(this.#options.limits.messageMs);
    }
    return refused;
  }

  checkRecipient(forwardPath: string): SmtpReply | undefined {
    const { reversePath, forwardPaths } = this.#session.transaction;
    const begun = { peer: this.#peer, user: this.#user, reversePath, forwardPaths };
    return this.#ask(() => this.#options.host.checkRecipient(forwardPath, begun));
  }

  logIn(credentials: SmtpCredentials): void {
    void this.#logIn(credentials);
  }

  startTls(): void {
    // Whatever was said goes out before the handshake does.
    this.#flush();
    this.#secure(() => {
      this.#user = undefined;
      this.#session.tlsStarted();
    });
  }

  messageBegins(): void {
    this.#message = new IncomingMessage({
      hold: () => this.#hold('message-waits'),
      goOn: () => this.#goOn('message-waits'),
    });
    void this.#take(this.#message);
  }

  messageOctets(octets: Buffer): void {
    const message = this.#message;
    if (message === undefined) return;
    message.add(octets);
    const { messageBytes, drainBytes } = this.#options.limits;
    if (message.sizeBytes <= messageBytes + drainBytes) return;
    message.break(new Error('the message goes on and on'));
    this.#session.end(OWN.endless);
  }

  messageEnds(): void {
    this.#message?.end();
  }

  messageTakenBack(): void {
    const message = this.#message;
    this.#message = undefined;
    message?.break(new Error('the peer took the message back'));
    // The session goes on by itself with what it has heard.
    if (this.#holds.delete('message-waits') && this.#holds.size === 0) this.#socket.resume();
  }

  get #peer(): SmtpPeer {
    const { helo, secure: tls } = this.#session;
    return { session: this.#options.session, address: this.#address, helo, tls };
  }

  #ask(question: () => SmtpReply | undefined): SmtpReply | undefined {
    try {
      return question();
    } catch (error) {
      return this.#options.host.translate(error, this.#peer);
    }
  }

  async #logIn(credentials: SmtpCredentials): Promise<void> {
    const { host, limits } = this.#options;
    const peer = this.#peer;
    let answer: { readonly user: User } | { readonly refused: SmtpReply } | undefined;
    try {
      answer = await host.authenticate?.(credentials, peer);
    } catch (error) {
      answer = { refused: host.translate(error, peer) };
    }
    if (answer !== undefined && 'user' in answer) {
      this.#user = answer.user;
      this.#setDeadline(limits.setupMs);
      this.#session.answerLogin('logged-in');
    } else {
      const refused = answer?.refused ?? NO_LOGIN;
      this.#session.answerLogin(++this.#failedLogins >= limits.failedLogins ? TOO_MANY_LOGINS : refused);
    }
    this.#answered();
  }

  /** The reply is given only once the peer has said all: one given earlier would be read as another's. */
  async #take(message: IncomingMessage): Promise<void> {
    const { host, limits } = this.#options;
    const peer = this.#peer;
    const { reversePath, forwardPaths } = this.#session.transaction;
    let reply: SmtpReply;
    try {
      reply = await host.takeMessage(message, { peer, user: this.#user, reversePath, forwardPaths });
    } catch (error) {
      // A peer that left before the end hears nothing any more.
      if (message.isBroken) return;
      reply = host.translate(error, peer);
    }
    // One that was taken back has no say any more in what is read.
    if (message.isBroken) return;
    await message.drain();
    if (message.isBroken) return;
    this.#message = undefined;
    this.#inMessage = false;
    this.#setDeadline(limits.setupMs);
    this.#session.answerMessage(reply);
    this.#answered();
  }

  #answered(): void {
    if (this.#isClosed) return;
    if (this.#holds.has('answering')) this.#goOn('answering');
    else this.#proceed();
    // Where something else holds it, the answer goes out all the same.
    this.#flush();
  }

  #greetSoon(): void {
    this.#cancelOther = machineTimers.after(GREETING_DELAY_MS, () => {
      this.#session.greet();
      this.#flush();
    });
  }

  #listen(): void {
    const socket = this.#socket;
    socket.setTimeout(this.#options.limits.idleMs);
    socket.on('timeout', () => this.#silent());
    socket.on('data', (chunk: Buffer) => this.#hear(chunk));
  }

  #hear(chunk: Buffer): void {
    if (this.#isClosing) return;
    this.#session.receive(chunk);
    // Who waits for an answer may say a little more, not without end.
    if (this.#session.isAnswering) this.#hold('answering');
    if (this.#holds.size === 0) this.#proceed();
  }

  #proceed(): void {
    if (this.#isClosing) return;
    const progress = this.#holds.size === 0 ? this.#session.proceed() : 'done';
    // RFC 2920 section 3.2: what was said to the envelope goes out with what will be said to its message.
    if (!this.#session.isAnswering) this.#flush();
    if (this.#isClosing) return;
    if (this.#socket.writableNeedDrain) {
      if (this.#hold('peer-reads-slowly')) this.#socket.once('drain', () => this.#goOn('peer-reads-slowly'));
    } else if (progress === 'more' && this.#hold('others-first')) {
      setImmediate(() => this.#goOn('others-first'));
    }
  }

  /** Whether it was not held for this reason already. */
  #hold(reason: Hold): boolean {
    if (this.#holds.has(reason)) return false;
    if (this.#holds.size === 0) this.#socket.pause();
    this.#holds.add(reason);
    return true;
  }

  #goOn(reason: Hold): void {
    if (!this.#holds.delete(reason) || this.#holds.size > 0 || this.#isClosing) return;
    this.#socket.resume();
    this.#proceed();
  }

  /** Writes what there is to say, in one write, and closes when that is the end. */
  #flush(): void {
    const replies = this.#session.takeReplies();
    if (replies !== '' && this.#socket.writable) this.#socket.write(replies, 'latin1');
    if (this.#session.isOver) this.#close();
  }

  #close(): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#message?.break(new Error('the connection is closed'));
    this.#cancelOther();
    this.#cancelOther = machineTimers.after(HALF_CLOSED_MS, () => this.destroy());
    this.#socket.end();
    // What still comes is of no interest, but its end is.
    this.#socket.resume();
  }

  /** `then` once TLS is there; a handshake that comes to nothing ends the connection. */
  #secure(then: () => void): void {
    const plain = this.#socket;
    plain.removeAllListeners('data');
    plain.removeAllListeners('timeout');
    plain.setTimeout(0);
    if (plain.listenerCount('error') === 0) plain.on('error', () => undefined);
    const { secureContext, limits } = this.#options;
    const socket = new TLSSocket(plain, { isServer: true, secureContext: secureContext() });
    let failure: Error | undefined;
    const note = (error: Error): void => {
      failure = error;
    };
    this.#isHandshaking = true;
    this.#socket = socket;
    socket.setTimeout(limits.idleMs, () => {
      if (this.#isHandshaking) socket.destroy(new Error('silence in the middle of a handshake'));
    });
    socket.once('_tlsError', note);
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (this.#isHandshaking) note(error);
      else this.#failed(error);
    });
    socket.once('close', () => {
      plain.destroy();
      if (this.#isHandshaking)
        this.#options.host.onDisturbance(failure ?? new Error('closed in the middle of a handshake'));
      this.#closed();
    });
    socket.once('secure', () => {
      this.#isHandshaking = false;
      this.#listen();
      then();
    });
  }

  #failed(error: NodeJS.ErrnoException): void {
    if (!this.#inMessage && LEAVING.has(error.code ?? '')) return;
    this.#options.host.onDisturbance(error);
  }

  #silent(): void {
    if (this.#isClosing) this.destroy();
    else if (!this.#session.isAnswering) this.#sendAway(OWN.silent);
  }

  /**
   * Gives the peer time anew. Talk alone gains none, nor do messages begun and taken back: a peer that says
   * a little now and then would keep its place for ever.
   */
  #setDeadline(delayMs: number): void {
    if (this.#isClosed) return;
    this.#cancelDeadline();
    this.#cancelDeadline = this.#options.timers.after(delayMs, () => {
      // While it is our turn nobody is slow but us.
      if (this.#session.isAnswering) this.#setDeadline(this.#options.limits.setupMs);
      else this.#sendAway(OWN.tooSlow);
    });
  }

  #sendAway(reply: SmtpReply): void {
    if (this.#isHandshaking) this.destroy();
    else {
      this.#session.end(reply);
      this.#flush();
    }
  }

  #closed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#isClosing = true;
    this.#cancelDeadline();
    this.#cancelOther();
    this.#message?.break(new Error('the peer left in the middle of the message'));
    this.#options.onClosed();
  }
}
