// SPDX-License-Identifier: EUPL-1.2
import type { Socket } from 'node:net';
import type { SMTPServer } from 'smtp-server';
import { SMTPConnection, type SMTPConnectionOptions } from 'smtp-server/lib/smtp-connection';
import { parseAddressCommand } from './address-command.ts';
import { CommandStream } from './command-stream.ts';
import type { Patience } from './door-timers.ts';
import { hasEnhancedCode } from './smtp-reply.ts';

/** What a peer has come for. */
export type Progress = 'logged-in' | 'message-begun' | 'message-ended';

/** One connection, where the library's own way of speaking is not ours. */
export class Conversation extends SMTPConnection {
  readonly #watch: (socket: Socket) => void;
  readonly #patience: Patience;
  readonly #onGone: () => void;
  #inMessage = false;
  #cancelDeadline: (() => void) | undefined;

  constructor(options: {
    readonly server: SMTPServer;
    readonly socket: Socket;
    readonly connection: SMTPConnectionOptions | null | undefined;
    /** Counts the connection until this socket closes. */
    readonly watch: (socket: Socket) => void;
    readonly patience: Patience;
    readonly onGone: () => void;
  }) {
    super(options.server, options.socket, options.connection ?? null);
    this.#watch = options.watch;
    this.#patience = options.patience;
    this.#onGone = options.onGone;
  }

  override init(): void {
    this.#setDeadline(this.#patience.setupMs);
    super.init();
  }

  override _onClose(): void {
    this.#cancelDeadline?.();
    this.#cancelDeadline = undefined;
    this.#onGone();
    super._onClose();
  }

  /**
   * Gives the peer time anew. Talk alone gains none, nor do messages begun and taken back: a peer that says
   * a little now and then would keep its place for ever.
   */
  progress(progress: Progress): void {
    if (this._closed || (progress === 'message-begun' && this.#inMessage)) return;
    this.#inMessage = progress === 'message-begun';
    this.#setDeadline(this.#inMessage ? this.#patience.messageMs : this.#patience.setupMs);
  }

  #setDeadline(delayMs: number): void {
    this.#cancelDeadline?.();
    this.#cancelDeadline = this.#patience.timers.after(delayMs, () => this.#sendAway());
  }

  #sendAway(): void {
    const readsMessage = this._parser !== false && this._parser._dataMode;
    const isOurTurn = this._handlerPending || (this._dataStream && !readsMessage);
    if (isOurTurn) this.#setDeadline(this.#patience.setupMs);
    else this.send(421, '4.4.2 too slow');
  }

  /** Whether a message is coming in or a command is being answered. */
  get isBusy(): boolean {
    return this._handlerPending || Boolean(this._dataStream);
  }

  override send(code: number, data?: string | string[] | null, context?: string | false): void {
    if (Array.isArray(data)) {
      // The only reply of several lines is that to EHLO. RFC 4954 section 4: plain passwords are not
      // offered where everybody reads along.
      super.send(code, this.secure ? data : data.filter((line) => !line.startsWith('AUTH ')), context);
    } else {
      // Words that bring their own enhanced status code get no second one.
      super.send(code, data, typeof data === 'string' && hasEnhancedCode(data) ? false : context);
    }
  }

  /** The library's parser knows no quoted local part with blanks and rewrites xn-- domains. */
  override _parseAddressCommand(
    name: string,
    command: Buffer | string,
  ): ReturnType<SMTPConnection['_parseAddressCommand']> {
    const verb = name.toUpperCase() === 'MAIL FROM' ? 'MAIL FROM' : 'RCPT TO';
    const parsed = parseAddressCommand(
      verb,
      typeof command === 'string' ? Buffer.from(command, 'latin1') : command,
    );
    if (parsed === undefined) return false;
    const { address, params, duplicate } = parsed;
    return { address, args: { ...params }, ...(duplicate === undefined ? {} : { duplicate }) };
  }

  override _createParser(): CommandStream {
    const { maxCommandLength } = this._server.options;
    const parser = new CommandStream({ maxCommandLength });
    parser.oncommand = (command, done) => this._onCommand(command, done);
    parser.on('error', () => this.send(421, '5.5.6 line too long'));
    return parser;
  }

  /** STARTTLS takes every listener off the plain socket, ours too. */
  override upgrade(callback: () => void, secureCallback?: () => void): void {
    const plain = this._socket;
    super.upgrade(callback, secureCallback);
    this.#watch(plain);
  }
}
