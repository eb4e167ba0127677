// SPDX-License-Identifier: EUPL-1.2

export type WordCharset = 'utf-8' | 'iso-8859-1';

export interface WordWriterOptions {
  readonly charset: WordCharset;
  readonly encoding: 'q' | 'b';
  /** RFC 2047 section 5 (3): in a phrase fewer octets may stand for themselves. */
  readonly context: 'text' | 'phrase';
  /** Columns already used on the first line. */
  readonly firstColumn: number;
}

/** RFC 2047 section 2: lines with an encoded-word. */
const MAX_COLUMNS = 76;
/** RFC 2047 section 2: one encoded-word. */
const MAX_WORD = 75;
/** Below this many columns for its text, a word is better begun on a new line. */
const MIN_ROOM = 12;

/** Lays plain and encoded words on lines of at most 76 columns, folded with CRLF. */
export class WordWriter {
  text = '';
  #column: number;
  readonly #options: WordWriterOptions;
  readonly #open: string;

  constructor(options: WordWriterOptions) {
    this.#options = options;
    this.#column = options.firstColumn;
    this.#open = `=?${options.charset === 'utf-8' ? 'UTF-8' : 'ISO-8859-1'}?${options.encoding.toUpperCase()}?`;
  }

  /** A word of ASCII, after the blanks given. */
  plain(word: string, gap: string): void {
    this.#put(word, this.#column + gap.length + word.length > MAX_COLUMNS ? this.#fold(gap) : gap);
  }

  /** Text as encoded-words, after the blanks given; characters are never split between words. */
  encoded(text: string, gap: string): void {
    let before = this.#room(gap) < MIN_ROOM ? this.#fold(gap) : gap;
    let octets: Buffer[] = [];
    let length = 0;
    for (const char of text) {
      const next = charOctets(char, this.#options.charset);
      const grown = length + (this.#options.encoding === 'q' ? this.#quoted(next).length : next.length);
      if (this.#bodyLength(grown) > this.#room(before) && octets.length > 0) {
        this.#put(this.#word(octets), before);
        before = this.#fold(' ');
        octets = [];
        length = 0;
      }
      octets.push(next);
      length += this.#options.encoding === 'q' ? this.#quoted(next).length : next.length;
    }
    this.#put(this.#word(octets), before);
  }

  /** Columns for the text of a word that follows these blanks on this line. */
  #room(gap: string): number {
    return Math.min(MAX_WORD, MAX_COLUMNS - this.#column - gap.length) - this.#open.length - 2;
  }

  #bodyLength(length: number): number {
    return this.#options.encoding === 'q' ? length : Math.ceil(length / 3) * 4;
  }

  #word(octets: readonly Buffer[]): string {
    const all = Buffer.concat(octets);
    return `${this.#open}${this.#options.encoding === 'q' ? this.#quoted(all) : all.toString('base64')}?=`;
  }

  #quoted(octets: Buffer): string {
    return quoteOctets(octets, this.#options.context);
  }

  #put(word: string, gap: string): void {
    this.text += gap + word;
    this.#column += gap.length + word.length;
  }

  /** Ends the line; a continuation must start with a blank, so it gives one when there is none. */
  #fold(gap: string): string {
    this.text += '\r\n';
    this.#column = 0;
    return gap === '' ? ' ' : gap;
  }
}

/** Made once: a subject may have a million characters. */
const ONE_OCTET = Array.from({ length: 256 }, (_, octet) => Buffer.of(octet));
const QUESTION_MARK = Buffer.from('?');

/** The octets of one character, not to be changed; what ISO-8859-1 lacks is a question mark there. */
function charOctets(char: string, charset: WordCharset): Buffer {
  const code = char.codePointAt(0) ?? 0;
  const single = code < (charset === 'utf-8' ? 0x80 : 0x100) ? ONE_OCTET[code] : undefined;
  return single ?? (charset === 'utf-8' ? Buffer.from(char) : QUESTION_MARK);
}

/** The octets of a text, each character as `charOctets` has it. */
export function textOctets(text: string, charset: WordCharset): Buffer {
  if (charset === 'utf-8') return Buffer.from(text);
  return Buffer.from(text.replace(/[^\x00-\xff]/gu, '?'), 'latin1');
}

/** The Q encoding of RFC 2047 section 4.2. */
export function quoteOctets(octets: Uint8Array, context: 'text' | 'phrase'): string {
  let quoted = '';
  for (const octet of octets) quoted += QUOTED[context][octet];
  return quoted;
}

const QUOTED = {
  text: quotedTable(/[!-<>@-^`-~]/),
  phrase: quotedTable(/[A-Za-z0-9!*+/-]/),
};

function quotedTable(safe: RegExp): readonly string[] {
  return Array.from({ length: 256 }, (_, octet) => {
    const char = String.fromCharCode(octet);
    if (octet === 0x20) return '_';
    return safe.test(char) ? char : `=${octet.toString(16).toUpperCase().padStart(2, '0')}`;
  });
}
