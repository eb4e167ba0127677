// SPDX-License-Identifier: EUPL-1.2
import { asBuffer } from './octets.ts';

/** Turns the encoded octets of a body, given in chunks, into its content. */
export interface TransferDecoder {
  /** The content that is certain after these octets; the chunk is not kept. */
  update(chunk: Uint8Array): Buffer;
  /** What was still undecided. */
  end(): Buffer;
}

const NOTHING = Buffer.alloc(0);

/** 7bit, 8bit, binary, and what nobody knows. */
export class IdentityDecoder implements TransferDecoder {
  update(chunk: Uint8Array): Buffer {
    return asBuffer(chunk);
  }

  end(): Buffer {
    return NOTHING;
  }
}

/**
 * Base64 (RFC 2045 section 6.8). Octets outside the alphabet are skipped; padding ends a group wherever it
 * stands, so that concatenated base64 decodes; a cut last group gives the octets it has.
 */
export class Base64Decoder implements TransferDecoder {
  /** Up to three characters of a group that is not complete. */
  #group = '';

  update(chunk: Uint8Array): Buffer {
    const text = asBuffer(chunk)
      .toString('latin1')
      .replace(/[^A-Za-z0-9+/=]+/g, '');
    const decoded: Buffer[] = [];
    for (const [index, run] of text.split('=').entries()) {
      if (index > 0 && this.#group !== '') decoded.push(this.end());
      const groups = this.#group + run;
      const complete = groups.length - (groups.length % 4);
      this.#group = groups.slice(complete);
      if (complete > 0) decoded.push(Buffer.from(groups.slice(0, complete), 'base64'));
    }
    return decoded.length === 1 && decoded[0] !== undefined ? decoded[0] : Buffer.concat(decoded);
  }

  end(): Buffer {
    const rest = Buffer.from(this.#group, 'base64');
    this.#group = '';
    return rest;
  }
}

const LF = 10;
const CR = 13;
const EQUALS = 61;

/** Longer runs of blanks stay even before a line end, for a decoder must not wait for ever: a line has 76. */
const MAX_BLANKS = 256;

/**
 * Quoted-printable (RFC 2045 section 6.7). An `=` that starts no code stays as it is; blanks before a line
 * end go, as they were put there on the way; hexadecimal digits may be of either case.
 */
export class QuotedPrintableDecoder implements TransferDecoder {
  /** The end of the last chunk, where what follows decides: blanks, or an `=` and what may belong to it. */
  #undecided: Buffer = NOTHING;

  update(chunk: Uint8Array): Buffer {
    return this.#decode(chunk, false);
  }

  end(): Buffer {
    return this.#decode(NOTHING, true);
  }

  #decode(chunk: Uint8Array, last: boolean): Buffer {
    const octets = this.#undecided.length === 0 ? asBuffer(chunk) : Buffer.concat([this.#undecided, chunk]);
    this.#undecided = NOTHING;
    const decoded = Buffer.allocUnsafe(octets.length);
    let length = 0;
    let at = 0;
    while (at < octets.length) {
      const octet = octets[at] ?? 0;
      // Blanks matter only before other blanks, a line end or the end of the chunk.
      if (octet !== EQUALS && !(isBlank(octet) && (octets[at + 1] ?? LF) <= 32)) {
        decoded[length++] = octet;
        at++;
        continue;
      }
      const code = octet === EQUALS ? hexCode(octets, at + 1) : -1;
      if (code >= 0) {
        decoded[length++] = code;
        at += 3;
        continue;
      }
      const step = octet === EQUALS ? softBreak(octets, at, last) : blanks(octets, at, last);
      if (step.skip < 0) {
        this.#undecided = Buffer.from(octets.subarray(at));
        break;
      }
      length += octets.copy(decoded, length, at, at + step.keep);
      at += step.keep + step.skip;
    }
    return decoded.subarray(0, length);
  }
}

/** How many octets stay as they are, and how many go after them; `skip` is -1 while that cannot be told. */
interface Step {
  readonly keep: number;
  readonly skip: number;
}

const UNDECIDED: Step = { keep: 0, skip: -1 };

/** An `=` that starts no code: a soft line break goes, blanks before its line end with it. */
function softBreak(octets: Buffer, at: number, last: boolean): Step {
  const end = endOfBlanks(octets, at + 1);
  const ending = end - at >= MAX_BLANKS ? 0 : lineEndLength(octets, end);
  if (!last && (ending < 0 || octets.length - at < 3)) return UNDECIDED;
  if (ending === 0) return { keep: 1, skip: 0 };
  return { keep: 0, skip: ending < 0 ? octets.length - at : end - at + ending };
}

/** Blanks go when the line ends after them. */
function blanks(octets: Buffer, at: number, last: boolean): Step {
  const end = endOfBlanks(octets, at + 1);
  const ending = end - at >= MAX_BLANKS ? 0 : lineEndLength(octets, end);
  if (!last && ending < 0) return UNDECIDED;
  return ending === 0 ? { keep: end - at, skip: 0 } : { keep: 0, skip: end - at };
}

function isBlank(octet: number | undefined): boolean {
  return octet === 32 || octet === 9;
}

/** The end of the blanks here, or of as many as may stand before a line end. */
function endOfBlanks(octets: Buffer, start: number): number {
  const limit = Math.min(octets.length, start - 1 + MAX_BLANKS);
  let end = start;
  while (end < limit && isBlank(octets[end])) end++;
  return end;
}

/** Length of the line end here: 0 when there is none, -1 when the octets end before it can be told. */
function lineEndLength(octets: Buffer, at: number): number {
  if (at >= octets.length) return -1;
  if (octets[at] === LF) return 1;
  if (octets[at] !== CR) return 0;
  if (at + 1 >= octets.length) return -1;
  return octets[at + 1] === LF ? 2 : 0;
}

/** The octet that two hexadecimal digits name; -1 when there are not two. */
function hexCode(octets: Buffer, at: number): number {
  const high = hexDigit(octets[at]);
  const low = hexDigit(octets[at + 1]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

function hexDigit(octet = 0): number {
  if (octet >= 48 && octet <= 57) return octet - 48;
  const lower = octet | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
