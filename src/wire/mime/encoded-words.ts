// SPDX-License-Identifier: EUPL-1.2

export type WordCharset = 'utf-8' | 'iso-8859-1';

export interface EncodeTextOptions {
  /** Default: ISO-8859-1 when it has every character, else UTF-8. */
  readonly charset?: WordCharset;
  /** Columns already used on the first line, e.g. the length of `Subject: `. */
  readonly firstColumn?: number;
}

/** The text with its encoded-words (RFC 2047) decoded; what cannot be decoded stays as written. Never throws. */
export function decodeWords(_text: string): string {
  throw new Error('not written yet');
}

/**
 * An unstructured field value: ASCII stays, the rest becomes encoded-words; folded with CRLF and a blank
 * so that no line is longer than 76 columns where blanks allow. Control characters, CR and LF among them,
 * become blanks.
 */
export function encodeText(_text: string, _options: EncodeTextOptions = {}): string {
  throw new Error('not written yet');
}

/** A phrase (display name): atoms, a quoted string or encoded-words, as it needs. */
export function encodePhrase(_text: string, _options: EncodeTextOptions = {}): string {
  throw new Error('not written yet');
}
