// SPDX-License-Identifier: EUPL-1.2
import type { LdifError, LdifLimits, LdifReason } from './ldif-entry.ts';

/** A line with its continuations joined. */
export interface LogicalLine {
  /** Without line end; empty for the blank line that ends an entry. */
  readonly octets: Buffer;
  /** Where it starts, counted from 1. */
  readonly number: number;
}

/** Takes a line; returns false when it wants no more. */
export type LineTaker = (line: LogicalLine) => boolean;

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const NOTHING = Buffer.alloc(0);

/**
 * Cuts octets into lines ended by LF or CR LF and joins a line that starts with one space to the line before
 * (RFC 2849, notes 2 and 3). Time and memory grow with the octets, however they are cut into chunks.
 */
export class LineUnfolder {
  readonly #limits: LdifLimits;
  /** The start of a physical line whose end has not come yet. */
  readonly #unfinished = new Pile();
  /** The logical line that may still go on, and where it started; 0 when there is none. */
  readonly #folds = new Pile();
  #foldsStart = 0;
  #lineNumber = 1;
  #fileBytes = 0;
  #stopped = false;
  #error: LdifError | undefined;

  constructor(limits: LdifLimits) {
    this.#limits = limits;
  }

  get error(): LdifError | undefined {
    return this.#error;
  }

  push(chunk: Uint8Array, take: LineTaker): void {
    if (this.#stopped) return;
    this.#fileBytes += chunk.length;
    if (this.#fileBytes > this.#limits.fileBytes) {
      this.#fail('file-too-large', `more than ${this.#limits.fileBytes} octets`);
      return;
    }
    const octets = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let start = 0;
    for (let end = octets.indexOf(LF); end !== -1; end = octets.indexOf(LF, start)) {
      this.#endPhysicalLine(octets.subarray(start, end), take);
      if (this.#stopped) return;
      start = end + 1;
    }
    this.#unfinished.add(octets.subarray(start));
    // Two octets more than the line may have: its leading space and a CR are not part of it.
    if (this.#unfinished.length + this.#folds.length > this.#limits.lineBytes + 2) this.#failTooLong();
  }

  end(take: LineTaker): void {
    if (!this.#stopped && this.#unfinished.length > 0) this.#endPhysicalLine(NOTHING, take);
    if (!this.#stopped) this.#endLogicalLine(take);
    this.#stopped = true;
  }

  #endPhysicalLine(tail: Buffer, take: LineTaker): void {
    let line = tail;
    if (this.#unfinished.length > 0) {
      this.#unfinished.add(tail);
      line = this.#unfinished.take();
    }
    if (line[line.length - 1] === CR) line = line.subarray(0, -1);
    if (this.#lineNumber === 1 && line.subarray(0, 3).equals(BYTE_ORDER_MARK)) line = line.subarray(3);
    if (line[0] === SPACE) this.#continueLogicalLine(line.subarray(1));
    else this.#startLogicalLine(line, take);
    this.#lineNumber++;
  }

  #startLogicalLine(line: Buffer, take: LineTaker): void {
    this.#endLogicalLine(take);
    if (this.#stopped) return;
    if (line.length === 0) {
      this.#give({ octets: NOTHING, number: this.#lineNumber }, take);
      return;
    }
    this.#foldsStart = this.#lineNumber;
    this.#folds.add(line);
    if (this.#folds.length > this.#limits.lineBytes) this.#failTooLong();
  }

  #continueLogicalLine(rest: Buffer): void {
    if (this.#foldsStart === 0) {
      this.#fail('stray-continuation', 'a line starts with a space but continues none');
      return;
    }
    this.#folds.add(rest);
    if (this.#folds.length > this.#limits.lineBytes) this.#failTooLong();
  }

  #endLogicalLine(take: LineTaker): void {
    if (this.#foldsStart === 0) return;
    const line = { octets: this.#folds.take(), number: this.#foldsStart };
    this.#foldsStart = 0;
    this.#give(line, take);
  }

  #give(line: LogicalLine, take: LineTaker): void {
    if (!take(line)) this.#stopped = true;
  }

  #failTooLong(): void {
    this.#fail('line-too-long', `more than ${this.#limits.lineBytes} octets`);
  }

  #fail(reason: LdifReason, detail: string): void {
    this.#error ??= { reason, line: this.#foldsStart === 0 ? this.#lineNumber : this.#foldsStart, detail };
    this.#stopped = true;
  }
}

/** Octets that pile up: a buffer that doubles, so that a million small pieces cost what one large one does. */
class Pile {
  #buffer = NOTHING;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(octets: Buffer): void {
    const length = this.#length + octets.length;
    if (length > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(128, length, this.#buffer.length * 2));
      this.#buffer.copy(larger, 0, 0, this.#length);
      this.#buffer = larger;
    }
    octets.copy(this.#buffer, this.#length);
    this.#length = length;
  }

  /** A copy of all of it, and the pile is empty again. */
  take(): Buffer {
    const octets = Buffer.from(this.#buffer.subarray(0, this.#length));
    this.#length = 0;
    return octets;
  }
}
