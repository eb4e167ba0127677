// SPDX-License-Identifier: EUPL-1.2

/** Width of a text in a font at size 1. */
export type AskWidth = (text: string) => number;

/**
 * Widths of texts in one font, each letter and each pair of letters (which may stand closer) asked once. Texts have
 * few different ones, and asking a font costs more than everything else in drawing a page.
 */
export class LetterWidths {
  readonly #ask: AskWidth;
  readonly #single = new Map<string, number>();
  readonly #kerning = new Map<string, number>();

  constructor(ask: AskWidth) {
    this.#ask = ask;
  }

  widthOf(text: string): number {
    let width = 0;
    for (let at = 0; at < text.length; at += 1) {
      width += this.#letter(text.charAt(at));
      if (at > 0) width += this.#pair(text.slice(at - 1, at + 1));
    }
    return width;
  }

  #letter(letter: string): number {
    const known = this.#single.get(letter);
    if (known !== undefined) return known;
    const width = this.#ask(letter);
    this.#single.set(letter, width);
    return width;
  }

  #pair(pair: string): number {
    const known = this.#kerning.get(pair);
    if (known !== undefined) return known;
    const kerning = this.#ask(pair) - this.#letter(pair.charAt(0)) - this.#letter(pair.charAt(1));
    this.#kerning.set(pair, kerning);
    return kerning;
  }
}
