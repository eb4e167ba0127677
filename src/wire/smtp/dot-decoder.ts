// SPDX-License-Identifier: EUPL-1.2

const CR = 0x0d;
const LF = 0x0a;
const DOT = 0x2e;
const CRLF_DOT = Buffer.from('\r\n.');
const LONE_CR = Buffer.from('\r');

/** What the last octets were; a dot that begins a line, and a CR behind it, are held back. */
type State = 'line-start' | 'dot' | 'dot-cr' | 'text' | 'cr';

export interface DecodedData {
  /** Octets of the message; may be empty. */
  readonly octets: Buffer;
  /** What follows the end of the message, once that has come. */
  readonly rest?: Buffer;
}

/**
 * Takes the dots out of what follows DATA and finds its end (RFC 5321 section 4.5.2), in chunks of any
 * size and in linear time. Only CRLF ends a line: neither a bare LF nor a bare CR makes a dot special.
 */
export class DotDecoder {
  #state: State = 'line-start';

  /** Takes the next octets; not to be called again once `rest` has been given. */
  decode(chunk: Buffer): DecodedData {
    const pieces: Buffer[] = [];
    let at = 0;
    while (at < chunk.length) {
      const octet = chunk[at];
      switch (this.#state) {
        case 'line-start':
          if (octet === DOT) {
            this.#state = 'dot';
            at++;
          } else {
            this.#state = 'text';
          }
          break;
        case 'dot':
          if (octet === CR) {
            this.#state = 'dot-cr';
            at++;
          } else {
            // The first dot of a line with more on it is deleted, whatever follows.
            this.#state = 'text';
            if (octet === DOT) pieces.push(chunk.subarray(at, ++at));
          }
          break;
        case 'dot-cr':
          if (octet === LF) return { octets: joined(pieces), rest: chunk.subarray(at + 1) };
          pieces.push(LONE_CR);
          this.#state = 'cr';
          break;
        case 'cr':
          this.#state = octet === LF ? 'line-start' : octet === CR ? 'cr' : 'text';
          pieces.push(chunk.subarray(at, ++at));
          break;
        case 'text':
          at = this.#passText(chunk, { at, pieces });
          break;
      }
    }
    return { octets: joined(pieces) };
  }

  /** Most of a message passes here in one piece: only a dot behind CRLF asks for attention. */
  #passText(chunk: Buffer, from: { readonly at: number; readonly pieces: Buffer[] }): number {
    const found = chunk.indexOf(CRLF_DOT, from.at);
    const end = found < 0 ? chunk.length : found + 2;
    from.pieces.push(chunk.subarray(from.at, end));
    const last = chunk[end - 1];
    const afterCrlf = last === LF && end - 2 >= from.at && chunk[end - 2] === CR;
    this.#state = afterCrlf ? 'line-start' : last === CR ? 'cr' : 'text';
    return end;
  }
}

function joined(pieces: readonly Buffer[]): Buffer {
  return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
}
