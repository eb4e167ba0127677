// SPDX-License-Identifier: EUPL-1.2
import { connect, type Socket } from 'node:net';
import type { Timers } from '../../platform/timers.ts';

/** Where clamd listens. */
export type ClamdPlace = { readonly path: string } | { readonly host: string; readonly port: number };

export interface ClamdWaits {
  readonly connectMs: number;
  /** For a reply, and for the socket to take what is written. */
  readonly answerMs: number;
}

/** Replies are one line; more is no clamd. */
const REPLY_BYTES = 4096;
/** Octets announced at once; clamd takes chunks of any size. */
const CHUNK_BYTES = 1024 * 1024;

/**
 * One command to clamd over a connection of its own (clamd(8), commands with prefix `z`). Nothing of it rejects
 * or throws but `reply`, whose error says what went wrong.
 */
export class ClamdConversation {
  readonly #timers: Timers;
  readonly #answerMs: number;
  readonly #socket: Socket;
  readonly #over: Promise<void>;
  #reply = '';
  #failure: Error | undefined;
  #isOver = false;
  #stopTimer: () => void;

  constructor(place: ClamdPlace, { command, timers, connectMs, answerMs }: ConversationOptions) {
    this.#timers = timers;
    this.#answerMs = answerMs;
    const socket = connect({ ...place });
    this.#socket = socket;
    this.#stopTimer = timers.after(connectMs, () => this.#fail('no connection in time'));
    this.#over = new Promise((resolve) => {
      socket.once('close', () => {
        this.#isOver = true;
        this.#stopTimer();
        resolve();
      });
    });
    socket.once('connect', () => this.#stopTimer());
    socket.on('error', (error) => {
      this.#failure ??= error;
    });
    socket.on('data', (octets) => this.#take(octets));
    socket.on('end', () => socket.destroy());
    socket.write(`z${command}\0`, 'latin1');
  }

  /** Whether clamd has spoken or gone: what is written now interests nobody. */
  get isOver(): boolean {
    return this.#isOver || this.#reply !== '';
  }

  /** Sends a part of the stream; a promise must be awaited before the next call. */
  write(octets: Buffer): Promise<void> | undefined {
    let drained: Promise<void> | undefined;
    for (let at = 0; at < octets.length && !this.isOver; at += CHUNK_BYTES) {
      const chunk = octets.subarray(at, at + CHUNK_BYTES);
      const length = Buffer.allocUnsafe(4);
      length.writeUInt32BE(chunk.length);
      this.#socket.write(length);
      if (!this.#socket.write(chunk)) drained ??= this.#drain();
    }
    return drained;
  }

  /** Ends the stream. */
  finish(): void {
    if (!this.isOver) this.#socket.write(Buffer.alloc(4));
  }

  /** What clamd answers. Rejects when it goes without a word, or takes too long. */
  async reply(): Promise<string> {
    const stop = this.#timers.after(this.#answerMs, () => this.#fail('no answer in time'));
    await this.#over;
    stop();
    // An answer counts even when the connection broke over what was still being sent.
    if (this.#reply.endsWith('\0')) return this.#reply;
    throw this.#failure ?? new Error('it closed the connection without an answer');
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(octets: Buffer): void {
    this.#reply += octets.toString('latin1');
    if (this.#reply.length > REPLY_BYTES) this.#fail('the answer has no end');
    else if (this.#reply.endsWith('\0')) this.#socket.destroy();
  }

  /** Resolves when the socket takes more, or never will. */
  async #drain(): Promise<void> {
    const stop = this.#timers.after(this.#answerMs, () => this.#fail('it takes no more'));
    const drained = new Promise<void>((resolve) => this.#socket.once('drain', resolve));
    await Promise.race([drained, this.#over]);
    stop();
  }

  #fail(words: string): void {
    this.#reply = '';
    this.#failure ??= new Error(words);
    this.#socket.destroy();
  }
}

export interface ConversationOptions extends ClamdWaits {
  readonly command: 'INSTREAM' | 'VERSION';
  readonly timers: Timers;
}
