// SPDX-License-Identifier: EUPL-1.2

const LF = 0x0a;
const CR = 0x0d;
const DOT = 0x2e;
const LF_DOT = Buffer.from('\n.');

/** Doubles the dots that begin a line (RFC 5321 section 4.5.2), in chunks of any size; a chunk without any is given back as it is. */
export class DotStuffer {
  #last: number | undefined;

  stuff(chunk: Buffer): Buffer {
    if (chunk.length === 0) return chunk;
    const places: number[] = [];
    if (chunk[0] === DOT && this.#atLineStart) places.push(0);
    for (let at = chunk.indexOf(LF_DOT); at >= 0; at = chunk.indexOf(LF_DOT, at + 2)) places.push(at + 1);
    this.#last = chunk[chunk.length - 1];
    return places.length === 0 ? chunk : withDotsAt(chunk, places);
  }

  /** What ends the message: the line that is under way, and the dot. */
  end(): Buffer {
    if (this.#atLineStart) return Buffer.from('.\r\n');
    return Buffer.from(this.#last === CR ? '\n.\r\n' : '\r\n.\r\n');
  }

  get #atLineStart(): boolean {
    return this.#last === undefined || this.#last === LF;
  }
}

function withDotsAt(chunk: Buffer, places: readonly number[]): Buffer {
  const stuffed = Buffer.allocUnsafe(chunk.length + places.length);
  let from = 0;
  let to = 0;
  for (const place of places) {
    to += chunk.copy(stuffed, to, from, place);
    stuffed[to++] = DOT;
    from = place;
  }
  chunk.copy(stuffed, to, from);
  return stuffed;
}
