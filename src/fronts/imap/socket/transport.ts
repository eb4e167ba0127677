// SPDX-License-Identifier: EUPL-1.2
import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';
import { Deflation } from './deflation.ts';

/** Octets under TLS that may wait for the socket before the session is asked to wait. */
const WAITING_BYTES = 256 * 1024;

export interface TransportListener {
  /** Octets from the client, in clear and inflated. */
  received(octets: Buffer): void;
  /** The client said something, or took what it was sent. */
  alive(): void;
  /** The connection is over. */
  closed(): void;
}

/** The octets of one connection, whatever lies between them and the wire: TLS, DEFLATE, both or nothing. */
export class Transport {
  #socket: Socket;
  #deflation: Deflation | undefined;
  #paused = false;
  #closed = false;
  readonly #listener: TransportListener;

  constructor(socket: Socket, listener: TransportListener) {
    this.#socket = socket;
    this.#listener = listener;
    // An error is followed by 'close'.
    socket.on('error', () => undefined);
    socket.once('close', () => this.#over());
  }

  /** Begins to take octets; to be called once TLS is there, where it is there from the start. */
  start(): void {
    const socket = this.#socket;
    socket.on('data', (octets: Buffer) => {
      this.#listener.alive();
      if (this.#deflation === undefined) this.#listener.received(octets);
      else if (!this.#deflation.inflate(octets)) socket.pause();
    });
  }

  /** Resolves with whether the two sides came to terms. */
  async startTls(secureContext: SecureContext): Promise<boolean> {
    const plain = this.#socket;
    plain.removeAllListeners('data');
    // Whatever was flushed goes out before the handshake does.
    const socket = new TLSSocket(plain, { isServer: true, secureContext });
    socket.on('error', () => undefined);
    socket.once('close', () => plain.destroy());
    this.#socket = socket;
    await new Promise<void>((resolve) => {
      socket.once('secure', resolve);
      socket.once('close', () => resolve());
      plain.once('close', () => resolve());
    });
    return !socket.destroyed && !plain.destroyed;
  }

  /** RFC 4978: both directions are deflated from now on; `waiting` came that way already. */
  compress(waiting: Buffer): void {
    const socket = this.#socket;
    this.#deflation = new Deflation({
      deflated: (octets) => {
        if (!socket.destroyed) socket.write(octets);
      },
      inflated: (octets) => this.#listener.received(octets),
      hungry: () => {
        if (!this.#paused) socket.resume();
      },
      broken: () => this.destroy(),
    });
    if (waiting.length > 0 && !this.#deflation.inflate(waiting)) socket.pause();
  }

  /** Sends; a promise means that the client reads slowly. */
  write(octets: Buffer): Promise<void> | undefined {
    const socket = this.#socket;
    if (socket.destroyed) return undefined;
    if (this.#deflation !== undefined) return this.#deflation.deflate(octets).then(() => this.#drained());
    if (socket.write(octets) || socket.writableLength < WAITING_BYTES) return undefined;
    return this.#drained();
  }

  #drained(): Promise<void> {
    const socket = this.#socket;
    if (socket.destroyed || socket.writableLength < WAITING_BYTES) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        socket.off('drain', done);
        socket.off('close', done);
        this.#listener.alive();
        resolve();
      };
      socket.on('drain', done);
      socket.on('close', done);
    });
  }

  pause(): void {
    this.#paused = true;
    this.#socket.pause();
    this.#deflation?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#deflation?.resume();
    if (this.#deflation?.isFull !== true) this.#socket.resume();
  }

  /** Sends what waits, then ends. */
  end(): void {
    this.#deflation?.end();
    this.#socket.end();
    // What still comes is of no interest, but its end is.
    this.#socket.resume();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #over(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#deflation?.end();
    this.#listener.closed();
  }
}
