// SPDX-License-Identifier: EUPL-1.2

/** Text between delimiters, and whether the closing one was there. */
export interface FieldText {
  readonly text: string;
  readonly closed: boolean;
}

/** Within quotes. */
const PLAIN = /[^"\\]+/y;

/** A place in a structured field value that only moves forward, so that reading stays linear. */
export class FieldCursor {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  /** The character here, without taking it; empty at the end. */
  peek(): string {
    return this.#text.charAt(this.#at);
  }

  accept(char: string): boolean {
    if (this.peek() !== char) return false;
    this.#at++;
    return true;
  }

  /** Takes what the sticky expression matches here; empty when it matches nothing. */
  take(sticky: RegExp): string {
    const start = this.#at;
    sticky.lastIndex = start;
    if (!sticky.test(this.#text)) return '';
    this.#at = sticky.lastIndex;
    return this.#text.slice(start, this.#at);
  }

  /** Passes blanks, line ends and comments (RFC 5322 section 3.2.2); an open comment reaches to the end. */
  skipBlanks(): void {
    for (;;) {
      while (isBlank(this.#text.charCodeAt(this.#at))) this.#at++;
      if (this.peek() !== '(') return;
      this.comment();
    }
  }

  /** Takes a comment that starts here, without its outer parentheses; an open one reaches to the end. */
  comment(): FieldText {
    let depth = 0;
    const start = this.#at + 1;
    while (!this.atEnd) {
      const char = this.#text.charAt(this.#at++);
      if (char === '\\') this.#at++;
      else if (char === '(') depth++;
      else if (char === ')' && --depth === 0) {
        return { text: this.#text.slice(start, this.#at - 1), closed: true };
      }
    }
    this.#at = this.#text.length;
    return { text: this.#text.slice(start), closed: false };
  }

  /** Takes a quoted string that starts here; without a closing quote it reaches to the end. */
  quotedString(): FieldText {
    this.#at++;
    let text = '';
    for (;;) {
      text += this.take(PLAIN);
      const char = this.peek();
      this.#at++;
      if (char !== '\\') return { text, closed: char === '"' };
      text += this.peek();
      this.#at++;
    }
  }
}

/** Blank, tab, CR or LF. */
function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d || code === 0x0a;
}
