// SPDX-License-Identifier: EUPL-1.2
import type { AppendCommand } from './commands/append.ts';
import type { Command, CommandOf } from './commands/command.ts';
import type { ReaderEvent } from './reader/reader-event.ts';
import { bad, no, ok, type StatusResponse } from './responses/statuses.ts';
import { Appending } from './session/append-command.ts';
import { Authentication } from './session/authentication-commands.ts';
import { capabilities } from './session/capabilities.ts';
import { isAllowed, looksAtMessages, mayTellExpunge, runCommand } from './session/command-table.ts';
import { tellArrivals, tellNews } from './session/news.ts';
import { SessionContext, type SessionState } from './session/session-context.ts';
import type { ImapSessionOptions } from './session/session-options.ts';

/** A conversation in which the client's next line, or octets, are no command. */
type Conversation =
  | { readonly of: 'authentication'; readonly authentication: Authentication }
  | { readonly of: 'append'; readonly appending: Appending }
  | { readonly of: 'idle'; readonly tag: string; readonly stop: () => void };

const SERVER_FAULT: StatusResponse = no('Something went wrong here; try again later', 'SERVERBUG');
/** DONE, and room for what is not DONE. */
const DONE_BYTES = 64;

/**
 * One IMAP session (RFC 9051, RFC 3501), from greeting to logout. Whoever holds the socket gives it the
 * octets received and sends the octets it writes. Commands are carried out one after the other, so the
 * ambiguities of RFC 9051 section 5.5 do not arise. No method throws.
 */
export class ImapSession {
  readonly #context: SessionContext;
  #conversation: Conversation | undefined;
  #running = false;
  #woken = false;
  #paused = false;
  #ended = false;
  #badCommands = 0;

  constructor(options: ImapSessionOptions) {
    this.#context = new SessionContext(options);
  }

  get state(): SessionState {
    return this.#context.state;
  }

  /** Whether the client waits in IDLE, where silence is no sign of death. */
  get isIdling(): boolean {
    return this.#conversation?.of === 'idle';
  }

  /** Greets the client; to be called once, before anything is received. */
  greet(): void {
    const context = this.#context;
    const text = context.options.greeting ?? 'IMAP server ready';
    context.respond('*', ok(text, `CAPABILITY ${capabilities(context).join(' ')}`));
    this.#run();
  }

  /** Takes the next octets from the client. */
  receive(octets: Buffer): void {
    if (this.#ended) return;
    const { reader, options } = this.#context;
    reader.push(octets);
    if (!this.#paused && !reader.wantsOctets) {
      this.#paused = true;
      options.connection.pause();
    }
    this.#run();
  }

  /** Ends the session from this side: too long silent, too many sessions, the server goes down. */
  bye(text: string, code?: string): void {
    if (this.#ended) return;
    const context = this.#context;
    // In the middle of a response no other can be understood.
    if (!context.writer.isMidLine) {
      context.respond('*', { status: 'BYE', text, ...(code === undefined ? {} : { code }) });
    }
    this.#hangUp();
  }

  /** The connection is gone; what was under way is given up. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    const conversation = this.#conversation;
    this.#conversation = undefined;
    if (conversation?.of === 'append') conversation.appending.abort();
    if (conversation?.of === 'idle') conversation.stop();
    this.#context.leaveMailbox();
    this.#context.account?.close();
    this.#context.account = undefined;
    this.#context.loggedOut = true;
  }

  #hangUp(): void {
    const { writer, options } = this.#context;
    const close = (): void => options.connection.close();
    Promise.resolve(writer.flush()).then(close, close);
    this.end();
  }

  #run(): void {
    if (this.#running) return;
    this.#running = true;
    this.#work().catch((fault: unknown) => {
      this.#running = false;
      this.#tellFault(fault, 'session');
      this.bye('Something went wrong here', 'SERVERBUG');
    });
  }

  /** Carries out what has come; returns when nothing is left to do until more comes. */
  async #work(): Promise<void> {
    const { reader, writer, options } = this.#context;
    while (!this.#ended) {
      if (this.#woken) await this.#tellIdleNews();
      const event = reader.next();
      if (this.#paused && reader.wantsOctets) {
        this.#paused = false;
        options.connection.resume();
      }
      if (event !== undefined) {
        const handled = this.#handle(event);
        if (handled !== undefined) await handled;
      } else if (writer.gatheredBytes === 0) break;
      if (event === undefined || writer.isFull) await writer.flush();
    }
    // Nothing waits between the last look and here, so whatever comes next starts anew.
    this.#running = false;
  }

  #handle(event: ReaderEvent): Promise<void> | undefined {
    const context = this.#context;
    switch (event.event) {
      case 'command':
        return this.#command(event.tag, event.command);
      case 'append':
        return this.#append(event.command, event.tag);
      case 'octets':
        return this.#appendOctets(event.octets);
      case 'literal-end':
        return undefined;
      case 'append-next':
        return this.#appendNext(event.message);
      case 'append-end':
        return this.#appendEnd();
      case 'continue':
        context.writer.line('+ Ready for the literal');
        return undefined;
      case 'line':
        return this.#line(event.octets);
      case 'refused':
        return this.#refused(event.tag, event.refusal);
      case 'fatal':
        this.bye(event.text, event.code);
        return undefined;
    }
  }

  #appending(): Appending | undefined {
    return this.#conversation?.of === 'append' ? this.#conversation.appending : undefined;
  }

