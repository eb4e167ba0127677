// SPDX-License-Identifier: EUPL-1.2
import { decodeCharset } from './charsets.ts';
import { quoteOctets, textOctets, type WordCharset, WordWriter } from './word-writer.ts';

export type { WordCharset } from './word-writer.ts';

/** One `=?charset?encoding?text?=` and where it stands. */
interface EncodedWord {
  readonly start: number;
  readonly end: number;
  readonly charset: string;
  readonly octets: Buffer;
}

/** RFC 2047 section 2 names 75; writers that put a whole subject in one word are read all the same. */
const MAX_PREFIX = 64;
/** Words decoded in one value: beyond hundreds of kilobytes of honest ones. The rest stays as written. */
export const MAX_WORDS = 5000;

/**
 * The text with its encoded-words (RFC 2047) decoded. Adjacent words of one charset are decoded together,
 * so that a character split between them survives; blanks between words go; control characters that words
 * hide are dropped, so that a decoded value never holds a line end. What is no word stays as written.
 * Never throws.
 */
export function decodeWords(text: string): string {
  if (!text.includes('=?')) return text;
  let decoded = '';
  let at = 0;
  let run: EncodedWord[] = [];
  let words = 0;
  for (const word of findWords(text)) {
    if (++words > MAX_WORDS) break;
    const gap = text.slice(at, word.start);
    if (run.length > 0 && /^[ \t\r\n]*$/.test(gap)) {
      run.push(word);
    } else {
      decoded += decodeRun(run) + gap;
      run = [word];
    }
    at = word.end;
  }
  return decoded + decodeRun(run) + text.slice(at);
}

function* findWords(text: string): Generator<EncodedWord> {
  const closing = new NextOccurrence(text, '?=');
  let at = text.indexOf('=?');
  while (at >= 0) {
    const word = readWord(text, at, closing);
    if (word !== undefined) yield word;
    at = text.indexOf('=?', word === undefined ? at + 2 : word.end);
  }
}

function readWord(text: string, start: number, closing: NextOccurrence): EncodedWord | undefined {
  // A sticky look at a bounded prefix; RFC 2231 section 5 allows a language after `*`.
  const prefix = /^=\?([^?*\s]+)(?:\*[^?\s]*)?\?([bq])\?/i.exec(text.slice(start, start + MAX_PREFIX));
  if (prefix === null) return undefined;
  const textStart = start + prefix[0].length;
  const end = closing.from(textStart);
  if (end < 0) return undefined;
  // A new word that opens inside means that this one never closed.
  const next = text.indexOf('=?', textStart);
  if (next >= 0 && next < end - 1) return undefined;
  const body = text.slice(textStart, end);
  const octets = prefix[2]?.toLowerCase() === 'b' ? decodeB(body) : decodeQ(body);
  return octets && { start, end: end + 2, charset: prefix[1] ?? '', octets };
}

/** Finds the next occurrence from growing positions without ever looking twice at the same text. */
class NextOccurrence {
  readonly #text: string;
  readonly #needle: string;
  #known = -2;

  constructor(text: string, needle: string) {
    this.#text = text;
    this.#needle = needle;
  }

