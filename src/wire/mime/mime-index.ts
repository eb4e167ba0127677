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
  | 'header-too-large'
  | 'too-deep'
  | 'too-many-parts'
  | 'header-without-end'
  | 'malformed-header'
  | 'malformed-content-type'
  | 'multipart-without-boundary'
  | 'multipart-without-parts'
  | 'closing-boundary-missing'
  | 'encoded-container'
  | 'too-many-watched';

/** Beyond these a part is left unopened (a leaf), and a defect says so. */
export interface MimeLimits {
  /** Octets of one part's header that are read for its content fields. */
  readonly headerBytes: number;
  /** Entities within one another, the message itself counting as 1. */
  readonly depth: number;
  /** Entities in all. */
  readonly parts: number;
  /** Distinct watched lines kept. */
  readonly watched: number;
}

export const DEFAULT_MIME_LIMITS: MimeLimits = {
  headerBytes: 1024 * 1024,
  depth: 100,
  parts: 10_000,
  watched: 1000,
};

export interface MimeIndexerOptions {
  readonly limits?: Partial<MimeLimits>;
  /** Lines that start with `--` and this are reported in `watched`; nothing is watched without it. */
  readonly watchPrefix?: string;
}

/** Finds the entities of a message while its octets pass by; keeps none of them. */
export class MimeIndexer {
  constructor(_options: MimeIndexerOptions = {}) {}

  /** Takes the next octets, in chunks of any size; the chunk is not kept. */
  update(_chunk: Uint8Array): void {
    throw new Error('not written yet');
  }

  /** The index; to be called once, after the last `update`. */
  end(): MimeIndex {
    throw new Error('not written yet');
  }
}

/** The index of a message in memory. */
export function indexMessage(message: Uint8Array, options: MimeIndexerOptions = {}): MimeIndex {
  const indexer = new MimeIndexer(options);
  indexer.update(message);
  return indexer.end();
}
