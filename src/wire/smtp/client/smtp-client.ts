// SPDX-License-Identifier: EUPL-1.2
import type { Socket } from 'node:net';
import { AT_ONCE_BYTES, allAtOnce, judgeAtOnce } from './at-once.ts';
import { DotStuffer } from './dot-stuffer.ts';
import type { Extensions } from './extensions.ts';
import { isPositive, type OpeningOptions, openLine } from './opening.ts';
import {
  isNegative,
  mailCommand,
  notAsked,
  type Outgoing,
  type RefusedPath,
  rcptCommand,
  type TransactionEnd,
} from './outgoing.ts';
import { CLOSING, type ServerReply } from './reply-reader.ts';
import type { Expected, ServerLine } from './server-line.ts';

/** What the server said to an envelope that it takes. */
interface Envelope {
  readonly refused: readonly RefusedPath[];
}

/** The server answered, and has no message. */
const NOT_SENT = { contentSent: false, heard: true };
/** Octets gathered for the socket before it is waited for. */
const GATHERED_BYTES = 256 * 1024;

/** An SMTP session as a client (RFC 5321), pipelined where the server takes that (RFC 2920), for message after message. */
export class SmtpClient {
  readonly #line: ServerLine;
  readonly isSecure: boolean;
  readonly extensions: Extensions;

  private constructor(parts: { line: ServerLine; extensions: Extensions; isSecure: boolean }) {
    this.#line = parts.line;
    this.extensions = parts.extensions;
    this.isSecure = parts.isSecure;
  }

  /** Rejects with `NoSession`. Times are the caller's: destroying the socket ends it. */
  static async open(options: OpeningOptions): Promise<SmtpClient> {
    return new SmtpClient(await openLine(options));
  }

  /** Whether it can take a message. */
  get isOpen(): boolean {
    return this.#line.isOpen;
  }

  /** Sends a message; one at a time. Never rejects. After `unreadable` and `lost` the session is over. */
  async send(message: Outgoing): Promise<TransactionEnd> {
    const unasked = notAsked(message, this.extensions);
    if (unasked !== undefined) return unasked;
    this.#line.countAnew(message.forwardPaths.length);
    const end = await (this.#goesAtOnce(message) ? this.#transactAtOnce(message) : this.#transact(message));
    if (end.end === 'lost') this.break(end.cause);
    else if (end.end === 'refused') await this.#reset();
    else if (!this.isOpen) this.break(new Error('the server closes the connection'));
    return end;
  }

  /** Ends the session at once; what is under way is lost. */
  break(reason: Error): void {
    this.#line.fail(reason);
  }

  /** Says goodbye without waiting for the answer: some servers never give it. Only between two messages. */
  quit(): void {
    const { socket } = this.#line;
    if (this.isOpen) socket.end('QUIT\r\n', () => socket.destroy());
    else socket.destroy();
  }

  #goesAtOnce({ atOnce, sizeBytes }: Outgoing): boolean {
    const { pipelining, chunking } = this.extensions;
    return atOnce === true && pipelining && chunking && sizeBytes <= AT_ONCE_BYTES;
  }

