// SPDX-License-Identifier: EUPL-1.2
import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';

/** Small replies are put together up to here, so that a pipelining client gets them in few packets. */
const GATHERED_BYTES = 16 * 1024;
/** Larger runs are sent in pieces: what is under TLS is held a second time until the socket takes it. */
const PIECE_BYTES = 256 * 1024;

/** The client is gone: nothing more can be told to it. */
export class ChannelClosed extends Error {
  override readonly name = 'ChannelClosed';
}

/** A connection read and written one thing at a time, so that it holds no more than one chunk of either. */
export class Channel {
  #socket: Socket;
  #gathered: Buffer[] = [];
  #gatheredBytes = 0;
  readonly #onProgress: () => void;

  /** `onProgress` is called whenever the other side says something or takes what it is sent. */
  constructor(socket: Socket, onProgress: () => void) {
    this.#socket = socket;
    this.#onProgress = onProgress;
    // An error is followed by 'close', which is what all here waits for.
    socket.on('error', () => undefined);
  }

  /** What the other side sent; undefined when it has closed. */
  async read(): Promise<Buffer | undefined> {
    for (;;) {
      const octets: Buffer | null = this.#socket.read();
      if (octets !== null) {
        this.#onProgress();
        return octets;
      }
      if (this.#socket.readableEnded || this.#socket.destroyed) return undefined;
      await firstOf(this.#socket, ['readable', 'end', 'close']);
    }
  }

  /** Sends, perhaps only with the next `flush`. Rejects with `ChannelClosed`. */
  async write(octets: Buffer): Promise<void> {
    for (let at = 0; at < octets.length; at += PIECE_BYTES) {
      const piece = octets.subarray(at, at + PIECE_BYTES);
      this.#gathered.push(piece);
      this.#gatheredBytes += piece.length;
      if (this.#gatheredBytes >= GATHERED_BYTES) await this.flush();
    }
  }

  /** Sends what was gathered and waits until there is room for more. */
  async flush(): Promise<void> {
    const [first] = this.#gathered;
    if (first === undefined) return;
    const octets = this.#gathered.length === 1 ? first : Buffer.concat(this.#gathered);
    this.#gathered = [];
    this.#gatheredBytes = 0;
    if (!this.#socket.destroyed && !this.#socket.write(octets)) {
      await firstOf(this.#socket, ['drain', 'close']);
      this.#onProgress();
    }
    if (this.#socket.destroyed) throw new ChannelClosed();
  }

  /** Goes on under TLS. Rejects with `ChannelClosed` when the two sides do not come to terms. */
  async startTls(secureContext: SecureContext): Promise<void> {
    await this.flush();
    const socket = new TLSSocket(this.#socket, { isServer: true, secureContext });
    socket.on('error', () => undefined);
    this.#socket = socket;
    await firstOf(socket, ['secure', 'close']);
    if (socket.destroyed) throw new ChannelClosed();
  }

  /** Says that nothing more will be sent, and waits until the other side has closed as well. */
  async end(): Promise<void> {
    if (this.#socket.destroyed) return;
    await this.flush().catch(() => undefined);
    this.#socket.end();
    this.#socket.resume();
    if (!this.#socket.closed) await firstOf(this.#socket, ['close']);
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

/** Resolves with the first of these events, and leaves no listener behind. */
function firstOf(socket: Socket, events: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const event of events) socket.off(event, done);
      resolve();
    };
    for (const event of events) socket.on(event, done);
  });
}