  async #command(tag: string, command: Exclude<Command, AppendCommand>): Promise<void> {
    const context = this.#context;
    if (!isAllowed(command.name, context.state)) {
      return this.#answer(tag, bad(`${command.name} is not possible now`), command);
    }
    try {
      if (command.name === 'IDLE') return await this.#idle(tag);
      if (command.name === 'AUTHENTICATE') return await this.#authenticate({ ...command, tag });
      if (looksAtMessages(command.name)) await tellArrivals(context);
      const response = await runCommand(context, tag, command);
      if (response !== undefined) await this.#answer(tag, response, command);
    } catch (fault) {
      // Nobody is left to answer, and what failed may have failed for that.
      if (this.#ended) return;
      this.#tellFault(fault, command.name);
      if (context.writer.isMidLine) this.#hangUp();
      else await this.#answer(tag, SERVER_FAULT, command);
    }
  }

  /** Tells what happened meanwhile, then the command's tagged answer. */
  async #answer(tag: string, response: StatusResponse, command: Command | undefined): Promise<void> {
    const context = this.#context;
    if (this.#ended) return;
    if (context.selected !== undefined && response.status !== 'BAD') {
      await tellNews(context, { expunge: command !== undefined && mayTellExpunge(command) });
    }
    context.respond(tag, response);
    this.#badCommands = response.status === 'BAD' ? this.#badCommands + 1 : 0;
    if (context.loggedOut) this.#hangUp();
    else if (context.failedLogins >= context.limits.failedLogins) this.bye('Too many refused logins');
    else if (this.#badCommands >= context.limits.badCommands) this.bye('Too many bad commands');
  }

  #refused(tag: string, refusal: Omit<StatusResponse, 'status'> & { status: 'BAD' | 'NO' }): Promise<void> {
    this.#appending()?.abort();
    this.#conversation = undefined;
    return this.#answer(tag, refusal, undefined);
  }

  async #append(command: AppendCommand, tag: string): Promise<void> {
    const context = this.#context;
    if (!isAllowed('APPEND', context.state)) {
      return context.reader.refuseLiteral({ status: 'BAD', text: 'APPEND is not possible now' });
    }
    try {
      const begun = await Appending.begin(context, { ...command, tag });
      if (!(begun instanceof Appending)) return this.#refuseLiteral(begun);
      if (this.#ended) return begun.abort();
      this.#conversation = { of: 'append', appending: begun };
      this.#acceptLiteral(command.message.literal.synchronizing);
    } catch (fault) {
      this.#tellFault(fault, 'APPEND');
      this.#refuseLiteral(SERVER_FAULT);
    }
  }

