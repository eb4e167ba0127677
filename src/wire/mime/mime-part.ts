// SPDX-License-Identifier: EUPL-1.2

/** A media type's or a disposition's parameters: names in lower case, values decoded (RFC 2231, RFC 2047). */
export type Parameters = Readonly<Record<string, string>>;

/**
 * One entity of a message. Offsets count octets from the start of the message; the header, its empty
 * line included, is `headerStart` to `bodyStart`, the body `bodyStart` to `bodyEnd`.
 */
export interface MimePart {
  readonly headerStart: number;
  readonly bodyStart: number;
  /** One past the body's last octet; the line end before a boundary belongs to the boundary. */
  readonly bodyEnd: number;
  /** Line feeds within the body: IMAP's "size of the body in text lines". */
  readonly bodyLines: number;
  /** Lower case; `text` when absent or unreadable. */
  readonly type: string;
  readonly subtype: string;
  readonly params: Parameters;
  /** Content-Transfer-Encoding, lower case; `7bit` when absent. */
  readonly encoding: string;
  readonly disposition?: { readonly type: string; readonly params: Parameters };
  /** Content-ID as written, angle brackets included. */
  readonly id?: string;
  /** Content-Description, unfolded but not decoded. */
  readonly description?: string;
  readonly md5?: string;
  readonly language?: readonly string[];
  readonly location?: string;
  /**
   * A multipart's children; for message/rfc822 and message/global exactly one, the embedded message,
   * whose header starts where this body starts. Empty for everything else.
   */
  readonly parts: readonly MimePart[];
}

/** What is known of a message without keeping it: plain data that can be stored as JSON. */
export interface MimeIndex {
  /** Octets of the whole message. */
  readonly size: number;
  readonly root: MimePart;
  /** An octet above 127 anywhere. */
  readonly eightBit: boolean;
  /** A CR without LF or an LF without CR anywhere. */
  readonly bareLineEnds: boolean;
  /** A NUL octet anywhere. */
  readonly nul: boolean;
  /** Octets of the longest line, its line end not counted. */
  readonly longestLine: number;
  /** Distinct lines that start with `--` and the watched prefix, without trailing blanks, in order of first sight. */
  readonly watched: readonly string[];
  /** What is odd about the structure: stable kebab-case words, each once. */
  readonly defects: readonly MimeDefect[];
}

export type MimeDefect =
  /** A header larger than the limit: its entity is a leaf, read from what was kept. */
  | 'header-too-large'
  /** The content fields of all parts together are too large: this part is an opaque leaf. */
  | 'content-fields-too-large'
  | 'too-deep'
  | 'too-many-parts'
  | 'too-many-watched'
  /** A header cut off by a boundary or by the end; legal, as there is no body. */
  | 'header-without-end'
  /** A line without colon among the fields, or a content field that is too long. */
  | 'malformed-header'
  | 'malformed-content-type'
  /** Two of a field that may stand once: readers disagree on which counts; here the first. */
  | 'repeated-content-field'
  | 'multipart-without-boundary'
  | 'multipart-without-parts'
  | 'closing-boundary-missing'
  /** A multipart or an embedded message that claims to be encoded; such a message is left unopened. */
  | 'encoded-container';

/**
 * Beyond these a part is left unopened (a leaf), or not listed, and a defect says so. Embedded messages may
 * take no more than 19 in 20 of `fieldBytes` and `parts`.
 */
export interface MimeLimits {
  /** Octets of one entity's header that are read for its content fields. */
  readonly headerBytes: number;
  /** Size of the content fields of all parts together, as they stand in the index. */
  readonly fieldBytes: number;
  /** Entities within one another, the message itself counting as 1. */
  readonly depth: number;
  /** Entities in all. */
  readonly parts: number;
  /** Distinct watched lines kept. */
  readonly watched: number;
}