  from(position: number): number {
    if (this.#known !== -1 && this.#known < position)
      this.#known = this.#text.indexOf(this.#needle, position);
    return this.#known;
  }
}

function decodeB(body: string): Buffer | undefined {
  return /^[A-Za-z0-9+/=\s]*$/.test(body) ? Buffer.from(body, 'base64') : undefined;
}

function decodeQ(body: string): Buffer {
  const octets = Buffer.from(body);
  let length = 0;
  for (let at = 0; at < octets.length; at++) {
    let octet = octets[at] ?? 0;
    if (octet === 0x5f) {
      octet = 0x20;
    } else if (octet === 0x3d) {
      const hex = /^[0-9a-f]{2}/i.exec(octets.toString('latin1', at + 1, at + 3));
      if (hex !== null) {
        octet = Number.parseInt(hex[0], 16);
        at += 2;
      }
    }
    octets[length++] = octet;
  }
  return octets.subarray(0, length);
}

function decodeRun(run: readonly EncodedWord[]): string {
  let decoded = '';
  for (let first = 0; first < run.length; ) {
    const charset = run[first]?.charset ?? '';
    let last = first;
    while (run[last + 1]?.charset.toLowerCase() === charset.toLowerCase()) last++;
    const octets = Buffer.concat(run.slice(first, last + 1).map((word) => word.octets));
    decoded += decodeCharset(charset, octets);
    first = last + 1;
  }
  return decoded.replace(/[\x00-\x08\x0a-\x1f\x7f]/g, '');
}

export interface EncodeTextOptions {
  /** Default: ISO-8859-1 when it has every character, else UTF-8. With ISO-8859-1, what it lacks becomes `?`. */
  readonly charset?: WordCharset;
  /** Columns already used on the first line, e.g. 9 for `Subject: `. */
  readonly firstColumn?: number;
}

/**
 * An unstructured field value: words of ASCII stay, the others become encoded-words; folded with CRLF and
 * a blank so that no line is longer than 76 columns. Control characters, CR and LF among them, become
 * blanks, and outer blanks go. The same text always gives the same octets.
 */
export function encodeText(text: string, options: EncodeTextOptions = {}): string {
  const clean = cleanText(text);
  if (clean.length + (options.firstColumn ?? 0) <= 76 && PLAIN_WORDS.test(clean) && !clean.includes('=?')) {
    return clean;
  }
  const writer = writerFor(clean, options, 'text');
  let run = '';
  let runGap = '';
  for (const [, gap = '', word = ''] of clean.matchAll(/( {0,30})( *[^ ]+)/g)) {
    if (isPlain(word)) {
      if (run !== '') writer.encoded(run, runGap);
      run = '';
      writer.plain(word, gap);
    } else if (run === '') {
      run = word;
      runGap = gap;
    } else {
      run += gap + word;
    }
  }
  if (run !== '') writer.encoded(run, runGap);
  return writer.text;
}

/** What stays as it is where it fits on the line. */
const PLAIN_WORDS = /^[!-~]+(?: [!-~]+)*$/;

/** A phrase, such as a display name: atoms, a quoted string or encoded-words, as it needs. */
export function encodePhrase(text: string, options: EncodeTextOptions = {}): string {
  const clean = cleanText(text);
  const column = options.firstColumn ?? 0;
  if (/^[ -~]*$/.test(clean) && !clean.includes('=?')) {
    const phrase = ATOMS.test(clean) ? clean : `"${clean.replace(/["\\]/g, '\\$&')}"`;
    if (column + phrase.length <= 76) return phrase;
  }
  const writer = writerFor(clean, options, 'phrase');
  writer.encoded(clean, '');
  return writer.text;
}

const ATOMS = /^[\w!#$%&'*+/=?^`{|}~-]+(?: [\w!#$%&'*+/=?^`{|}~-]+)*$/;

function writerFor(text: string, options: EncodeTextOptions, context: 'text' | 'phrase'): WordWriter {
  const charset = options.charset ?? (/^[\x00-\xff]*$/.test(text) ? 'iso-8859-1' : 'utf-8');
  const octets = textOctets(text, charset);
  // Q can be read with the bare eye; it is left only where B is much shorter, as in other alphabets.
  const readable = quoteOctets(octets, context).length * 2 <= Math.ceil(octets.length / 3) * 4 * 3;
  const encoding = readable ? 'q' : 'b';
  return new WordWriter({ charset, encoding, context, firstColumn: options.firstColumn ?? 0 });
}

function cleanText(text: string): string {
  const blanks = text.toWellFormed().replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029]/g, ' ');
  return blanks.replace(/^ +/, '').trimEnd();
}

function isPlain(word: string): boolean {
  return word.length <= 75 && /^[!-~]+$/.test(word) && !word.includes('=?');
}
