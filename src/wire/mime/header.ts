// SPDX-License-Identifier: EUPL-1.2

/** What is wrong with a field or a header block. */
export type HeaderDefect =
  | 'no-colon'
  | 'bad-name'
  | 'nul'
  | 'non-ascii'
  | 'line-too-long'
  | 'bare-line-end'
  | 'blank-line-only-fold';

/** One field as it stands in the octets. */
export interface HeaderField {
  /** As written; empty for a line without colon. */
  readonly name: string;
  /** The name in lower case. */
  readonly key: string;
  /** First octet of the name, counted from the start of the octets given. */
  readonly start: number;
  /** One past the final line end; folded lines lie within. */
  readonly end: number;
  /** The octets after the colon up to the final line end (not included), folding and all. */
  readonly raw: Buffer;
  /** `raw` unfolded and without outer blanks, as text: UTF-8 if it is, else windows-1252. Not decoded. */
  readonly value: string;
  readonly defects: readonly HeaderDefect[];
}

export interface Header {
  /** In the order they stand in. */
  readonly fields: readonly HeaderField[];
  /** Where the fields end: the offset of the empty line, or the end of the octets. */
  readonly end: number;
  /** Where the body starts: after the empty line. */
  readonly bodyStart: number;
  /** Every kind of defect seen in any field, each once. */
  readonly defects: readonly HeaderDefect[];
  /** The first field of that name, whatever its case. */
  first(name: string): HeaderField | undefined;
  /** All fields of that name, in order. */
  all(name: string): readonly HeaderField[];
}

/** Reads a header block, with or without its empty line; whatever follows that line is not looked at. */
export function parseHeader(_octets: Uint8Array): Header {
  throw new Error('not written yet');
}

/** Text of a field value without its folding (RFC 5322 section 2.2.3): line ends go, blanks stay. */
export function unfold(text: string): string {
  return text.replace(/\r?\n(?=[ \t])/g, '').replace(/[\r\n]+/g, ' ');
}
