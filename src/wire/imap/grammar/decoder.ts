// SPDX-License-Identifier: EUPL-1.2
import {
  ASTRING_CHAR,
  ATOM_CHAR,
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_PAREN,
  CR,
  DIGIT,
  DQUOTE,
  isOf,
  LF,
  MINUS,
  OPEN_BRACE,
  OPEN_PAREN,
  PLUS,
  QUOTED_PLAIN,
  SP,
  TAG_CHAR,
  TILDE,
} from './octet-classes.ts';
import { type LiteralHeader, LiteralMissing, SyntaxRefusal } from './refusals.ts';

export interface DecoderOptions {
  /** Mailbox names come in UTF-8 (IMAP4rev2 or UTF8=ACCEPT enabled), else in modified UTF-7. */
  readonly utf8: boolean;
  /** Parentheses within one another. */
  readonly nestingDepth: number;
  /** Ranges of one sequence set. */
  readonly setRanges: number;
}

export const DEFAULT_DECODER_OPTIONS: DecoderOptions = { utf8: false, nestingDepth: 32, setRanges: 16_384 };

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads the elements of RFC 9051 section 9 out of one command's octets, its literals in place. Methods
 * are named as the grammar names the elements; each throws `SyntaxRefusal` where the octets are not the
 * element, and `LiteralMissing` where the octets of a literal are still to come.
 */
export class Decoder {
  readonly octets: Buffer;
  readonly options: DecoderOptions;
  position = 0;
  #depth = 0;

  constructor(octets: Buffer, options: DecoderOptions = DEFAULT_DECODER_OPTIONS) {
    this.octets = octets;
    this.options = options;
  }

  /** The octet `ahead` of the position, -1 past the end. */
  peek(ahead = 0): number {
    return this.octets[this.position + ahead] ?? -1;
  }

  get atEnd(): boolean {
    return this.position >= this.octets.length;
  }

  /** Refuses the command: BAD unless told otherwise. */
  fail(text: string, how: { status?: 'BAD' | 'NO'; code?: string } = {}): never {
    const { status = 'BAD', code } = how;
    throw new SyntaxRefusal(code === undefined ? { status, text } : { status, code, text });
  }

  /** The command's end; nothing may be left. */
  end(): void {
    if (!this.atEnd) this.fail('Unexpected text after the arguments');
  }

  /** Takes the octet if it comes next. */
  takes(octet: number): boolean {
    if (this.octets[this.position] !== octet) return false;
    this.position++;
    return true;
  }

  expect(octet: number, name: string): void {
    if (!this.takes(octet)) this.fail(`Expected ${name}`);
  }

  sp(): void {
    this.expect(SP, 'a space');
  }

  /** Takes the word, whatever its case, if it comes next and ends there. */
  takesWord(word: string): boolean {
    const end = this.position + word.length;
    if (end > this.octets.length || isOf(ATOM_CHAR, this.octets[end] ?? -1)) return false;
    if (this.octets.toString('latin1', this.position, end).toUpperCase() !== word) return false;
    this.position = end;
    return true;
  }

