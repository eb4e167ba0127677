// SPDX-License-Identifier: EUPL-1.2
import { isAscii } from 'node:buffer';

const LF = 10;
const CR = 13;
const DASH = 45;

const NOTHING = Buffer.alloc(0);

/** Octets of a line that are shown to the sink; the rest of a longer line is only counted. */
export const LINE_HEAD_OCTETS = 2048;

/** A line that has passed by. */
export interface ScannedLine {
  /** Offset of its first octet. */
  readonly start: number;
  /** Offset after its line feed; without one, the end of the octets. */
  readonly end: number;
  /** Octets of the line end before this line: 2 for CRLF, 1 for LF, 0 where the octets start. */
  readonly endingBefore: number;
  /** Line feeds before this line. */
  readonly lineFeedsBefore: number;
  /** The line without its line end, cut after `LINE_HEAD_OCTETS`; only good during the call. */
  readonly head: Buffer;
  /** Whether `head` is the whole line. */
  readonly whole: boolean;
}

/** Who wants to see lines: those that start with two dashes. */
export interface LineSink {
  /** Whether empty lines are of interest as well. */
  readonly emptyLines: boolean;
  line(line: ScannedLine): void;
}

/**
 * Cuts octets into lines while they pass by in chunks of any size. Only line feeds end a line; nothing but
 * the head of an unfinished line is kept. Line feeds are searched by native code: in bodies, the script
 * looks at two octets of each line.
 */
export class LineScanner {
  size = 0;
  lineFeeds = 0;
  longestLine = 0;
  eightBit = false;
  nul = false;
  bareLineEnds = false;
  readonly #sink: LineSink;
  #lineStart = 0;
  #endingBefore = 0;
  /** The first octets of the line that the last chunk left unfinished. */
  #carried = NOTHING;
  #carriedLength = 0;
  #lastOctet = -1;

  constructor(sink: LineSink) {
    this.#sink = sink;
  }

  update(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#survey(chunk);
    let start = 0;
    for (let lf = chunk.indexOf(LF); lf >= 0; lf = chunk.indexOf(LF, start)) {
      this.#endLine(chunk, start, lf);
      start = lf + 1;
    }
    if (start < chunk.length) this.#carry(chunk, start, chunk.length);
    this.size += chunk.length;
    this.#lastOctet = chunk[chunk.length - 1] ?? -1;
  }

  /** To be called once, after the last chunk: shows a last line that has no line end. */
  end(): void {
    if (this.#lastOctet === CR) this.bareLineEnds = true;
    const length = this.size - this.#lineStart;
    if (length === 0) return;
    this.longestLine = Math.max(this.longestLine, length);
    this.#show(this.#carried.subarray(0, this.#carriedLength), length, this.size);
  }

  /** What can be told of a chunk without cutting it into lines. */
  #survey(chunk: Buffer): void {
    this.eightBit ||= !isAscii(chunk);
    this.nul ||= chunk.includes(0);
    if (this.#lastOctet === CR && chunk[0] !== LF) this.bareLineEnds = true;
    let cr = this.bareLineEnds ? -1 : chunk.indexOf(CR);
    while (cr >= 0 && cr + 1 < chunk.length) {
      if (chunk[cr + 1] !== LF) this.bareLineEnds = true;
      cr = this.bareLineEnds ? -1 : chunk.indexOf(CR, cr + 2);
    }
  }

  #endLine(chunk: Buffer, start: number, lf: number): void {
    const ending = (lf > 0 ? chunk[lf - 1] : this.#lastOctet) === CR ? 2 : 1;
    if (ending === 1) this.bareLineEnds = true;
    const end = this.size + lf + 1;
    const length = end - ending - this.#lineStart;
    if (length > this.longestLine) this.longestLine = length;
    if (this.#carriedLength > 0) {
      this.#carry(chunk, start, lf);
      this.#show(this.#carried.subarray(0, this.#carriedLength), length, end);
      this.#carriedLength = 0;
    } else if (length === 0 || (chunk[start] === DASH && chunk[start + 1] === DASH)) {
      this.#show(length === 0 ? NOTHING : chunk.subarray(start, start + length), length, end);
    }
    this.#lineStart = end;
    this.#endingBefore = ending;
    this.lineFeeds++;
  }

  #show(octets: Buffer, length: number, end: number): void {
    if (length === 0 ? !this.#sink.emptyLines : octets[0] !== DASH || octets[1] !== DASH) return;
    const shown = Math.min(length, LINE_HEAD_OCTETS);
    const head = octets.length === shown ? octets : octets.subarray(0, shown);
    this.#sink.line({
      start: this.#lineStart,
      end,
      endingBefore: this.#endingBefore,
      lineFeedsBefore: this.lineFeeds,
      head,
      whole: head.length === length,
    });
  }

  #carry(chunk: Buffer, start: number, end: number): void {
    if (this.#carried.length === 0) this.#carried = Buffer.allocUnsafeSlow(LINE_HEAD_OCTETS);
    this.#carriedLength += chunk.copy(this.#carried, this.#carriedLength, start, end);
  }
}
