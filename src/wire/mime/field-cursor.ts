// SPDX-License-Identifier: EUPL-1.2

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
    sticky.lastIndex = this.#at;
    const match = sticky.exec(this.#text);
    if (match === null) return '';
    this.#at += match[0].length;
    return match[0];
  }

  /** Passes blanks, line ends and comments (RFC 5322 section 3.2.2); an open comment reaches to the end. */
  skipBlanks(): void {
    for (;;) {
      this.take(/[ \t\r\n]+/y);
      if (this.peek() !== '(') return;
      this.comment();
    }
  }

  /** Takes a comment that starts here and gives its text without the outer parentheses. */
  comment(): string {
    let depth = 0;
    const start = this.#at + 1;
    while (!this.atEnd) {
      const char = this.#text.charAt(this.#at++);
      if (char === '\\') this.#at++;
      else if (char === '(') depth++;
      else if (char === ')' && --depth === 0) return this.#text.slice(start, this.#at - 1);
    }
    this.#at = this.#text.length;
    return this.#text.slice(start);
  }

  /** Takes a quoted string that starts here; without a closing quote it reaches to the end. */
  quotedString(): { readonly text: string; readonly closed: boolean } {
    this.#at++;
    let text = '';
    for (;;) {
      text += this.take(/[^"\\]+/y);
      const char = this.peek();
      this.#at++;
      if (char !== '\\') return { text, closed: char === '"' };
      text += this.peek();
      this.#at++;
    }
  }
}