  #run(octetClass: number): string {
    const start = this.position;
    let end = start;
    while (isOf(octetClass, this.octets[end] ?? -1)) end++;
    this.position = end;
    return this.octets.toString('latin1', start, end);
  }

  /** One or more octets of the class. */
  run(octetClass: number, name: string): string {
    const text = this.#run(octetClass);
    return text === '' ? this.fail(`Expected ${name}`) : text;
  }

  /** tag = 1*<any ASTRING-CHAR except "+"> */
  tag(): string {
    return this.run(TAG_CHAR, 'a tag');
  }

  atom(): string {
    return this.run(ATOM_CHAR, 'an atom');
  }

  /** An atom in capitals, for words whose case does not matter. */
  word(): string {
    return this.atom().toUpperCase();
  }

  /** number = 1*DIGIT, 0 to 4,294,967,295. */
  number(): number {
    return this.#digits(0xffff_ffff);
  }

  nzNumber(): number {
    const number = this.number();
    return number === 0 ? this.fail('Expected a number above zero') : number;
  }

  /**
   * number64, mod-sequence-valzer (RFC 7162): 63 bits. What does not fit a double exactly becomes
   * `Number.MAX_SAFE_INTEGER`, which no counter of a mailbox reaches.
   */
  number64(): number {
    return Math.min(this.#digits(2 ** 63), Number.MAX_SAFE_INTEGER);
  }

  #digits(limit: number): number {
    const digits = this.run(DIGIT, 'a number');
    const number = digits.length > 20 ? Number.POSITIVE_INFINITY : Number(digits);
    return number > limit ? this.fail('Number out of range') : number;
  }

  /** quoted = DQUOTE *QUOTED-CHAR DQUOTE; UTF-8 allowed (RFC 9051, RFC 6855). */
  quoted(): Buffer {
    this.expect(DQUOTE, 'a quoted string');
    const start = this.position;
    let end = start;
    while (isOf(QUOTED_PLAIN, this.octets[end] ?? -1)) end++;
    this.position = end;
    if (this.takes(DQUOTE)) return this.octets.subarray(start, end);
    return this.#quotedWithEscapes(start);
  }

  #quotedWithEscapes(start: number): Buffer {
    const plain: number[] = [...this.octets.subarray(start, this.position)];
    for (;;) {
      const octet = this.peek();
      if (isOf(QUOTED_PLAIN, octet)) plain.push(octet);
      else if (octet === DQUOTE) break;
      else if (octet === BACKSLASH && (this.peek(1) === DQUOTE || this.peek(1) === BACKSLASH)) {
        plain.push(this.peek(1));
        this.position++;
      } else this.fail('Malformed quoted string');
      this.position++;
    }
    this.position++;
    return Buffer.from(plain);
  }

  /** Whether a literal, or a literal8, comes next. */
  get atLiteral(): boolean {
    return this.peek() === OPEN_BRACE || (this.peek() === TILDE && this.peek(1) === OPEN_BRACE);
  }

  /** literal = "{" number64 ["+" / "-"] "}" CRLF, without the octets; "-" is not part of the client's grammar. */
  literalHeader(): LiteralHeader {
    const binary = this.takes(TILDE);
    this.expect(OPEN_BRACE, 'a literal');
    const sizeBytes = this.number64();
    const synchronizing = !this.takes(PLUS);
    if (this.peek() === MINUS) this.fail('Malformed literal');
    this.expect(CLOSE_BRACE, 'the end of the literal size');
    // A line may end in LF alone: see CommandReader.
    this.takes(CR);
    this.expect(LF, 'a line end after the literal size');
    return { sizeBytes, synchronizing, binary };
  }

  literal(options: { binary?: boolean } = {}): Buffer {
    const header = this.literalHeader();
    if (header.binary && options.binary !== true) this.fail('A binary literal is not allowed here');
    const end = this.position + header.sizeBytes;
    if (end > this.octets.length) throw new LiteralMissing(header);
    const octets = this.octets.subarray(this.position, end);
    if (!header.binary && octets.includes(0)) this.fail('NUL is not allowed in a literal');
    this.position = end;
    return octets;
  }

  /** string = quoted / literal, as octets. */
  stringOctets(): Buffer {
    if (this.peek() === DQUOTE) return this.quoted();
    if (this.peek() === OPEN_BRACE) return this.literal();
    return this.fail('Expected a string');
  }

  string(): string {
    return this.text(this.stringOctets());
  }

  /** Octets as text; anything but UTF-8 is refused. */
  text(octets: Buffer): string {
    try {
      return UTF8.decode(octets);
    } catch {
      return this.fail('Expected UTF-8');
    }
  }

  /** astring = 1*ASTRING-CHAR / string, as octets. */
  astringOctets(): Buffer {
    const octet = this.peek();
    if (octet === DQUOTE || octet === OPEN_BRACE) return this.stringOctets();
    const start = this.position;
    this.run(ASTRING_CHAR, 'a string');
    return this.octets.subarray(start, this.position);
  }

  astring(): string {
    return this.text(this.astringOctets());
  }

  /** nstring = string / nil */
  nstring(): string | undefined {
    return this.takesWord('NIL') ? undefined : this.string();
  }

  get atList(): boolean {
    return this.peek() === OPEN_PAREN;
  }

  /** "(" [item *(SP item)] ")"; `atLeast` 1 forbids the empty list. */
  list<Item>(item: () => Item, options: { atLeast?: number; atMost?: number } = {}): Item[] {
    this.enter();
    const items: Item[] = [];
    if (!this.takes(CLOSE_PAREN)) {
      do items.push(item());
      while (this.takes(SP));
      this.expect(CLOSE_PAREN, 'a closing parenthesis');
    }
    this.#depth--;
    if (items.length < (options.atLeast ?? 0)) this.fail('Empty list');
    if (items.length > (options.atMost ?? Number.POSITIVE_INFINITY)) this.fail('List too long');
    return items;
  }

  /** An opening parenthesis, within the nesting allowed. */
  enter(): void {
    this.deeper();
    this.expect(OPEN_PAREN, 'an opening parenthesis');
  }

  leave(): void {
    this.expect(CLOSE_PAREN, 'a closing parenthesis');
    this.#depth--;
  }

  /** Counts one level of nesting that has no parenthesis (NOT, OR); undo with `shallower`. */
  deeper(): void {
    if (++this.#depth > this.options.nestingDepth) {
      this.fail('Nested too deeply', { status: 'NO', code: 'LIMIT' });
    }
  }

  shallower(): void {
    this.#depth--;
  }
}
