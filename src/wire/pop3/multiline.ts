// SPDX-License-Identifier: EUPL-1.2

const CR = 0x0d;
const LF = 0x0a;
const DOT = 0x2e;
const LINE_END_DOT = Buffer.from('\r\n.');

/**
 * Makes octets of a message into the body of a multi-line response (RFC 1939 section 3): a dot at the
 * start of a line is doubled. Lines end with CRLF only; a bare LF or CR is part of its line, so that the
 * client gets back just what is stored.
 */
export class DotStuffer {
  #last = LF;
  #beforeLast = CR;
  #empty = true;

  /** The chunk itself when nothing in it needs doubling. */
  push(chunk: Buffer): Buffer {
    if (chunk.length === 0) return chunk;
    const dots = this.#dotsAtLineStarts(chunk);
    this.#beforeLast = chunk.length > 1 ? (chunk[chunk.length - 2] ?? 0) : this.#last;
    this.#last = chunk[chunk.length - 1] ?? 0;
    this.#empty = false;
    return dots.length === 0 ? chunk : doubled(chunk, dots);
  }

  /** What closes the response: a line end if the message lacks one, and the line with the dot. */
  end(): Buffer {
    const atLineStart = this.#empty || this.#isAtLineStart();
    return Buffer.from(atLineStart ? '.\r\n' : '\r\n.\r\n');
  }

  #isAtLineStart(): boolean {
    return this.#beforeLast === CR && this.#last === LF;
  }

  #dotsAtLineStarts(chunk: Buffer): readonly number[] {
    const dots: number[] = [];
    if (chunk[0] === DOT && this.#isAtLineStart()) dots.push(0);
    if (chunk[0] === LF && chunk[1] === DOT && this.#last === CR) dots.push(1);
    for (let at = chunk.indexOf(LINE_END_DOT); at >= 0; at = chunk.indexOf(LINE_END_DOT, at + 3)) {
      dots.push(at + 2);
    }
    return dots;
  }
}

function doubled(chunk: Buffer, dots: readonly number[]): Buffer {
  const stuffed = Buffer.allocUnsafe(chunk.length + dots.length);
  let from = 0;
  let to = 0;
  for (const dot of dots) {
    to += chunk.copy(stuffed, to, from, dot);
    stuffed[to++] = DOT;
    from = dot;
  }
  chunk.copy(stuffed, to, from);
  return stuffed;
}

/** Lets the header, the empty line and the first lines of the body through (RFC 1939 section 7, TOP). */
export class TopCutter {
  #bodyLines: number;
  #inHeader = true;
  #lineOctets = 0;
  #lineStart = CR;
  #done = false;

  constructor(bodyLines: number) {
    this.#bodyLines = bodyLines;
  }

  /** Nothing more will come through. */
  get done(): boolean {
    return this.#done;
  }

  push(chunk: Buffer): Buffer {
    let at = 0;
    while (at < chunk.length && !this.#done) {
      const end = chunk.indexOf(LF, at);
      if (end < 0) {
        this.#note(chunk, at, chunk.length);
        return chunk;
      }
      this.#note(chunk, at, end);
      this.#endLine();
      at = end + 1;
    }
    return chunk.subarray(0, at);
  }

  #note(chunk: Buffer, start: number, end: number): void {
    if (this.#lineOctets === 0) this.#lineStart = chunk[start] ?? CR;
    this.#lineOctets += end - start;
  }

  #endLine(): void {
    const empty = this.#lineOctets === 0 || (this.#lineOctets === 1 && this.#lineStart === CR);
    if (!this.#inHeader) this.#bodyLines--;
    else if (empty) this.#inHeader = false;
    this.#lineOctets = 0;
    this.#done = !this.#inHeader && this.#bodyLines <= 0;
  }
}

/**
 * The body of the response to RETR, or to TOP when `bodyLines` is given, from the octets of a message.
 * Holds one chunk at a time, and stops reading where TOP ends.
 */
export async function* multilineBody(
  message: AsyncIterable<Buffer>,
  bodyLines?: number,
): AsyncGenerator<Buffer> {
  const stuffer = new DotStuffer();
  const cutter = bodyLines === undefined ? undefined : new TopCutter(bodyLines);
  for await (const chunk of message) {
    const stuffed = stuffer.push(cutter === undefined ? chunk : cutter.push(chunk));
    if (stuffed.length > 0) yield stuffed;
    if (cutter?.done) break;
  }
  yield stuffer.end();
}
