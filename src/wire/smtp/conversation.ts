// SPDX-License-Identifier: EUPL-1.2
import type { Socket } from 'node:net';
import type { SMTPServer } from 'smtp-server';
import { SMTPConnection, type SMTPConnectionOptions } from 'smtp-server/lib/smtp-connection';
import { parseAddressCommand } from './address-command.ts';
import { CommandStream } from './command-stream.ts';
import { hasEnhancedCode } from './smtp-reply.ts';

/** One connection, where the library's own way of speaking is not ours. */
export class Conversation extends SMTPConnection {
  readonly #watch: (socket: Socket) => void;

  constructor(options: {
    readonly server: SMTPServer;
    readonly socket: Socket;
    readonly connection: SMTPConnectionOptions | null | undefined;
    /** Counts the connection until this socket closes. */
    readonly watch: (socket: Socket) => void;
  }) {
    super(options.server, options.socket, options.connection ?? null);
    this.#watch = options.watch;
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
