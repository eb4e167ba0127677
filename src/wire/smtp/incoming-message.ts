// SPDX-License-Identifier: EUPL-1.2
import type { SMTPServerDataStream } from 'smtp-server';

/** A message on its way in: read as far as somebody wants it, then to its end. */
export class IncomingMessage {
  readonly #stream: SMTPServerDataStream;
  readonly #limitBytes: number;

  /** Beyond `limitBytes` nothing is read any more, nor is the end waited for. */
  constructor(stream: SMTPServerDataStream, limitBytes: number) {
    this.#stream = stream;
    this.#limitBytes = limitBytes;
  }

  get isEndless(): boolean {
    return this.#stream.byteLength > this.#limitBytes;
  }

  /** Whether the connection was lost before the end. */
  get isBroken(): boolean {
    return this.#stream.destroyed && !this.#stream.readableEnded;
  }

  /** Throws when the peer leaves, or sends without end. */
  async *octets(): AsyncGenerator<Buffer> {
    // Breaking off must not destroy the stream: the library would take the message for finished.
    for await (const chunk of this.#stream.iterator({ destroyOnReturn: false })) {
      if (this.isEndless) throw new Error('the message goes on and on');
      yield chunk;
    }
  }

  /** Throws away what nobody read; false when there was no end to it. */
  drain(): Promise<boolean> {
    const stream = this.#stream;
    if (stream.readableEnded || stream.destroyed) return Promise.resolve(true);
    return new Promise((resolve) => {
      const look = () => {
        if (!this.isEndless) return;
        stream.off('data', look);
        stream.destroy();
        resolve(false);
      };
      stream.once('end', () => resolve(true));
      stream.once('close', () => resolve(true));
      stream.on('error', () => resolve(true));
      stream.on('data', look);
      look();
      stream.resume();
    });
  }
}
