// SPDX-License-Identifier: EUPL-1.2
import type { Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { type Extensions, NO_EXTENSIONS, readExtensions } from './extensions.ts';
import { CLOSING, type ServerReply } from './reply-reader.ts';
import { ServerLine } from './server-line.ts';

/** How a session is protected: `required` or nothing, `offered` as the server likes. */
export interface ClientTls {
  readonly use: 'required' | 'offered' | 'never';
  /** For the handshake; what verifies the server is the caller's. */
  readonly options: ConnectionOptions;
  /** What a later session may be resumed with (RFC 8446 section 2.2). */
  readonly onSession?: (session: Buffer) => void;
}

export interface OpeningOptions {
  /** Connected, and nobody has read from it. */
  readonly socket: Socket;
  /** How we call ourselves in EHLO. */
  readonly ownName: string;
  readonly tls: ClientTls;
  /** Aborted with an Error when nobody waits any more. */
  readonly giveUp: AbortSignal;
}

export interface OpenedLine {
  readonly line: ServerLine;
  readonly extensions: Extensions;
  readonly isSecure: boolean;
}

/** There is no session: the server does not want one, does not speak SMTP, or TLS could not be had. */
export class NoSession extends Error {
  /** Whether it is TLS that failed. */
  readonly inTls: boolean;

  constructor(message: string, options: { readonly inTls?: boolean; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.inTls = options.inTls ?? false;
  }
}

/** Hears the greeting, says EHLO and takes up TLS. Rejects with `NoSession`; the socket is closed then. */
export async function openLine(options: OpeningOptions): Promise<OpenedLine> {
  const { giveUp } = options;
  const opening = new Opening(options);
  const abandon = () => opening.abandon(giveUp.reason);
  giveUp.addEventListener('abort', abandon);
  try {
    return await opening.open();
  } catch (cause) {
    opening.abandon(cause);
    throw cause;
  } finally {
    giveUp.removeEventListener('abort', abandon);
  }
}

class Opening {
  readonly #line: ServerLine;
  readonly #options: OpeningOptions;
  /** A handshake under way: what it stands upon must not be taken away from under it. */
  #handshake: TLSSocket | undefined;

  constructor(options: OpeningOptions) {
    this.#line = new ServerLine(options.socket);
    this.#options = options;
  }

  abandon(reason: unknown): void {
    const error = reason instanceof Error ? reason : new Error(String(reason));
    if (this.#handshake === undefined) this.#line.fail(error);
    else this.#handshake.destroy(error);
  }

  async open(): Promise<OpenedLine> {
    const { tls } = this.#options;
    const greeting = this.#heard(await this.#line.expect(1).over);
    if (greeting.code !== 220) throw new NoSession(`no greeting: ${greeting.text}`);
    const extensions = await this.#hello();
    if (tls.use === 'never' || (tls.use === 'offered' && !extensions.startTls))
      return { line: this.#line, extensions, isSecure: false };
    if (!extensions.startTls) throw new NoSession('the server offers no TLS', { inTls: true });
    const reply = this.#heard(await this.#line.ask('STARTTLS\r\n', 1));
    if (reply.code !== 220) {
      if (tls.use === 'offered' && this.#line.isOpen)
        return { line: this.#line, extensions, isSecure: false };
      throw new NoSession(`STARTTLS is refused: ${reply.text}`, { inTls: true });
    }
    const onSession = await this.#secure();
    // RFC 3207 section 4.2: what was announced in cleartext counts no more.
    const announced = await this.#hello();
    onSession();
    return { line: this.#line, extensions: announced, isSecure: true };
  }

  async #hello(): Promise<Extensions> {
    const { ownName, tls } = this.#options;
    const reply = this.#heard(await this.#line.ask(`EHLO ${ownName}\r\n`, 1));
    if (isPositive(reply)) return readExtensions(reply);
    if (reply.code === CLOSING || tls.use === 'required')
      throw new NoSession(`EHLO is refused: ${reply.text}`);
    // RFC 5321 section 3.2.
    const old = this.#heard(await this.#line.ask(`HELO ${ownName}\r\n`, 1));
    if (!isPositive(old)) throw new NoSession(`HELO is refused: ${old.text}`);
    return NO_EXTENSIONS;
  }

  /** Resolves once the handshake is over; gives how to tell of the session, which must have been found good first. */
  #secure(): Promise<() => void> {
    const { options, onSession } = this.#options.tls;
    const plain = this.#line.letGo();
    return new Promise((resolve, reject) => {
      let session: Buffer | undefined;
      let isGood = false;
      const fail = (cause?: Error): void =>
        reject(new NoSession(cause?.message ?? 'closed during TLS', { inTls: true, cause }));
      const closed = (): void => fail();
      const secure: TLSSocket = connectTls({ ...options, socket: plain }, () => {
        secure.off('error', fail);
        secure.off('close', closed);
        this.#handshake = undefined;
        this.#line.goOnOver(secure);
        resolve(() => {
          isGood = true;
          if (session !== undefined) onSession?.(session);
        });
      });
      this.#handshake = secure;
      // A handshake that failed may have more to say.
      secure.on('error', fail);
      secure.once('close', closed);
      // TLS 1.3 brings tickets when it likes.
      secure.on('session', (ticket: Buffer) => {
        session = ticket;
        if (isGood) onSession?.(ticket);
      });
    });
  }

  #heard(replies: readonly ServerReply[]): ServerReply {
    const [reply] = replies;
    if (reply !== undefined) return reply;
    const cause = this.#line.failure;
    throw new NoSession(cause?.message ?? 'the server said nothing', { cause });
  }
}

export function isPositive({ code }: ServerReply): boolean {
  return code >= 200 && code < 300;
}
