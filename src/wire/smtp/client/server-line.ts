// SPDX-License-Identifier: EUPL-1.2
import type { Socket } from 'node:net';
import { CLOSING, ReplyReader, type ServerReply } from './reply-reader.ts';

/** Replies that are waited for: filled as they come, in the order of the commands. */
export interface Expected {
  /** Fewer than asked for when the line broke, or the server said 421 and nothing else will come. */
  readonly replies: readonly ServerReply[];
  /** Whether nothing more is waited for. */
  readonly isOver: boolean;
  readonly over: Promise<readonly ServerReply[]>;
}

/** The line to a server: commands go out, each gets one reply, and what nobody asked for breaks it. */
export class ServerLine {
  #socket: Socket;
  #reader: ReplyReader;
  #expected: Expectation | undefined;
  #failure: Error | undefined;
  #isClosing = false;
  readonly #hears = (chunk: Buffer): void => this.#hear(chunk);
  readonly #closes = (): void => this.fail(new Error('the server closed the connection'));

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#reader = new ReplyReader((reply) => this.#take(reply));
    this.#listen();
  }

  get socket(): Socket {
    return this.#socket;
  }

  /** Why the line is of no use any more. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  get isOpen(): boolean {
    return this.#failure === undefined && !this.#isClosing && this.#socket.writable;
  }

  /** Begins to count anew what the server says. */
  countAnew(recipients: number): void {
    this.#reader.countAnew(recipients);
  }

  /** Sends commands in one write; as many replies are to come. */
  ask(commands: string | Buffer, count: number): Promise<readonly ServerReply[]> {
    const { over } = this.expect(count);
    if (this.#failure !== undefined) return over;
    if (typeof commands === 'string') this.#socket.write(commands, 'latin1');
    else this.#socket.write(commands);
    return over;
  }

  /** So many replies are to come to what is about to be sent. */
  expect(count: number): Expected {
    const expected = new Expectation(count);
    if (this.#failure === undefined && !this.#isClosing) this.#expected = expected;
    else expected.end();
    return expected;
  }

  /** From now on over this socket, which stands upon the one before; nothing heard before counts (RFC 3207 section 4.2). */
  goOnOver(socket: Socket): void {
    this.#socket = socket;
    this.#reader = new ReplyReader((reply) => this.#take(reply));
    this.#listen();
  }

  /** Lets go of the socket, which another is about to stand upon. */
  letGo(): Socket {
    this.#socket.off('data', this.#hears);
    this.#socket.off('end', this.#closes);
    this.#socket.off('close', this.#closes);
    return this.#socket;
  }

  /** Breaks the line off; the first reason stays. */
  fail(reason: Error): void {
    this.#failure ??= reason;
    this.#socket.destroy();
    this.#expected?.end();
    this.#expected = undefined;
  }

  #listen(): void {
    const socket = this.#socket;
    socket.on('data', this.#hears);
    socket.on('error', (error) => this.fail(error));
    socket.on('end', this.#closes);
    socket.on('close', this.#closes);
  }

  #hear(chunk: Buffer): void {
    if (this.#failure !== undefined) return;
    try {
      this.#reader.take(chunk);
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #take(reply: ServerReply): void {
    if (this.#failure !== undefined) return;
    if (reply.code === CLOSING) this.#isClosing = true;
    const expected = this.#expected;
    if (expected !== undefined) {
      if (expected.add(reply)) this.#expected = undefined;
    } else if (reply.code === CLOSING) {
      this.fail(new Error(`the server closes the connection: ${reply.text}`));
    } else {
      this.fail(new Error(`a reply to nothing: ${reply.text}`));
    }
  }
}

class Expectation implements Expected {
  readonly replies: ServerReply[] = [];
  readonly over: Promise<readonly ServerReply[]>;
  isOver = false;
  readonly #count: number;
  #resolve: (replies: readonly ServerReply[]) => void = () => undefined;

  constructor(count: number) {
    this.#count = count;
    this.over = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Whether it was the last. */
  add(reply: ServerReply): boolean {
    this.replies.push(reply);
    if (this.replies.length === this.#count || reply.code === CLOSING) this.end();
    return this.isOver;
  }

  end(): void {
    this.isOver = true;
    this.#resolve(this.replies);
  }
}
