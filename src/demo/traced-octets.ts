// SPDX-License-Identifier: EUPL-1.2
import { type Octets, streamPieces } from '../wire/mime/octets.ts';

/** Fields that a host on the way put before a message, and the message untouched behind them. */
export class TracedOctets implements Octets {
  readonly size: number;
  readonly #fields: Buffer;
  readonly #message: Octets;

  constructor(fields: Buffer, message: Octets) {
    this.size = fields.length + message.size;
    this.#fields = fields;
    this.#message = message;
  }

  async read(start: number, end: number): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of this.stream(start, end)) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  async *stream(start = 0, end = this.size): AsyncGenerator<Buffer> {
    const length = this.#fields.length;
    yield* streamPieces([
      this.#fields.subarray(Math.min(start, length), Math.min(end, length)),
      { octets: this.#message, start: Math.max(start - length, 0), end: Math.max(end - length, 0) },
    ]);
  }
}
