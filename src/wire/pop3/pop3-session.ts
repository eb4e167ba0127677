// SPDX-License-Identifier: EUPL-1.2
import { decideBeforeLogIn, decideSaslLine } from './authorization.ts';
import { capabilities } from './capabilities.ts';
import type { CommandDecision } from './command-decision.ts';
import { type CommandLine, parseCommandLine } from './command-line.ts';
import { LineBuffer } from './line-buffer.ts';
import { MarkedMaildrop } from './marked-maildrop.ts';
import type { LogInAnswer, Pop3Act } from './pop3-acts.ts';
import { DEFAULT_POP3_LIMITS, type Pop3Limits } from './pop3-limits.ts';
import { DEFAULT_POP3_TEXTS, err, ok, type Pop3Texts } from './replies.ts';
import { decideInTransaction } from './transaction.ts';

export interface Pop3SessionOptions {
  /** The connection is under TLS from its first octet. */
  readonly secure: boolean;
  /** STLS is offered while it is not. */
  readonly canStartTls: boolean;
  readonly limits?: Partial<Pop3Limits>;
  readonly texts?: Partial<Pop3Texts>;
}

/** Something whose answer the session waits for before it looks at the next command. */
type Awaited = 'tls' | 'log-in' | 'retrieval' | 'update';

/** Lines of a listing that make one `send`, so that a long one is never whole in memory. */
const LISTING_LINES = 1000;

/**
 * One POP3 session without its connection: octets in by `receive`, what to do out by `next`, one thing
 * at a time. It never throws on what a client sends, and holds no more of it than its limits say.
 * RFC 1939, with RFC 2449 (CAPA), 2595 (STLS), 3206 (response codes) and 5034 (AUTH).
 */
export class Pop3Session {
  readonly #limits: Pop3Limits;
  readonly #texts: Pop3Texts;
  readonly #canStartTls: boolean;
  readonly #lines = new LineBuffer();
  readonly #acts: Pop3Act[] = [];
  #secure: boolean;
  #closed = false;
  #awaited: Awaited | undefined;
  /** Lines of a listing not yet sent. */
  #listing: Iterator<string> | undefined;
  /** The address after USER. */
  #user: string | undefined;
  /** The next line is a SASL response. */
  #inAuth = false;
  /** Present in the TRANSACTION state. */
  #drop: MarkedMaildrop | undefined;
  #badCommands = 0;
  #failedLogIns = 0;

  constructor(options: Pop3SessionOptions) {
    this.#limits = { ...DEFAULT_POP3_LIMITS, ...options.limits };
    this.#texts = { ...DEFAULT_POP3_TEXTS, ...options.texts };
    this.#secure = options.secure;
    this.#canStartTls = options.canStartTls;
    this.#send(ok(this.#texts.greeting));
  }

  /** Whether somebody is logged in. */
  get loggedIn(): boolean {
    return this.#drop !== undefined;
  }

  /** Takes what the client sent. */
  receive(octets: Buffer): void {
    if (this.#closed) return;
    this.#lines.push(octets);
    if (this.#lines.pendingOctets > this.#limits.pendingOctets) this.#hangUp('too much at once');
  }

  /** What to do next; undefined when the session waits for the client, or for an answer to what it asked. */
  next(): Pop3Act | undefined {
    for (;;) {
      const act = this.#acts.shift();
      if (act !== undefined) return act;
      if (this.#awaited !== undefined) return undefined;
      if (this.#listing !== undefined) this.#continueListing(this.#listing);
      else if (this.#closed || !this.#takeLine()) return undefined;
    }
  }

  /** The connection is under TLS now: all that was said before is forgotten (RFC 2595 section 4). */
  tlsStarted(): void {
    this.#answered('tls');
    this.#secure = true;
    this.#user = undefined;
    this.#lines.clear();
  }

  answerLogIn(answer: LogInAnswer): void {
    this.#answered('log-in');
    if (answer.is === 'open') {
      this.#drop = new MarkedMaildrop(answer.maildrop);
      this.#send(ok(`${this.#drop.count} messages (${this.#drop.octets} octets)`));
    } else if (answer.is === 'refused') this.#refuseLogIn();
    else if (answer.is === 'in-use') this.#send(err(this.#texts.inUse, 'IN-USE'));
    else if (answer.is === 'try-later') this.#send(err(this.#texts.tryLater, 'SYS/TEMP'));
    else this.#send(err(this.#texts.broken, 'SYS/PERM'));
  }

  /** Whether the message was sent, whole. When it broke off in the middle, drop the connection instead. */
  answerRetrieval(sent: boolean): void {
    this.#answered('retrieval');
    if (!sent) this.#send(err('that message was removed meanwhile'));
  }

  /** Whether the messages are gone for good. */
  answerUpdate(done: boolean): void {
    this.#answered('update');
    // RFC 1939 section 6: what was not removed is told, and the session is over all the same.
    if (done) this.#sayGoodbye();
    else this.#hangUp('deleted messages not removed', 'SYS/TEMP');
  }

  #answered(what: Awaited): void {
    if (this.#awaited !== what) throw new Error(`the session does not wait for an answer about ${what}`);
    this.#awaited = undefined;
  }

  #send(octets: Buffer): void {
    this.#acts.push({ do: 'send', octets });
  }

  #close(): void {
    this.#acts.push({ do: 'close' });
    this.#closed = true;
    this.#lines.clear();
  }

  #hangUp(why: string, code?: 'SYS/TEMP'): void {
    this.#send(err(why, code));
    this.#close();
  }

  #sayGoodbye(): void {
    this.#send(ok('bye'));
    this.#close();
  }

  #refuseLogIn(): void {
    this.#failedLogIns++;
    this.#send(err(this.#texts.wrongCredentials, 'AUTH'));
    if (this.#failedLogIns >= this.#limits.failedLogIns) this.#close();
  }

  #continueListing(listing: Iterator<string>): void {
    let lines = '';
    for (let count = 0; count < LISTING_LINES; count++) {
      const line = listing.next();
      if (line.done === true) {
        this.#listing = undefined;
        lines += '.\r\n';
        break;
      }
      lines += line.value;
    }
    this.#send(Buffer.from(lines, 'latin1'));
  }