  async #transactAtOnce(message: Outgoing): Promise<TransactionEnd> {
    let octets: Buffer;
    try {
      octets = await allAtOnce(message, this.extensions);
    } catch (cause) {
      this.break(new Error('the message cannot be read', { cause }));
      return { end: 'unreadable', cause };
    }
    const replies = await this.#line.ask(octets, message.forwardPaths.length + 2);
    return judgeAtOnce(message, replies) ?? this.#lost({ contentSent: true, heard: replies.length > 0 });
  }

  async #transact(message: Outgoing): Promise<TransactionEnd> {
    const envelope = await this.#askEnvelope(message);
    if ('end' in envelope) return envelope;
    const { refused } = envelope;
    const verdict = this.#line.expect(1);
    const poured = await this.#pour(message, verdict);
    if (typeof poured === 'object') return { end: 'unreadable', cause: poured.cause };
    const [reply] = await verdict.over;
    if (poured === 'stopped') {
      // A verdict before the end: what is left unsaid cannot be taken back, so that the session ends with it.
      const cause = this.#line.failure ?? new Error(`a reply in the middle of the message: ${reply?.text}`);
      this.break(cause);
      return reply !== undefined && isNegative(reply)
        ? { end: 'refused', reply, refused }
        : { end: 'lost', cause, ...NOT_SENT };
    }
    if (reply === undefined) return this.#lost({ contentSent: true, heard: true });
    if (isPositive(reply)) return { end: 'taken', reply, refused };
    return isNegative(reply)
      ? { end: 'refused', reply, refused }
      : {
          end: 'lost',
          cause: new Error(`no answer to a message: ${reply.text}`),
          contentSent: true,
          heard: true,
        };
  }

  /** MAIL, RCPT and DATA: in one write, or one after the other. */
  async #askEnvelope(message: Outgoing): Promise<Envelope | TransactionEnd> {
    const { forwardPaths } = message;
    const mail = mailCommand(message, this.extensions);
    const rcpts = forwardPaths.map(rcptCommand);
    const replies = this.extensions.pipelining
      ? await this.#line.ask(`${mail}${rcpts.join('')}DATA\r\n`, rcpts.length + 2)
      : await this.#askOneByOne(mail, rcpts);
    return this.#judgeEnvelope(forwardPaths, replies);
  }

  async #judgeEnvelope(
    forwardPaths: readonly string[],
    replies: readonly ServerReply[],
  ): Promise<Envelope | TransactionEnd> {
    const [mail] = replies;
    const data = replies[forwardPaths.length + 1];
    if (mail === undefined) return this.#lost({ ...NOT_SENT, heard: false });
    if (!isPositive(mail)) {
      // A server that wants the message all the same is not to be trusted with an empty one.
      if (data !== undefined && data.code < 400) this.break(new Error('DATA is taken without a sender'));
      if (isNegative(mail)) return { end: 'refused', reply: mail, refused: [] };
      return { end: 'lost', cause: new Error(`no answer to MAIL: ${mail.text}`), ...NOT_SENT };
    }
    const last = replies.at(-1);
    if (data === undefined && last?.code === CLOSING)
      return { end: 'lost', cause: new Error(`the server closes: ${last.text}`), ...NOT_SENT };
    const refused = forwardPaths.flatMap((path, at) => {
      const reply = replies[at + 1];
      return reply === undefined || isPositive(reply) ? [] : { path, reply };
    });
    const by = refused.find(({ reply }) => reply.code < 500) ?? refused.at(-1);
    if (by !== undefined && refused.length === forwardPaths.length) {
      // RFC 2920 section 3.1: a server that wants the message all the same gets an empty one.
      if (data !== undefined && data.code < 400) await this.#line.ask('.\r\n', 1);
      return { end: 'refused', reply: by.reply, refused };
    }
    if (data === undefined) return this.#lost(NOT_SENT);
    // 354 by the book; some servers say 250.
    return data.code < 400 ? { refused } : { end: 'refused', reply: data, refused };
  }

  async #askOneByOne(mail: string, rcpts: readonly string[]): Promise<readonly ServerReply[]> {
    const replies: ServerReply[] = [];
    const ask = async (command: string): Promise<ServerReply | undefined> => {
      const [reply] = await this.#line.ask(command, 1);
      if (reply !== undefined) replies.push(reply);
      return reply?.code === CLOSING ? undefined : reply;
    };
    const reply = await ask(mail);
    if (reply === undefined || !isPositive(reply)) return replies;
    for (const rcpt of rcpts) if ((await ask(rcpt)) === undefined) return replies;
    if (replies.slice(1).some(isPositive)) await ask('DATA\r\n');
    return replies;
  }

  /** Resolves early when the server has decided before the end, or the line is gone. */
  async #pour(
    message: Outgoing,
    verdict: Expected,
  ): Promise<'sent' | 'stopped' | { readonly cause: unknown }> {
    const { socket } = this.#line;
    const stuffer = new DotStuffer();
    message.onPhase?.('message');
    socket.cork();
    try {
      for await (const chunk of message.octets()) {
        if (verdict.isOver) return 'stopped';
        socket.write(stuffer.stuff(chunk));
        if (socket.writableLength < GATHERED_BYTES) continue;
        socket.uncork();
        await room(socket, verdict);
        socket.cork();
      }
      if (verdict.isOver) return 'stopped';
      message.onPhase?.('verdict');
      socket.write(stuffer.end());
      return 'sent';
    } catch (cause) {
      this.break(new Error('the message cannot be read', { cause }));
      return { cause };
    } finally {
      socket.uncork();
    }
  }

  async #reset(): Promise<void> {
    if (!this.isOpen) return this.break(new Error('the server closes the connection'));
    const [reply] = await this.#line.ask('RSET\r\n', 1);
    if (reply === undefined || !isPositive(reply)) this.break(new Error('RSET is refused'));
  }

  #lost(known: { readonly contentSent: boolean; readonly heard: boolean }): TransactionEnd {
    const cause = this.#line.failure ?? new Error('the server closed the connection');
    return { end: 'lost', cause, ...known };
  }
}

/** Resolves when the socket has given away what it held, or there is no more use in it. */
function room(socket: Socket, verdict: Expected): Promise<void> {
  if (socket.destroyed || socket.writableLength < GATHERED_BYTES) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done);
      socket.off('close', done);
      resolve();
    };
    socket.on('drain', done);
    socket.on('close', done);
    void verdict.over.then(done);
  });
}
