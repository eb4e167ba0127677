// SPDX-License-Identifier: EUPL-1.2

const LF = 0x0a;
const CR = 0x0d;
/** Said in the place of a line that is longer than allowed. */
export const TOO_LONG = Symbol('too long');
const NOTHING = Buffer.alloc(0);

/** What came and was not dealt with yet; gives out one command line after the other. */
export class CommandLines {
  readonly #limitBytes: number;
  #octets: Buffer = NOTHING;
  #at = 0;

  /** `limitBytes`: of a line, its end not counted. */
  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get isEmpty(): boolean {
    return this.#at >= this.#octets.length;
  }

  add(chunk: Buffer): void {
    this.#octets = this.isEmpty ? chunk : Buffer.concat([this.#octets.subarray(this.#at), chunk]);
    this.#at = 0;
  }

  /**
   * The next line without its end, which is LF with or without CR before it: a command means the same either
   * way. Undefined when it is not whole yet.
   */
  next(): string | typeof TOO_LONG | undefined {
    const end = this.#octets.indexOf(LF, this.#at);
    const stop = end < 0 ? this.#octets.length : end;
    const to = stop > this.#at && this.#octets[stop - 1] === CR ? stop - 1 : stop;
    if (to - this.#at > this.#limitBytes) return TOO_LONG;
    if (end < 0) return undefined;
    const line = this.#octets.toString('latin1', this.#at, to);
    this.#at = end + 1;
    return line;
  }

  /** What is left, up to so many octets, which is no command. */
  take(limitBytes: number = Number.POSITIVE_INFINITY): Buffer {
    const octets = this.#octets.subarray(this.#at, Math.min(this.#at + limitBytes, this.#octets.length));
    this.#at += octets.length;
    if (this.isEmpty) this.forget();
    return octets;
  }

  forget(): void {
    this.#octets = NOTHING;
    this.#at = 0;
  }
}