  /** Whether there was a line to act upon. */
  #takeLine(): boolean {
    const inAuth = this.#inAuth;
    const line = this.#lines.take(inAuth ? this.#limits.saslOctets : this.#limits.commandOctets);
    if (line === undefined) {
      if (this.#lines.skippedOctets <= this.#limits.skippedOctets) return false;
      this.#hangUp('line too long');
      return true;
    }
    this.#inAuth = false;
    if (line.kind === 'too-long') this.#carryOut({ is: 'bad', why: 'line too long' });
    else this.#carryOut(inAuth ? decideSaslLine(line.octets) : this.#decide(parseCommandLine(line.octets)));
    return true;
  }

  #decide(command: CommandLine | undefined): CommandDecision {
    if (command === undefined) return { is: 'bad', why: 'not a command' };
    const canStartTls = this.#canStartTls && this.#drop === undefined;
    if (command.keyword === 'CAPA') {
      const lines = capabilities({ secure: this.#secure, canStartTls }).map((line) => `${line}\r\n`);
      return { is: 'listing', opening: ok('capabilities follow'), lines: lines.values() };
    }
    if (this.#drop !== undefined) return decideInTransaction(command, this.#drop);
    return decideBeforeLogIn(command, {
      secure: this.#secure,
      canStartTls,
      user: this.#user,
      moreReceived: this.#lines.pendingOctets > 0,
      tlsRequired: this.#texts.tlsRequired,
    });
  }

  #carryOut(decision: CommandDecision): void {
    if (decision.is === 'reply') this.#send(decision.octets);
    else if (decision.is === 'bad') this.#complain(decision.why);
    else if (decision.is === 'listing') {
      this.#send(decision.opening);
      this.#listing = decision.lines;
    } else if (decision.is === 'retrieve') this.#retrieve(decision.number, decision.bodyLines);
    else if (decision.is === 'update') this.#update();
    else if (decision.is === 'goodbye') this.#sayGoodbye();
    else if (decision.is === 'hang-up') this.#hangUp(decision.why);
    else this.#letIn(decision);
  }

  /** The steps towards the log-in. */
  #letIn(decision: CommandDecision): void {
    if (decision.is === 'user') {
      this.#user = decision.address;
      // The same for everybody: who exists is nobody's business (RFC 1939 section 13).
      this.#send(ok('send PASS'));
    } else if (decision.is === 'challenge') {
      this.#inAuth = true;
      this.#send(Buffer.from('+ \r\n'));
    } else if (decision.is === 'start-tls') {
      this.#send(ok('begin TLS'));
      this.#ask({ do: 'start-tls' }, 'tls');
    } else if (decision.is === 'log-in') {
      this.#user = undefined;
      this.#ask({ do: 'log-in', address: decision.address, password: decision.password }, 'log-in');
    }
  }

  #ask(act: Pop3Act, awaited: Awaited): void {
    this.#acts.push(act);
    this.#awaited = awaited;
  }

  #complain(why: string): void {
    this.#badCommands++;
    if (this.#badCommands > this.#limits.badCommands) this.#hangUp('too many errors');
    else this.#send(err(why));
  }

  #retrieve(number: number, bodyLines: number | undefined): void {
    const sizeBytes = this.#drop?.find(number)?.sizeBytes ?? 0;
    const act = { do: 'retrieve', message: number } as const;
    if (bodyLines === undefined) this.#ask({ ...act, opening: ok(`${sizeBytes} octets`) }, 'retrieval');
    else this.#ask({ ...act, opening: ok('top of message follows'), bodyLines }, 'retrieval');
  }

  /** RFC 1939 section 6: nothing is removed before this. */
  #update(): void {
    const messages = this.#drop?.marked ?? [];
    if (messages.length === 0) this.#sayGoodbye();
    else this.#ask({ do: 'update', messages }, 'update');
  }
}
