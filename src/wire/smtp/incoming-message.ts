// SPDX-License-Identifier: EUPL-1.2

/** Octets that may wait for whoever takes the message before the peer is asked to wait. */
const WAITING_BYTES = 128 * 1024;

/** What holding a piece costs besides its octets. */
const PIECE_BYTES = 128;

/** How the peer is told to wait, and to go on. */
export interface Flow {
  hold(): void;
  goOn(): void;
}

/** A message on its way in: read as far as somebody wants it, then to its end. */
export class IncomingMessage implements AsyncIterable<Buffer>, AsyncIterator<Buffer> {
  readonly #flow: Flow;
  #chunks: Buffer[] = [];
  #waitingBytes = 0;
  #sizeBytes = 0;
  #reader: { resolve(result: IteratorResult<Buffer>): void; reject(reason: Error): void } | undefined;
  #onOver: (() => void) | undefined;
  #isEnded = false;
  #isUnwanted = false;
  #broken: Error | undefined;

  constructor(flow: Flow) {
    this.#flow = flow;
  }

  /** Octets that came so far. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Whether there will be no end: the peer left, or sent more than anybody reads. */
  get isBroken(): boolean {
    return this.#broken !== undefined;
  }

  add(octets: Buffer): void {
    this.#sizeBytes += octets.length;
    if (this.#isUnwanted || this.#broken !== undefined) return;
    const reader = this.#reader;
    if (reader !== undefined) {
      this.#reader = undefined;
      reader.resolve({ done: false, value: octets });
      return;
    }
    this.#chunks.push(octets);
    this.#waitingBytes += octets.length + PIECE_BYTES;
    if (this.#waitingBytes >= WAITING_BYTES) this.#flow.hold();
  }

  end(): void {
    this.#isEnded = true;
    this.#reader?.resolve({ done: true, value: undefined });
    this.#over();
  }

  /** The end will not come: whoever reads is told, with this error. */
  break(reason: Error): void {
    if (this.#isEnded || this.#broken !== undefined) return;
    this.#broken = reason;
    this.#chunks = [];
    this.#reader?.reject(reason);
    this.#over();
  }

  /** Throws away what nobody reads; resolves when the peer has said all, or is gone. */
  drain(): Promise<void> {
    this.#isUnwanted = true;
    this.#chunks = [];
    this.#flow.goOn();
    if (this.#isEnded || this.#broken !== undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onOver = resolve;
    });
  }

  [Symbol.asyncIterator](): AsyncIterator<Buffer> {
    return this;
  }

  /** Rejects when the message breaks off. */
  next(): Promise<IteratorResult<Buffer>> {
    const value = this.#chunks.shift();
    if (value !== undefined) {
      const wasFull = this.#waitingBytes >= WAITING_BYTES;
      this.#waitingBytes -= value.length + PIECE_BYTES;
      if (wasFull && this.#waitingBytes < WAITING_BYTES) this.#flow.goOn();
      return Promise.resolve({ done: false, value });
    }
    if (this.#broken !== undefined) return Promise.reject(this.#broken);
    if (this.#isEnded) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
    });
  }

  return(): Promise<IteratorResult<Buffer>> {
    return Promise.resolve({ done: true, value: undefined });
  }

  #over(): void {
    this.#reader = undefined;
    this.#onOver?.();
    this.#onOver = undefined;
  }
}