  #acceptLiteral(synchronizing: boolean): void {
    if (synchronizing) this.#context.writer.line('+ Ready for the message');
    this.#context.reader.acceptLiteral();
  }

  #refuseLiteral(response: StatusResponse): void {
    const { text, code } = response;
    const status = response.status === 'BAD' ? 'BAD' : 'NO';
    this.#context.reader.refuseLiteral(code === undefined ? { status, text } : { status, text, code });
  }

  #appendOctets(octets: Buffer): Promise<void> | undefined {
    try {
      return this.#appending()
        ?.write(octets)
        ?.catch((fault: unknown) => this.#appendFailed(fault));
    } catch (fault) {
      this.#appendFailed(fault);
      return undefined;
    }
  }

  async #appendNext(message: AppendCommand['message']): Promise<void> {
    try {
      const refusal = await this.#appending()?.message(message);
      if (this.#ended) return;
      if (refusal === undefined) this.#acceptLiteral(message.literal.synchronizing);
      else {
        this.#conversation = undefined;
        this.#refuseLiteral(refusal);
      }
    } catch (fault) {
      this.#appendFailed(fault);
    }
  }

  /** The rest of the APPEND is read and thrown away; then it is answered. */
  #appendFailed(fault: unknown): void {
    if (this.#ended) return;
    this.#tellFault(fault, 'APPEND');
    this.#appending()?.abort();
    this.#conversation = undefined;
    this.#refuseLiteral(SERVER_FAULT);
  }

  async #appendEnd(): Promise<void> {
    const appending = this.#appending();
    this.#conversation = undefined;
    if (appending === undefined) return;
    try {
      await this.#answer(appending.tag, await appending.end(), { name: 'NOOP' });
    } catch (fault) {
      this.#tellFault(fault, 'APPEND');
      await this.#answer(appending.tag, SERVER_FAULT, { name: 'NOOP' });
    }
  }

  async #authenticate(command: CommandOf<'AUTHENTICATE'> & { readonly tag: string }): Promise<void> {
    const outcome = await Authentication.begin(this.#context, command);
    await this.#authenticated(command.tag, outcome);
  }

  async #authenticated(tag: string, outcome: Authentication | StatusResponse): Promise<void> {
    if (outcome instanceof Authentication) {
      this.#conversation = { of: 'authentication', authentication: outcome };
      return;
    }
    this.#conversation = undefined;
    await this.#answer(tag, outcome, undefined);
  }

  /** RFC 9051 section 6.3.13. */
  async #idle(tag: string): Promise<void> {
    const context = this.#context;
    context.reader.expectLine(DONE_BYTES);
    context.writer.line('+ Waiting');
    const stop =
      context.selected?.mailbox.onChange(() => {
        this.#woken = true;
        this.#run();
      }) ?? (() => undefined);
    this.#conversation = { of: 'idle', tag, stop };
    await tellNews(context, { expunge: true });
  }

  async #tellIdleNews(): Promise<void> {
    this.#woken = false;
    if (!this.isIdling) return;
    await tellNews(this.#context, { expunge: true });
    await this.#context.writer.flush();
  }

  async #line(octets: Buffer | undefined): Promise<void> {
    const conversation = this.#conversation;
    this.#conversation = undefined;
    if (conversation?.of === 'authentication') {
      const { authentication } = conversation;
      try {
        await this.#authenticated(authentication.tag, await authentication.next(octets));
      } catch (fault) {
        this.#tellFault(fault, 'AUTHENTICATE');
        await this.#answer(authentication.tag, SERVER_FAULT, undefined);
      }
    } else if (conversation?.of === 'idle') {
      conversation.stop();
      const done = octets?.toString('latin1').trim().toUpperCase() === 'DONE';
      await this.#answer(conversation.tag, done ? ok('Idled') : bad('Expected DONE'), { name: 'NOOP' });
    }
  }

  #tellFault(fault: unknown, command: string): void {
    this.#context.options.onFault?.(fault, command);
  }
}
