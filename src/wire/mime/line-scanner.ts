// SPDX-License-Identifier: EUPL-1.2
import { isAscii } from 'node:buffer';

const LF = 10;
const CR = 13;
const DASH = 45;

/** Octets looked at in one go: as much text is made of them for a moment. */
const STEP_OCTETS = 64 * 1024;

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
  /**
   * The line without its line end, each octet a character, cut after `LINE_HEAD_OCTETS`. Not to be kept: it may hold
   * the memory of all that came with it (see `copyOf`).
   */
  readonly head: string;
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
 * the head of an unfinished line is kept. Line ends are searched by native code, sooner in text than in
 * octets: in bodies, the script looks at two characters of each line.
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
  /** The first characters of the line that the last chunk left unfinished, where it may start with two dashes. */
  #carried = '';
  #lastOctet = -1;

  constructor(sink: LineSink) {
    this.#sink = sink;
  }

  update(chunk: Buffer): void {
    this.eightBit ||= !isAscii(chunk);
    this.nul ||= chunk.includes(0);
    for (let at = 0; at < chunk.length; at += STEP_OCTETS) {
      this.#take(chunk.toString('latin1', at, Math.min(at + STEP_OCTETS, chunk.length)));
    }
  }

  /** To be called once, after the last chunk: shows a last line that has no line end. */
  end(): void {
    if (this.#lastOctet === CR) this.bareLineEnds = true;
    const length = this.size - this.#lineStart;
    if (length === 0) return;
    this.longestLine = Math.max(this.longestLine, length);
    if (this.#carried.startsWith('--')) this.#show(this.#carried, length, this.size);
  }

  #take(text: string): void {
    if (!this.bareLineEnds) this.#lookForBareReturns(text);
    let start = 0;
    for (let lf = text.indexOf('\n'); lf >= 0; lf = text.indexOf('\n', start)) {
      this.#endLine(text, start, lf);
      start = lf + 1;
    }
    if (start < text.length) this.#carry(text, start);
    this.size += text.length;
    this.#lastOctet = text.charCodeAt(text.length - 1);
  }

  /** A CR that ends the text is judged by what comes next. */
  #lookForBareReturns(text: string): void {
    if (this.#lastOctet === CR && text.charCodeAt(0) !== LF) this.bareLineEnds = true;
    let cr = text.indexOf('\r');
    while (cr >= 0 && cr + 1 < text.length) {
      if (text.charCodeAt(cr + 1) !== LF) {
        this.bareLineEnds = true;
        return;
      }
      cr = text.indexOf('\r', cr + 2);
    }
  }

  #endLine(text: string, start: number, lf: number): void {
    const ending = (lf > 0 ? text.charCodeAt(lf - 1) : this.#lastOctet) === CR ? 2 : 1;
    if (ending === 1) this.bareLineEnds = true;
    const end = this.size + lf + 1;
    const length = end - ending - this.#lineStart;
    if (length > this.longestLine) this.longestLine = length;
    if (length === 0) {
      if (this.#sink.emptyLines) this.#show('', length, end);
    } else if (this.#beginsAt(start)) {
      if (text.charCodeAt(start) === DASH && text.charCodeAt(start + 1) === DASH) {
        this.#show(text.slice(start, Math.min(lf, start + LINE_HEAD_OCTETS)), length, end);
      }
    } else if (this.#carried !== '') {
      const line = this.#carried + text.slice(start, Math.min(lf, start + LINE_HEAD_OCTETS));
      if (line.startsWith('--')) this.#show(line, length, end);
    }
    this.#carried = '';
    this.#lineStart = end;
    this.#endingBefore = ending;
    this.lineFeeds++;
  }

  /** Whether the line at this place of the text is no rest of one that began before. */
  #beginsAt(start: number): boolean {
    return this.#lineStart === this.size + start;
  }

  /** `octets`: the line, as far as it is known; of its line end a CR may be among them. */
  #show(octets: string, length: number, end: number): void {
    const shown = Math.min(length, LINE_HEAD_OCTETS);
    this.#sink.line({
      start: this.#lineStart,
      end,
      endingBefore: this.#endingBefore,
      lineFeedsBefore: this.lineFeeds,
      head: octets.length === shown ? octets : octets.slice(0, shown),
      whole: shown === length,
    });
  }

  #carry(text: string, start: number): void {
    if (!this.#beginsAt(start)) {
      if (this.#carried === '' || this.#carried.length >= LINE_HEAD_OCTETS) return;
    } else if (text.charCodeAt(start) !== DASH) return;
    this.#carried += copyOf(text.slice(start, start + LINE_HEAD_OCTETS - this.#carried.length));
  }
}

/** The same characters in memory of their own. */
export function copyOf(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}
