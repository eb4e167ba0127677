// SPDX-License-Identifier: EUPL-1.2
import { constants, createDeflateRaw, createInflateRaw, type DeflateRaw, type InflateRaw } from 'node:zlib';

export interface DeflationListener {
  /** Octets for the wire. */
  deflated(octets: Buffer): void;
  /** Octets from the client. */
  inflated(octets: Buffer): void;
  /** More may be given to `inflate` after it said no. */
  hungry(): void;
  /** What came is no deflated data. */
  broken(): void;
}

/** A smaller window than DEFLATE allows: the answers of a session repeat themselves within a few kilobytes. */
const WINDOW_BITS = 13;
const MEMORY_LEVEL = 6;
/** Speed rather than size: the wire is seldom the bottleneck. */
const LEVEL = 3;

/** Both directions of a compressed connection (RFC 4978, RFC 1951). */
export class Deflation {
  readonly #deflate: DeflateRaw;
  readonly #inflate: InflateRaw;
  /** Who waits for octets to go out; the end of the connection lets them go too. */
  readonly #waiting = new Set<() => void>();
  readonly #listener: DeflationListener;
  #full = false;

  constructor(listener: DeflationListener) {
    this.#deflate = createDeflateRaw({ level: LEVEL, windowBits: WINDOW_BITS, memLevel: MEMORY_LEVEL });
    this.#inflate = createInflateRaw();
    this.#listener = listener;
    this.#deflate.on('readable', () => this.#deliver());
    this.#deflate.on('error', () => listener.broken());
    this.#deflate.on('close', () => {
      for (const resolve of this.#waiting) resolve();
      this.#waiting.clear();
    });
    this.#inflate.on('data', (octets: Buffer) => listener.inflated(octets));
    this.#inflate.on('error', () => listener.broken());
    // RFC 4978 section 3: neither side ends its stream before the connection ends.
    this.#inflate.on('end', () => listener.broken());
    this.#inflate.on('drain', () => {
      this.#full = false;
      listener.hungry();
    });
  }

  get isFull(): boolean {
    return this.#full;
  }

  /** Takes octets from the wire; false: no more, please, until `hungry`. */
  inflate(octets: Buffer): boolean {
    this.#full = !this.#inflate.write(octets);
    return !this.#full;
  }

  /** Resolves when all of it went to `deflated`, the end of a block with it, so that nothing waits here. */
  deflate(octets: Buffer): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.add(resolve);
      this.#deflate.write(octets, () => undefined);
      this.#deflate.flush(constants.Z_SYNC_FLUSH, () => {
        // 'readable' may come later than this, and who waits may end the connection.
        this.#deliver();
        this.#waiting.delete(resolve);
        resolve();
      });
    });
  }

  #deliver(): void {
    for (;;) {
      const octets: Buffer | null = this.#deflate.read();
      if (octets === null) return;
      this.#listener.deflated(octets);
    }
  }

  pause(): void {
    this.#inflate.pause();
  }

  resume(): void {
    this.#inflate.resume();
  }

  /** Frees both streams. */
  end(): void {
    this.#deflate.destroy();
    this.#inflate.destroy();
  }
}
